//! The cloud PBXs and trunks a tenant records from.

use chrono::{DateTime, NaiveDate, Utc};
use ipnet::IpNet;
use rokuon_policy::ids::ConnectionId;
use uuid::Uuid;

use crate::connection_credentials::random_letters;
use crate::connection_figures::{Figures, known_figures};
use crate::connection_hours;
use crate::connection_terms::{ConnectionKind, ConnectionSecurity, ConnectionState};
use crate::error::DbError;
use crate::registration_accounts::RegistrationState;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// A connection and how it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// The tenant's name for it.
    pub name: String,
    /// How its calls arrive.
    pub kind: ConnectionKind,
    /// User part of the SIP address it calls.
    pub address_user: String,
    /// Where it may call from; with none, from nowhere.
    pub networks: Vec<IpNet>,
    /// The line of calls that do not say theirs.
    pub default_line: Option<String>,
    /// What it asks of whoever calls.
    pub security: ConnectionSecurity,
    /// Whether it may place calls.
    pub state: ConnectionState,
    /// When the test that runs, or ran last, was begun.
    pub test_began_at: Option<DateTime<Utc>>,
    /// Until when it runs.
    pub test_until: Option<DateTime<Utc>>,
    /// Counts edits.
    pub version: i32,
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
    /// How its registration stands, of a connection of that kind.
    pub registration: Option<RegistrationState>,
    /// What its calls of the day add up to, as far as they ended.
    pub figures_today: Figures,
}

/// What a new connection is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConnection {
    /// Its id.
    pub id: ConnectionId,
    /// How its calls arrive.
    pub kind: ConnectionKind,
    /// The tenant's name for it.
    pub name: String,
    /// User part of its address: 8–64 of `a-z 0-9 -`, at least 120 random bits of it. See [`fresh_address_user`].
    pub address_user: String,
    /// Where it may call from.
    pub networks: Vec<IpNet>,
    /// The line of calls that do not say theirs.
    pub default_line: Option<String>,
    /// What it asks of whoever calls.
    pub security: ConnectionSecurity,
}

/// A random user part for a SIP address: 24 of 32 letters and digits, 120 bits. Knowing it is part of being let in.
///
/// # Errors
/// [`DbError::Randomness`].
pub fn fresh_address_user() -> Result<String, DbError> {
    random_letters::<24>()
}

/// Makes a connection, active at once.
///
/// # Errors
/// [`DbError::Conflict`] `connections_default_line` for an unknown line.
pub async fn create(tx: &mut TenantTx, new: &NewConnection, now: DateTime<Utc>) -> Result<(), DbError> {
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
            media_security,
            transport,
            learns_source,
            tls_client_sha256,
            digest_required,
            state,
            created_at
        )
        VALUES ($1, $2, $3, $4, $5, $6::text[]::cidr[], $7, $8, $9, $10, $11, $12, 'active', $13)",
    )
    .bind(tenant)
    .bind(new.id.0)
    .bind(&new.name)
    .bind(new.kind.as_str())
    .bind(&new.address_user)
    .bind(network_texts(&new.networks))
    .bind(&new.default_line)
    .bind(new.security.media.as_str())
    .bind(new.security.transport.as_str())
    .bind(new.security.learns_source)
    .bind(octets(&new.security.tls_client_sha256))
    .bind(new.security.digest_required)
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
    media_security: String,
    transport: String,
    learns_source: bool,
    tls_client_sha256: Vec<Vec<u8>>,
    digest_required: bool,
    test_began_at: Option<DateTime<Utc>>,
    test_until: Option<DateTime<Utc>>,
    version: i32,
    state: String,
    created_at: DateTime<Utc>,
    last_call_at: Option<DateTime<Utc>>,
    last_heartbeat_at: Option<DateTime<Utc>>,
    calls_today: i64,
    refused_today: i64,
    registration: Option<String>,
    figures_today: serde_json::Value,
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
            c.media_security,
            c.transport,
            c.learns_source,
            c.tls_client_sha256,
            c.digest_required,
            c.test_began_at,
            c.test_until,
            c.version,
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
                    AND starts_with(u.reason, $5)
            ) AS refused_today,
            r.state AS registration,
            (
                SELECT coalesce(jsonb_object_agg(f.figure, f.total), '{}')
                FROM connection_figures f
                WHERE f.tenant_id = c.tenant_id AND f.connection_id = c.connection_id AND f.day = $3
            ) AS figures_today
        FROM connections c
        LEFT JOIN registration_accounts r USING (tenant_id, connection_id)
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
    connection_hours::heard(tx, id, now).await?;
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
            registration: place.parse_optional("registration", row.registration.as_deref())?,
            figures_today: known_figures(place.json("figures_today", row.figures_today)?),
            security: ConnectionSecurity {
                media: place.parse("media_security", &row.media_security)?,
                transport: place.parse("transport", &row.transport)?,
                learns_source: row.learns_source,
                tls_client_sha256: digests(&place, row.tls_client_sha256)?,
                digest_required: row.digest_required,
            },
            kind: place.parse("kind", &row.kind)?,
            name: row.name,
            test_began_at: row.test_began_at,
            test_until: row.test_until,
            version: row.version,
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

pub(crate) fn digests(place: &Place<'_>, octets: Vec<Vec<u8>>) -> Result<Vec<[u8; 32]>, DbError> {
    octets.into_iter().map(|one| place.bytes("tls_client_sha256", one)).collect()
}

pub(crate) fn network_texts(networks: &[IpNet]) -> Vec<String> {
    networks.iter().map(|network| network.trunc().to_string()).collect()
}

pub(crate) fn octets(digests: &[[u8; 32]]) -> Vec<&[u8]> {
    digests.iter().map(<[u8; 32]>::as_slice).collect()
}
