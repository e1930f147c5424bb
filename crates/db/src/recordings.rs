//! A recording's row: its state, its outcome, its retention. Every write of a worker is guarded by its epoch.

use chrono::{DateTime, Utc};
use rokuon_policy::article::Article;
use rokuon_policy::ids::{CallId, RecordingId};
use rokuon_policy::media_kind::MediaKind;
use rokuon_policy::recording_state::RecordingState;
use rokuon_policy::retention::RetentionDates;
use rokuon_policy::text::Text;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use self::row::Row;
use crate::calls;
use crate::error::DbError;
use crate::row::{Place, signed};
use crate::tenant_tx::TenantTx;

pub(crate) mod begin;
pub mod lately;
mod row;

/// How the call ended for its recording: exactly one of them (INV-7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything that was sent is kept.
    Sealed,
    /// Something is missing and listed.
    SealedWithGaps,
    /// Nothing could be kept.
    Failed,
}

impl Outcome {
    /// Its spelling in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sealed => "sealed",
            Self::SealedWithGaps => "sealed_with_gaps",
            Self::Failed => "failed",
        }
    }
}

impl std::str::FromStr for Outcome {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "sealed" => Ok(Self::Sealed),
            "sealed_with_gaps" => Ok(Self::SealedWithGaps),
            "failed" => Ok(Self::Failed),
            _ => Err(()),
        }
    }
}

/// Silence because nothing is there. The same JSON as the media crate's gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedGap {
    /// 0 left, 1 right.
    pub channel: u8,
    /// First missing sample on the recording's timeline (8,000 Hz).
    pub start_sample: u64,
    /// How many are missing.
    pub samples: u64,
    /// `loss`, `on_hold`, `no_media`, `worker_down`, `late_start` or `paused`.
    pub cause: String,
}

/// A recording's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Its id.
    pub id: RecordingId,
    /// Of which call.
    pub call: CallId,
    /// What it is.
    pub media: MediaKind,
    /// Where it stands.
    pub state: RecordingState,
    /// When the call began.
    pub started_at: DateTime<Utc>,
    /// The policy version it was made under.
    pub policy_version: i32,
    /// The writer's epoch.
    pub epoch: u64,
    /// Holds on it (INV-9).
    pub active_holds: u32,
    /// The article it is to be destroyed by, once that is decided.
    pub due_article: Option<Article>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Why it failed.
    pub outcome_cause: Option<String>,
    /// Length of its timeline.
    pub duration_ms: Option<u64>,
    /// The channels that have audio.
    pub channels: Vec<u8>,
    /// What is missing.
    pub gaps: Vec<ListedGap>,
    /// How much of it was lost.
    pub lost_ms: u64,
    /// What is doubtful about it.
    pub doubts: Vec<Text>,
    /// SHA-256 of the manifest.
    pub manifest_sha256: Option<[u8; 32]>,
    /// How long it is kept, and by which article.
    pub retention: RetentionDates,
    /// When it was sealed or given up.
    pub finished_at: Option<DateTime<Utc>>,
}

/// What a worker says at the end of a recording that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedRecording {
    /// Which.
    pub recording: RecordingId,
    /// The worker's epoch.
    pub epoch: u64,
    /// Sealed or sealed with gaps; a failed one goes to [`mark_failed`].
    pub outcome: Outcome,
    /// When the call ended.
    pub ended_at: DateTime<Utc>,
    /// Length of its timeline.
    pub duration_ms: u64,
    /// The channels that have audio.
    pub channels: Vec<u8>,
    /// What is missing.
    pub gaps: Vec<ListedGap>,
    /// How much of it was lost.
    pub lost_ms: u64,
    /// What is doubtful about it.
    pub doubts: Vec<Text>,
    /// SHA-256 of the manifest.
    pub manifest_sha256: Option<[u8; 32]>,
    /// How long it is kept.
    pub retention: RetentionDates,
    /// When it was finished.
    pub finished_at: DateTime<Utc>,
}

