//! When a recording's objects were last read again, and what was found.

use chrono::{DateTime, Utc};
use rokuon_policy::ids::RecordingId;
use uuid::Uuid;

use crate::error::DbError;
use crate::row::{Place, signed};
use crate::tenant_tx::TenantTx;

/// A recording whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToScrub {
    /// Which.
    pub recording: RecordingId,
    /// The epoch it was read at.
    pub epoch: u64,
}

/// The recordings that were not read since `before`, the longest unread first.
///
/// # Errors
/// [`DbError`].
pub async fn next(tx: &mut TenantTx, before: DateTime<Utc>, limit: u32) -> Result<Vec<ToScrub>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid, i64)> = sqlx::query_as(
        "SELECT recording_id, epoch
        FROM recordings
        WHERE tenant_id = $1 AND state IN ('primary', 'secondary') AND (scrubbed_at IS NULL OR scrubbed_at < $2)
        ORDER BY scrubbed_at NULLS FIRST
        LIMIT $3",
    )
    .bind(tenant)
    .bind(before)
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(id, epoch)| {
            let epoch = Place { table: "recordings", row: &id }.number("epoch", epoch)?;
            Ok(ToScrub { recording: RecordingId(id), epoch })
        })
        .collect()
}

/// How many are sealed, how many of them were read since `since`, and when the longest unread one was read.
///
/// # Errors
/// [`DbError`].
pub async fn standing(
    tx: &mut TenantTx,
    since: DateTime<Utc>,
) -> Result<(u64, u64, Option<DateTime<Utc>>), DbError> {
    let (tenant, connection) = tx.parts();
    let (sealed, read, oldest): (i64, i64, Option<DateTime<Utc>>) = sqlx::query_as(
        "SELECT count(*), count(*) FILTER (WHERE scrubbed_at >= $2), min(scrubbed_at)
        FROM recordings
        WHERE tenant_id = $1 AND state IN ('primary', 'secondary')",
    )
    .bind(tenant)
    .bind(since)
    .fetch_one(connection)
    .await?;
    let place = Place { table: "recordings", row: &"count" };
    Ok((place.number("recording_id", sealed)?, place.number("scrubbed_at", read)?, oldest))
}

/// Notes what was found of recordings that stay as they are: `sound` or `repaired`.
///
/// # Errors
/// [`DbError`].
pub async fn note(
    tx: &mut TenantTx,
    recordings: &[RecordingId],
    result: &str,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "UPDATE recordings
        SET scrubbed_at = $4, scrub_result = $3
        WHERE tenant_id = $1 AND recording_id = ANY ($2)",
    )
    .bind(tenant)
    .bind(recordings.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind(result)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Recordings whose turn is next, because something of them was missed.
///
/// # Errors
/// [`DbError`].
pub async fn hurry(tx: &mut TenantTx, recordings: &[RecordingId]) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query("UPDATE recordings SET scrubbed_at = NULL WHERE tenant_id = $1 AND recording_id = ANY ($2)")
        .bind(tenant)
        .bind(recordings.iter().map(|id| id.0).collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}

/// A recording that did not pass is not read any more; says whether it was sealed and of that epoch. Holds on it stay.
///
/// # Errors
/// [`DbError`].
pub async fn quarantine(
    tx: &mut TenantTx,
    one: ToScrub,
    result: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let done = sqlx::query(
        "UPDATE recordings
        SET state = 'quarantined', scrubbed_at = $5, scrub_result = $4
        WHERE tenant_id = $1 AND recording_id = $2 AND epoch = $3 AND state IN ('primary', 'secondary')",
    )
    .bind(tenant)
    .bind(one.recording.0)
    .bind(signed(one.epoch))
    .bind(result)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How many recordings did not pass their check.
///
/// # Errors
/// [`DbError`].
pub async fn quarantined(tx: &mut TenantTx) -> Result<u64, DbError> {
    let (tenant, connection) = tx.parts();
    let (count,): (i64,) =
        sqlx::query_as("SELECT count(*) FROM recordings WHERE tenant_id = $1 AND state = 'quarantined'")
            .bind(tenant)
            .fetch_one(connection)
            .await?;
    Place { table: "recordings", row: &"count" }.number("recording_id", count)
}
