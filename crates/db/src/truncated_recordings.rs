//! Recordings that were sealed without their end because their host was lost, and how one becomes whole again.

use chrono::{DateTime, Utc};
use rokuon_policy::ids::RecordingId;
use uuid::Uuid;

use crate::calls;
use crate::destruction;
use crate::error::DbError;
use crate::recordings::{self, FinishedRecording, Guarded, channel_bits, json};
use crate::row::signed;
use crate::segments::{self, Segment};
use crate::tenant_tx::TenantTx;

/// Notes, in the transaction that seals it, that a recording lacks its end.
///
/// # Errors
/// [`DbError`].
pub async fn note(
    tx: &mut TenantTx,
    recording: RecordingId,
    life: Uuid,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO truncated_recordings (tenant_id, recording_id, life_id, truncated_at)
        VALUES ($1, $2, $3, $4)",
    )
    .bind(tenant)
    .bind(recording.0)
    .bind(life)
    .bind(at)
    .execute(connection)
    .await?;
    Ok(())
}

/// The life of a spool that a recording's end was lost with; nothing where it lacks none, or has it again.
///
/// # Errors
/// [`DbError`].
pub async fn lost_with(tx: &mut TenantTx, recording: RecordingId) -> Result<Option<Uuid>, DbError> {
    let (tenant, connection) = tx.parts();
    let row: Option<(Uuid,)> = sqlx::query_as(
        "SELECT life_id
        FROM truncated_recordings
        WHERE tenant_id = $1 AND recording_id = $2 AND completed_at IS NULL",
    )
    .bind(tenant)
    .bind(recording.0)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|(life,)| life))
}

/// Its own worker came back with all of it: the row tells the whole recording from here on, and its pieces make room for those
/// that hold everything. Only of one that is sealed (or failed), lies on the first tier
/// and still lacks its end; how long it is kept stays.
///
/// # Errors
/// [`DbError`].
pub async fn complete(
    tx: &mut TenantTx,
    whole: &FinishedRecording,
    pieces: &[Segment],
) -> Result<Guarded, DbError> {
    let (tenant, connection) = tx.parts();
    let written = sqlx::query(
        "UPDATE recordings r
        SET
            state = 'primary',
            outcome = $3,
            outcome_cause = NULL,
            duration_ms = $4,
            channels = $5,
            gap_count = $6,
            lost_ms = $7,
            gaps = $8,
            doubts = $9,
            manifest_sha256 = $10,
            finished_at = $11,
            object_holds = CASE WHEN object_holds = 'on' THEN 'wanted' ELSE object_holds END
        WHERE r.tenant_id = $1
            AND r.recording_id = $2
            AND r.state IN ('primary', 'failed')
            AND r.tier = 'primary'
            AND EXISTS (
                SELECT
                FROM truncated_recordings t
                WHERE t.tenant_id = r.tenant_id AND t.recording_id = r.recording_id AND t.completed_at IS NULL)",
    )
    .bind(tenant)
    .bind(whole.recording.0)
    .bind(whole.outcome.as_str())
    .bind(signed(whole.duration_ms))
    .bind(channel_bits(&whole.channels))
    .bind(i32::try_from(whole.gaps.iter().filter(|gap| gap.cause != "on_hold").count()).unwrap_or(i32::MAX))
    .bind(signed(whole.lost_ms))
    .bind(json(&whole.gaps))
    .bind(json(&whole.doubts))
    .bind(whole.manifest_sha256.as_ref().map(<[u8; 32]>::as_slice))
    .bind(whole.finished_at)
    .execute(&mut *connection)
    .await?;
    if written.rows_affected() == 0 {
        return Ok(Guarded::Refused);
    }
    sqlx::query("DELETE FROM segments WHERE tenant_id = $1 AND recording_id = $2")
        .bind(tenant)
        .bind(whole.recording.0)
        .execute(connection)
        .await?;
    for piece in pieces {
        segments::add(tx, whole.recording, piece).await?;
    }
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "UPDATE truncated_recordings
        SET completed_at = $3
        WHERE tenant_id = $1 AND recording_id = $2 AND completed_at IS NULL",
    )
    .bind(tenant)
    .bind(whole.recording.0)
    .bind(whole.finished_at)
    .execute(&mut *connection)
    .await?;
    // Its picture changes with it: every api forgets what it holds in memory.
    sqlx::query("SELECT pg_notify($1, $2)")
        .bind(destruction::CHANNEL)
        .bind(whole.recording.0.simple().to_string())
        .execute(connection)
        .await?;
    if let Some(recording) = recordings::find(tx, whole.recording).await? {
        calls::end_after_all(tx, recording.call, whole.ended_at, whole.duration_ms).await?;
    }
    Ok(Guarded::Written)
}
