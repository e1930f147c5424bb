//! The object store's own legal hold on a recording's versions: what is wanted, and what was seen to be so.
//!
//! The counter on the row is the promise; this is the second fence, against whoever gets at the store past us. One worker at a time
//! works on a recording, behind an advisory lock that holds nobody up who places or releases.

use chrono::{DateTime, Utc};
use rokuon_policy::ids::RecordingId;
use rokuon_policy::media_kind::MediaKind;
use uuid::Uuid;

use crate::error::DbError;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// A recording whose objects are not yet as its row wants them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsettled {
    /// Which.
    pub recording: RecordingId,
    /// What it is: its period gives its objects their class again.
    pub media: MediaKind,
    /// When its call began.
    pub started_at: DateTime<Utc>,
    /// Whether they shall be held.
    pub wanted: bool,
}

/// The recordings of the tenant whose objects are to be held or let go, no more than `limit`. What is still being made has no
/// objects that will stay; its wish waits until it is sealed.
///
/// # Errors
/// [`DbError`].
pub async fn unsettled(tx: &mut TenantTx, limit: u32) -> Result<Vec<Unsettled>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid, String, DateTime<Utc>, String)> = sqlx::query_as(
        "SELECT recording_id, media, started_at, object_holds
        FROM recordings
        WHERE tenant_id = $1 AND object_holds IN ('wanted', 'unwanted') AND state NOT IN ('recording', 'sealing')
        ORDER BY recording_id
        LIMIT $2",
    )
    .bind(tenant)
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(id, media, started_at, word)| {
            let place = Place { table: "recordings", row: &id };
            Ok(Unsettled {
                recording: RecordingId(id),
                media: place.parse("media", &media)?,
                started_at,
                wanted: word == "wanted",
            })
        })
        .collect()
}

/// Makes the caller the only one that works on the objects of this recording until the transaction ends, and gives what its row
/// wants now. `None` when another is at it, or there is nothing to do any more.
///
/// # Errors
/// [`DbError`].
pub async fn claim(tx: &mut TenantTx, recording: RecordingId) -> Result<Option<Unsettled>, DbError> {
    let (tenant, connection) = tx.parts();
    let (ours,): (bool,) = sqlx::query_as(
        "SELECT pg_try_advisory_xact_lock(hashtextextended('object_holds/' || $1 || '/' || $2::text, 0))",
    )
    .bind(tenant)
    .bind(recording.0)
    .fetch_one(&mut *connection)
    .await?;
    if !ours {
        return Ok(None);
    }
    // A statement of its own: it sees what the one before us in the lock has committed.
    let row: Option<(String, DateTime<Utc>, String)> = sqlx::query_as(
        "SELECT media, started_at, object_holds
        FROM recordings
        WHERE tenant_id = $1 AND recording_id = $2 AND object_holds IN ('wanted', 'unwanted')",
    )
    .bind(tenant)
    .bind(recording.0)
    .fetch_optional(connection)
    .await?;
    row.map(|(media, started_at, word)| {
        let place = Place { table: "recordings", row: &recording };
        Ok(Unsettled {
            recording,
            media: place.parse("media", &media)?,
            started_at,
            wanted: word == "wanted",
        })
    })
    .transpose()
}

/// Writes that every object of the recording was seen to be held, or to be free, if that is still what its row wants.
/// Says whether it is.
///
/// # Errors
/// [`DbError`].
pub async fn settle(tx: &mut TenantTx, recording: RecordingId, held: bool) -> Result<bool, DbError> {
    let (wanted, now) = if held { ("wanted", "on") } else { ("unwanted", "off") };
    let (tenant, connection) = tx.parts();
    let written = sqlx::query(
        "UPDATE recordings
        SET object_holds = $4
        WHERE tenant_id = $1 AND recording_id = $2 AND object_holds = $3",
    )
    .bind(tenant)
    .bind(recording.0)
    .bind(wanted)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Recordings whose objects were seen to be held, behind `after` in the order of their ids: to be looked at again.
///
/// # Errors
/// [`DbError`].
pub async fn held(
    tx: &mut TenantTx,
    after: Option<RecordingId>,
    limit: u32,
) -> Result<Vec<RecordingId>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid,)> = sqlx::query_as(
        "SELECT recording_id
        FROM recordings
        WHERE tenant_id = $1
            AND active_holds > 0
            AND object_holds = 'on'
            AND ($2::uuid IS NULL OR recording_id > $2)
        ORDER BY recording_id
        LIMIT $3",
    )
    .bind(tenant)
    .bind(after.map(|id| id.0))
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| RecordingId(id)).collect())
}

/// The objects of a recording were not all held although they ought to be: its wish stands again.
///
/// # Errors
/// [`DbError`].
pub async fn wish_again(tx: &mut TenantTx, recording: RecordingId) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "UPDATE recordings
        SET object_holds = 'wanted'
        WHERE tenant_id = $1 AND recording_id = $2 AND object_holds = 'on' AND active_holds > 0",
    )
    .bind(tenant)
    .bind(recording.0)
    .execute(connection)
    .await?;
    Ok(())
}
