//! Calls of which nothing is kept although they came on a listed line, by the minute: turned away, or never started.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use rokuon_policy::ids::ConnectionId;
use rokuon_policy::span::Span;
use uuid::Uuid;

use crate::error::DbError;
use crate::row::{Place, signed};
use crate::tenant_tx::TenantTx;

/// How many calls of one minute were not taken, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UntakenMinute {
    /// The minute, at its beginning.
    pub minute: DateTime<Utc>,
    /// By which connection they came.
    pub connection: ConnectionId,
    /// Why: as in [`crate::unrecorded_counts`].
    pub reason: String,
    /// How many.
    pub count: u64,
}

/// Counts so many more in the minute of `at`.
///
/// # Errors
/// [`DbError::Conflict`] `untaken_minutes_connection` for an unknown connection.
pub async fn add(
    tx: &mut TenantTx,
    at: DateTime<Utc>,
    connection: ConnectionId,
    reason: &str,
    count: u64,
) -> Result<(), DbError> {
    let Ok(minute) = at.duration_trunc(TimeDelta::minutes(1)) else { return Ok(()) };
    let (tenant, sql) = tx.parts();
    sqlx::query(
        "INSERT INTO untaken_minutes (tenant_id, minute, connection_id, reason, count)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant_id, minute, connection_id, reason)
            DO UPDATE SET count = untaken_minutes.count + excluded.count",
    )
    .bind(tenant)
    .bind(minute)
    .bind(connection.0)
    .bind(reason)
    .bind(signed(count))
    .execute(sql)
    .await?;
    Ok(())
}

/// The minutes of a stretch of time in which calls were not taken, in order.
///
/// # Errors
/// [`DbError`].
pub async fn within(tx: &mut TenantTx, span: Span) -> Result<Vec<UntakenMinute>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(DateTime<Utc>, Uuid, String, i64)> = sqlx::query_as(
        "SELECT minute, connection_id, reason, count
        FROM untaken_minutes
        WHERE tenant_id = $1 AND minute > $2 AND minute < $3
        ORDER BY minute, connection_id, reason",
    )
    .bind(tenant)
    .bind(span.from - TimeDelta::minutes(1))
    .bind(span.until)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(minute, connection, reason, count)| {
            let place = Place { table: "untaken_minutes", row: &minute };
            let count = place.number("count", count)?;
            Ok(UntakenMinute { minute, connection: ConnectionId(connection), reason, count })
        })
        .collect()
}
