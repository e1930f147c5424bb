//! The cloud PBXs and trunks a tenant records from.

use chrono::{DateTime, NaiveDate, Utc};
use ipnet::IpNet;
use rokuon_policy::ids::ConnectionId;
use uuid::Uuid;

use crate::error::DbError;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// Whether it may place calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionState {
    /// It may.
    Active,
    /// It was switched off.
    Disabled,
}

impl ConnectionState {
    /// Its spelling in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

impl std::str::FromStr for ConnectionState {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "active" => Ok(Self::Active),
            "disabled" => Ok(Self::Disabled),
            _ => Err(()),
        }
    }
}

/// A connection and how it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// The tenant's name for it.
    pub name: String,
    /// `siprec`.
    pub kind: String,
    /// User part of the SIP address it calls.
    pub address_user: String,
    /// Where it may call from; with none, from nowhere.
    pub networks: Vec<IpNet>,
    /// The line of calls that do not say theirs.
    pub default_line: Option<String>,
    /// Whether it may place calls.
    pub state: ConnectionState,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When its last call came.
    pub last_call_at: Option<DateTime<Utc>>,
    /// When it last showed itself.
    pub last_heartbeat_at: Option<DateTime<Utc>>,
    /// Calls kept since the day began in Japan.
    pub calls_today: u64,
    /// Calls refused on that day, see [`crate::unrecorded_counts::REFUSED`].
    pub refused_today: u64,
}

/// What a new connection is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConnection {
    /// Its id.
    pub id: ConnectionId,
    /// The tenant's name for it.
    pub name: String,
    /// User part of its address: 8–64 of `a-z 0-9 -`, at least 120 random bits of it. See [`fresh_address_user`].
    pub address_user: String,
    /// Where it may call from.
    pub networks: Vec<IpNet>,
    /// The line of calls that do not say theirs.
    pub default_line: Option<String>,
}

/// A random user part for a SIP address: 24 of 32 letters and digits, 120 bits. Knowing it is part of being let in.
///
/// # Errors
/// [`DbError::Randomness`].
pub fn fresh_address_user() -> Result<String, DbError> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0_u8; 24];
    getrandom::fill(&mut bytes).map_err(|error| DbError::Randomness(error.to_string()))?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect())
}

/// Makes a SIPREC connection, active at once.
///
/// # Errors
/// [`DbError::Conflict`] `connections_default_line` for an unknown line.
pub async fn create(tx: &mut TenantTx, new: &NewConnection, now: DateTime<Utc>) -> Result<(), DbError> {
    let networks: Vec<String> = new.networks.iter().map(|network| network.trunc().to_string()).collect();
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO connections (
            tenant_id,
            connection_id,
            name,
            kind,
            address_user,
            networks,
            default_line,
            state,
            created_at
        )
        VALUES ($1, $2, $3, 'siprec', $4, $5::text[]::cidr[], $6, 'active', $7)",
    )
    .bind(tenant)
    .bind(new.id.0)
    .bind(&new.name)
    .bind(&new.address_user)
    .bind(networks)
    .bind(&new.default_line)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    connection_id: Uuid,
    name: String,
    kind: String,
    address_user: String,
    networks: Vec<String>,
    default_line: Option<String>,
    state: String,
    created_at: DateTime<Utc>,
    last_call_at: Option<DateTime<Utc>>,
    last_heartbeat_at: Option<DateTime<Utc>>,
    calls_today: i64,
    refused_today: i64,
}

/// All connections by name. `today` and `day_began` are the civil day in Japan and its first instant.
///
/// # Errors
/// [`DbError`].
pub async fn list(
    tx: &mut TenantTx,
    today: NaiveDate,
    day_began: DateTime<Utc>,
) -> Result<Vec<Connection>, DbError> {
    select(tx, None, today, day_began).await
}

/// One connection.
///
/// # Errors
/// [`DbError`].
pub async fn find(
    tx: &mut TenantTx,
    id: ConnectionId,
    today: NaiveDate,
    day_began: DateTime<Utc>,
) -> Result<Option<Connection>, DbError> {
    Ok(select(tx, Some(id), today, day_began).await?.pop())
}

async fn select(
    tx: &mut TenantTx,
    id: Option<ConnectionId>,
    today: NaiveDate,
    day_began: DateTime<Utc>,
) -> Result<Vec<Connection>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT
            c.connection_id,
            c.name,
            c.kind,
            c.address_user,
            c.networks::text[] AS networks,
            c.default_line,
            c.state,
            c.created_at,
            c.last_call_at,
            c.last_heartbeat_at,
            (
                SELECT count(*)
                FROM calls k
                WHERE k.tenant_id = c.tenant_id AND k.connection_id = c.connection_id AND k.started_at >= $4
            ) AS calls_today,
            (
                SELECT coalesce(sum(u.count), 0)::bigint
                FROM unrecorded_counts u
                WHERE u.tenant_id = c.tenant_id
                    AND u.connection_id = c.connection_id
                    AND u.day = $3
                    AND u.reason = $5
            ) AS refused_today
        FROM connections c
        WHERE c.tenant_id = $1 AND ($2::uuid IS NULL OR c.connection_id = $2)
        ORDER BY c.name, c.connection_id",
    )
    .bind(tenant)
    .bind(id.map(|id| id.0))
    .bind(today)
    .bind(day_began)
    .bind(crate::unrecorded_counts::REFUSED)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Connection::try_from).collect()
}

/// Switches a connection off; says whether it was on.
///
/// # Errors
/// [`DbError`].
pub async fn disable(tx: &mut TenantTx, id: ConnectionId) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let done = sqlx::query(
        "UPDATE connections
        SET state = 'disabled'
        WHERE tenant_id = $1 AND connection_id = $2 AND state = 'active'",
    )
    .bind(tenant)
    .bind(id.0)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes that the connection showed itself, and whether that was a call. The marks never move back.
///
/// # Errors
/// [`DbError`].
pub async fn heard_from(
    tx: &mut TenantTx,
    id: ConnectionId,
    by_call: bool,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "UPDATE connections
        SET
            last_heartbeat_at = greatest(last_heartbeat_at, $4),
            last_call_at = CASE WHEN $3 THEN greatest(last_call_at, $4) ELSE last_call_at END
        WHERE tenant_id = $1 AND connection_id = $2",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(by_call)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

impl TryFrom<Row> for Connection {
    type Error = DbError;
    fn try_from(row: Row) -> Result<Self, DbError> {
        let place = Place { table: "connections", row: &row.connection_id };
        Ok(Self {
            id: ConnectionId(row.connection_id),
            networks: networks(&place, &row.networks)?,
            state: place.parse("state", &row.state)?,
            calls_today: place.number("calls_today", row.calls_today)?,
            refused_today: place.number("refused_today", row.refused_today)?,
            name: row.name,
            kind: row.kind,
            address_user: row.address_user,
            default_line: row.default_line,
            created_at: row.created_at,
            last_call_at: row.last_call_at,
            last_heartbeat_at: row.last_heartbeat_at,
        })
    }
}

pub(crate) fn networks(place: &Place<'_>, texts: &[String]) -> Result<Vec<IpNet>, DbError> {
    texts.iter().map(|text| place.parse("networks", text)).collect()
}
