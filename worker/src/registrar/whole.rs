//! A recording that another worker sealed without its end, sealed whole by its own; and what an audit event says of a sealing.

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::audit_events::AuditEvent;
use rokuon_db::recordings::{self, FinishedRecording, Guarded};
use rokuon_db::segments::Segment;
use rokuon_db::tenant_tx::TenantTx;
use rokuon_db::truncated_recordings;
use rokuon_policy::recording_state::RecordingState;
use serde_json::json;
use uuid::Uuid;

use super::notes::worker;
use super::sealed::milliseconds;
use super::{RegisterError, SealedRecording};
use crate::sealing::evidence::hex;

/// Puts the whole in the place of what was sealed without its end. `false`: the row takes it no more, and the journal is all there
/// is of the rest.
pub(super) async fn commit(
    mut tx: TenantTx,
    now: DateTime<Utc>,
    sealed: &SealedRecording,
    life: Uuid,
    whole: Option<&FinishedRecording>,
    segments: &[Segment],
    mut events: Vec<AuditEvent>,
) -> Result<bool, RegisterError> {
    let met = match whole {
        Some(whole) => truncated_recordings::complete(&mut tx, whole, segments).await?,
        // Nothing could be kept here, either: what the other one sealed stands.
        None => Guarded::Already,
    };
    match met {
        Guarded::Written => {
            let mut event = event("recording.completed", now, sealed);
            event.detail["had_lost_with"] = json!(life);
            events.push(event);
            tx.commit_with_all(&events).await.map(|()| true)
        }
        Guarded::Already => tx.commit_bookkeeping().await.map(|()| true),
        Guarded::Refused => {
            let row = recordings::find(&mut tx, sealed.recording).await?;
            tx.commit_read_only().await?;
            let gone = |state| matches!(state, RecordingState::Destroying | RecordingState::Destroyed);
            // What was destroyed must not come back by this door.
            Ok(row.is_some_and(|row| gone(row.state)))
        }
    }
}

/// What the trail says of a sealing.
pub(super) fn event(kind: &str, now: DateTime<Utc>, sealed: &SealedRecording) -> AuditEvent {
    let ended_at =
        sealed.started.as_ref().map_or(sealed.ended_at, |call| sealed.ended_at.max(call.started_at));
    AuditEvent::new(kind, worker(), now).on("recording", sealed.recording).with(json!({
        "call": sealed.started.as_ref().map(|call| call.call),
        "outcome": sealed.outcome.as_str(),
        "ended_by": sealed.ended_by,
        "truncated": sealed.lost_with.is_some(),
        "lost_with": sealed.lost_with,
        "duration_ms": milliseconds(sealed.total_samples),
        "gaps": sealed.gaps.len(),
        "manifest_sha256": sealed.manifest_sha256.as_ref().map(|h| hex(h)),
        "segments": sealed.segments.iter().map(|row| json!({
            "number": row.number,
            "media_sha256": hex(&row.stored.media_sha256),
            "container_sha256": hex(&row.stored.container_sha256),
            "object_sha256": hex(&row.stored.object_sha256),
        })).collect::<Vec<_>>(),
        "clock_skew_ms": (ended_at - sealed.started_at - samples_as_time(sealed.total_samples)).num_milliseconds(),
    }))
}

fn samples_as_time(samples: u64) -> TimeDelta {
    TimeDelta::milliseconds(i64::try_from(milliseconds(samples)).unwrap_or(i64::MAX))
}
