//! What workers lately saw of a connection: the test page's material. Bounded, short-lived, without anybody's number.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use ipnet::IpNet;
use rokuon_policy::ids::ConnectionId;
use uuid::Uuid;

use crate::connection_events::ConnectionEvent;
use crate::error::DbError;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// So many are kept of one connection.
pub const KEPT: usize = 200;

/// And none for longer.
pub const KEPT_FOR: TimeDelta = TimeDelta::hours(24);

/// Something that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionObservation {
    /// Its id: a UUIDv7.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub event: ConnectionEvent,
    /// Where it came from.
    pub source: Option<IpAddr>,
    /// The status that was answered or got.
    pub status_code: Option<u16>,
    /// Words of closed or technical sets: codecs, transport, stream. Never a number, a name or a Call-ID.
    pub detail: serde_json::Value,
}

/// Adds observations and takes away what is too old or too many.
///
/// # Errors
/// [`DbError::Conflict`] `connection_observations_connection` for an unknown connection, `connection_observations_small`
/// for a detail of more than 1,000 octets.
pub async fn add(
    tx: &mut TenantTx,
    connection: ConnectionId,
    observed: &ConnectionObservation,
) -> Result<(), DbError> {
    let (tenant, sql) = tx.parts();
    sqlx::query(
        "INSERT INTO connection_observations (
            tenant_id,
            connection_id,
            observation_id,
            observed_at,
            event,
            source,
            status_code,
            detail
        )
        VALUES ($1, $2, $3, $4, $5, $6::text::inet, $7, $8)
        ON CONFLICT (tenant_id, connection_id, observation_id) DO NOTHING",
    )
    .bind(tenant)
    .bind(connection.0)
    .bind(observed.id)
    .bind(observed.at)
    .bind(observed.event.as_str())
    .bind(observed.source.map(|source| source.to_canonical().to_string()))
    .bind(observed.status_code.map(i32::from))
    .bind(&observed.detail)
    .execute(&mut *sql)
    .await?;
    sqlx::query(
        "DELETE FROM connection_observations
        WHERE tenant_id = $1
            AND connection_id = $2
            AND (
                observed_at < $3
                OR observation_id < (
                    SELECT o.observation_id
                    FROM connection_observations o
                    WHERE o.tenant_id = $1 AND o.connection_id = $2
                    ORDER BY o.observation_id DESC
                    OFFSET $4
                    LIMIT 1
                )
            )",
    )
    .bind(tenant)
    .bind(connection.0)
    .bind(observed.at - KEPT_FOR)
    .bind(i64::try_from(KEPT - 1).unwrap_or(i64::MAX))
    .execute(sql)
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    observation_id: Uuid,
    observed_at: DateTime<Utc>,
    event: String,
    source: Option<String>,
    status_code: Option<i32>,
    detail: serde_json::Value,
}

/// What was seen of a connection since a moment, oldest first. An event this program does not know is passed over.
///
/// # Errors
/// [`DbError`].
pub async fn since(
    tx: &mut TenantTx,
    connection: ConnectionId,
    since: DateTime<Utc>,
) -> Result<Vec<ConnectionObservation>, DbError> {
    let (tenant, sql) = tx.parts();
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT
            observation_id,
            observed_at,
            event,
            host(source) AS source,
            status_code,
            detail
        FROM connection_observations
        WHERE tenant_id = $1 AND connection_id = $2 AND observed_at >= $3
        ORDER BY observed_at, observation_id",
    )
    .bind(tenant)
    .bind(connection.0)
    .bind(since)
    .fetch_all(sql)
    .await?;
    let known = rows.into_iter().filter_map(|row| Some((row.event.parse().ok()?, row)));
    known.map(|(event, row)| row.observation(event)).collect()
}

impl Row {
    fn observation(self, event: ConnectionEvent) -> Result<ConnectionObservation, DbError> {
        let place = Place { table: "connection_observations", row: &self.observation_id };
        Ok(ConnectionObservation {
            id: self.observation_id,
            at: self.observed_at,
            event,
            source: place.parse_optional("source", self.source.as_deref())?,
            status_code: self.status_code.map(|code| place.number("status_code", code)).transpose()?,
            detail: self.detail,
        })
    }
}

/// The network that allows exactly one address.
pub fn only(source: IpAddr) -> IpNet {
    IpNet::from(source.to_canonical())
}