/// What a guarded write met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guarded {
    /// It was written.
    Written,
    /// It had been written before, just so.
    Already,
    /// There is no such recording, its epoch is newer, or it is past that state: nothing was changed.
    Refused,
}

/// Makes the caller the writer of a recording that is not finished: returns the new epoch, which every older writer's
/// writes are refused for from now on. `None` when there is nothing to take over.
///
/// # Errors
/// [`DbError`].
pub async fn take_over(tx: &mut TenantTx, id: RecordingId) -> Result<Option<u64>, DbError> {
    let (tenant, connection) = tx.parts();
    let row: Option<(i64,)> = sqlx::query_as(
        "UPDATE recordings
        SET epoch = epoch + 1
        WHERE tenant_id = $1 AND recording_id = $2 AND state IN ('recording', 'sealing')
        RETURNING epoch",
    )
    .bind(tenant)
    .bind(id.0)
    .fetch_optional(connection)
    .await?;
    row.map(|(epoch,)| Place { table: "recordings", row: &id }.number("epoch", epoch)).transpose()
}

/// The call is over and its media is being sealed.
///
/// # Errors
/// [`DbError`].
pub async fn start_sealing(tx: &mut TenantTx, id: RecordingId, epoch: u64) -> Result<Guarded, DbError> {
    let (tenant, connection) = tx.parts();
    let written = sqlx::query(
        "UPDATE recordings
        SET state = 'sealing'
        WHERE tenant_id = $1 AND recording_id = $2 AND epoch = $3 AND state = 'recording'",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(signed(epoch))
    .execute(connection)
    .await?
    .rows_affected();
    guarded(tx, written, id, epoch, |now| now.state == RecordingState::Sealing).await
}

/// The recording is sealed and lies on the first tier; its call's end is written too.
///
/// # Errors
/// [`DbError`]; [`DbError::Conflict`] `recordings_outcome_fits_state` for the outcome `failed`.
pub async fn finish(tx: &mut TenantTx, end: &FinishedRecording) -> Result<Guarded, DbError> {
    let (tenant, connection) = tx.parts();
    let written = sqlx::query(
        "UPDATE recordings
        SET
            state = 'primary',
            outcome = $4,
            duration_ms = $5,
            channels = $6,
            gap_count = $7,
            lost_ms = $8,
            gaps = $9,
            doubts = $10,
            manifest_sha256 = $11,
            keep_at_least_until = $12,
            secondary_from = $13,
            keep_until = $14,
            retention_article = $15,
            retention_ja = $16,
            retention_en = $17,
            finished_at = $18
        WHERE tenant_id = $1 AND recording_id = $2 AND epoch = $3 AND state IN ('recording', 'sealing')",
    )
    .bind(tenant)
    .bind(end.recording.0)
    .bind(signed(end.epoch))
    .bind(end.outcome.as_str())
    .bind(signed(end.duration_ms))
    .bind(channel_bits(&end.channels))
    .bind(i32::try_from(end.gaps.iter().filter(|gap| gap.cause != "on_hold").count()).unwrap_or(i32::MAX))
    .bind(signed(end.lost_ms))
    .bind(json(&end.gaps))
    .bind(json(&end.doubts))
    .bind(end.manifest_sha256.as_ref().map(<[u8; 32]>::as_slice))
    .bind(end.retention.keep_at_least_until)
    .bind(end.retention.secondary_from)
    .bind(end.retention.keep_until)
    .bind(end.retention.article.as_str())
    .bind(&end.retention.sentence.ja)
    .bind(&end.retention.sentence.en)
    .bind(end.finished_at)
    .execute(connection)
    .await?
    .rows_affected();
    let met = guarded(tx, written, end.recording, end.epoch, |now| {
        now.outcome == Some(end.outcome) && now.manifest_sha256 == end.manifest_sha256
    })
    .await?;
    if met == Guarded::Written {
        end_call(tx, end.recording, end.ended_at, end.duration_ms).await?;
    }
    Ok(met)
}

/// Nothing could be kept; the cause is shown.
///
/// # Errors
/// [`DbError`].
pub async fn mark_failed(
    tx: &mut TenantTx,
    id: RecordingId,
    epoch: u64,
    cause: &str,
    ended_at: DateTime<Utc>,
    duration_ms: u64,
    now: DateTime<Utc>,
) -> Result<Guarded, DbError> {
    let (tenant, connection) = tx.parts();
    let written = sqlx::query(
        "UPDATE recordings
        SET
            state = 'failed',
            outcome = 'failed',
            outcome_cause = $4,
            duration_ms = $5,
            finished_at = $6
        WHERE tenant_id = $1 AND recording_id = $2 AND epoch = $3 AND state IN ('recording', 'sealing')",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(signed(epoch))
    .bind(cause)
    .bind(signed(duration_ms))
    .bind(now)
    .execute(connection)
    .await?
    .rows_affected();
    let met = guarded(tx, written, id, epoch, |now| now.outcome_cause.as_deref() == Some(cause)).await?;
    if met == Guarded::Written {
        end_call(tx, id, ended_at, duration_ms).await?;
    }
    Ok(met)
}

async fn end_call(
    tx: &mut TenantTx,
    id: RecordingId,
    ended_at: DateTime<Utc>,
    duration_ms: u64,
) -> Result<(), DbError> {
    match find(tx, id).await? {
        Some(recording) => calls::end(tx, recording.call, ended_at, duration_ms).await,
        None => Ok(()),
    }
}

/// Tells a repeated write from a refused one.
async fn guarded(
    tx: &mut TenantTx,
    written: u64,
    id: RecordingId,
    epoch: u64,
    same: impl Fn(&Recording) -> bool,
) -> Result<Guarded, DbError> {
    if written == 1 {
        return Ok(Guarded::Written);
    }
    let there = find(tx, id).await?;
    Ok(if there.is_some_and(|now| now.epoch == epoch && same(&now)) {
        Guarded::Already
    } else {
        Guarded::Refused
    })
}

/// One recording.
///
/// # Errors
/// [`DbError`].
pub async fn find(tx: &mut TenantTx, id: RecordingId) -> Result<Option<Recording>, DbError> {
    let (tenant, connection) = tx.parts();
    let row: Option<Row> = sqlx::query_as(
        "SELECT
            recording_id,
            call_id,
            media,
            state,
            started_at,
            policy_version,
            epoch,
            active_holds,
            due_article,
            outcome,
            outcome_cause,
            duration_ms,
            channels,
            lost_ms,
            gaps,
            doubts,
            manifest_sha256,
            keep_at_least_until,
            secondary_from,
            keep_until,
            retention_article,
            retention_ja,
            retention_en,
            finished_at
        FROM recordings
        WHERE tenant_id = $1 AND recording_id = $2",
    )
    .bind(tenant)
    .bind(id.0)
    .fetch_optional(connection)
    .await?;
    row.map(Recording::try_from).transpose()
}

/// The recordings that are not finished, oldest first: what a restarted worker compares with its spool.
///
/// # Errors
/// [`DbError`].
pub async fn unfinished(tx: &mut TenantTx) -> Result<Vec<RecordingId>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid,)> = sqlx::query_as(
        "SELECT recording_id
        FROM recordings
        WHERE tenant_id = $1 AND state IN ('recording', 'sealing')
        ORDER BY started_at",
    )
    .bind(tenant)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| RecordingId(id)).collect())
}

pub(crate) fn channel_bits(channels: &[u8]) -> i16 {
    channels.iter().filter(|channel| **channel < 2).fold(0, |bits, channel| bits | 1 << channel)
}

pub(crate) fn json<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).expect("our lists of plain structs are JSON")
}
