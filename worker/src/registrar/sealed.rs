//! The sealing commit: call, segments, outcome, retention dates and the audit event, all or nothing, safe to repeat.

use chrono::{DateTime, Utc};
use rokuon_capture::manifest::ManifestSegment;
use rokuon_capture::outcome::{GapSummary, Outcome, is_notable};
use rokuon_db::audit_events::AuditEvent;
use rokuon_db::calls::{self, CallStarted};
use rokuon_db::connection_figures;
use rokuon_db::database::Database;
use rokuon_db::recordings::{self, FinishedRecording, Guarded, ListedGap};
use rokuon_db::segments::{self, SectionBytes, Segment};
use rokuon_db::{truncated_recordings, unrecorded_counts, untaken_minutes};
use rokuon_media::codec::TIMELINE_RATE;
use rokuon_media::gap::{Gap, GapCause};
use rokuon_policy::civil;
use rokuon_policy::ids::CallId;
use rokuon_policy::policy::Policy;
use rokuon_policy::recording_scope::RecordingStart;
use rokuon_storage::object_store::Bucket;
use rokuon_storage::recording_writer::SealedSegment;

use super::beginning;
use super::facts::{call_started, retention_of, without_register};
use super::notes::{note_device, started_event, worker};
use super::{RegisterError, SealedRecording, SealedRow, StartedCall, whole};
use crate::routing::call_routing::CallRouting;
use crate::routing::doubts;

impl SealedRow {
    /// What a line of a manifest says, with what is missing in it and where it is stored.
    pub fn of_line(line: &ManifestSegment, gaps: Vec<Gap>, stored: SealedSegment) -> Self {
        Self {
            number: line.number,
            start_sample: line.start_sample,
            samples: line.samples,
            channels: line.channels.clone(),
            codec: line.codec,
            video: line.video,
            gaps,
            stored,
        }
    }
}

pub(super) async fn commit(
    db: &Database,
    now: DateTime<Utc>,
    policy: Option<&Policy>,
    sealed: &SealedRecording,
) -> Result<bool, RegisterError> {
    let Some(started) = &sealed.started else {
        tracing::error!(recording = %sealed.recording, "A RECORDING WITHOUT A JUDGEMENT stays in the spool");
        return Err(RegisterError::Inconsistency {
            table: "spool",
            column: "routing",
            row: sealed.recording.to_string(),
        });
    };
    let rows = call_started(started, policy);
    match write(db, now, policy, sealed, started, &rows).await {
        Err(error) if error.constraint().is_some_and(|c| c.starts_with("calls_")) => {
            tracing::warn!(%error, recording = %sealed.recording, "the register contradicts a recording; its facts are left out");
            write(db, now, policy, sealed, started, &without_register(&rows)).await
        }
        written => written,
    }
}

async fn write(
    db: &Database,
    now: DateTime<Utc>,
    policy: Option<&Policy>,
    sealed: &SealedRecording,
    started: &StartedCall,
    rows: &CallStarted,
) -> Result<bool, RegisterError> {
    let mut tx = db.tenant(&sealed.tenant).await?;
    // The first note may have been lost, or hold what was known then.
    let mut events = Vec::new();
    if beginning::begin(&mut tx, rows).await? {
        note_device(&mut tx, started).await?;
        events.push(started_event(now, started, rows));
    } else {
        calls::update_facts(&mut tx, started.call, &rows.facts).await?;
    }
    // A clock that was set back must not make a call end before it began.
    let ended_at = sealed.ended_at.max(started.started_at);
    let segments: Vec<Segment> = sealed.segments.iter().map(|row| segment(row, now)).collect();
    let finished = finished_of(now, policy, sealed, started, rows);
    if sealed.lost_with.is_none()
        && let Some(life) = truncated_recordings::lost_with(&mut tx, sealed.recording).await?
    {
        return whole::commit(tx, now, sealed, life, finished.as_ref(), &segments, events).await;
    }
    for piece in &segments {
        segments::add(&mut tx, sealed.recording, piece).await?;
    }
    let met = match (&finished, sealed.outcome) {
        (None, Outcome::Failed(cause)) => {
            recordings::mark_failed(
                &mut tx,
                sealed.recording,
                rows.epoch,
                cause.as_str(),
                ended_at,
                milliseconds(sealed.total_samples),
                now,
            )
            .await?
        }
        (Some(finished), _) => recordings::finish(&mut tx, finished).await?,
        (None, _) => Guarded::Refused,
    };
    if met != Guarded::Written {
        // Committed by an earlier try whose answer was lost; or newer hands have it. Either way nothing is to be said.
        return tx.commit_bookkeeping().await.map(|()| true);
    }
    if let Some(life) = sealed.lost_with {
        truncated_recordings::note(&mut tx, sealed.recording, life, now).await?;
    }
    let day = civil::civil_day(started.started_at);
    connection_figures::add(&mut tx, day, started.routing.connection, &sealed.figures).await?;
    events.push(whole::event("recording.sealed", now, sealed));
    tx.commit_with_all(&events).await.map(|()| true)
}

/// The row's end as this sealing has it; none where nothing could be kept.
fn finished_of(
    now: DateTime<Utc>,
    policy: Option<&Policy>,
    sealed: &SealedRecording,
    started: &StartedCall,
    rows: &CallStarted,
) -> Option<FinishedRecording> {
    let outcome = match sealed.outcome {
        Outcome::Failed(_) => return None,
        Outcome::Sealed => recordings::Outcome::Sealed,
        Outcome::SealedWithGaps => recordings::Outcome::SealedWithGaps,
    };
    let mut doubts = rows.doubts.clone();
    if sealed.lost_with.is_some() {
        doubts.push(doubts::truncated());
    }
    Some(FinishedRecording {
        recording: sealed.recording,
        epoch: rows.epoch,
        outcome,
        ended_at: sealed.ended_at.max(started.started_at),
        duration_ms: milliseconds(sealed.total_samples),
        channels: channels(&sealed.segments),
        // Hairlines at the edges of a leg stay in the manifest; people are shown what a person can miss.
        gaps: shown_gaps(&sealed.gaps),
        lost_ms: milliseconds(GapSummary::of(&sealed.gaps).lost_samples),
        doubts,
        manifest_sha256: sealed.manifest_sha256,
        retention: retention_of(policy, started),
        finished_at: now,
    })
}

/// Rows of segments whose call still lives: what is stored is known to the database before it leaves the spool.
pub(super) async fn commit_part(
    db: &Database,
    now: DateTime<Utc>,
    policy: Option<&Policy>,
    started: &StartedCall,
    rows: &[SealedRow],
) -> Result<(), RegisterError> {
    let known = call_started(started, policy);
    let mut tx = db.tenant(&started.routing.tenant).await?;
    if calls::start(&mut tx, &known).await? {
        // The note of its beginning has not been written yet, and what it says may contradict the register.
        return Err(RegisterError::Inconsistency {
            table: "recordings",
            column: "state",
            row: started.recording.to_string(),
        });
    }
    let row = recordings::find(&mut tx, started.recording).await?;
    if row.is_some_and(|row| row.outcome.is_some()) {
        // Another worker believed this one lost and sealed what it had copied. All of it is sealed when the call ends.
        return Err(RegisterError::Conflict { constraint: "recordings_finished".to_owned() });
    }
    for row in rows {
        segments::add(&mut tx, started.recording, &segment(row, now)).await?;
    }
    tx.commit_bookkeeping().await
}

/// A call that turned out not to be recorded: its rows go and it is counted, in one transaction.
pub(super) async fn forget(
    db: &Database,
    now: DateTime<Utc>,
    call: CallId,
    started_at: DateTime<Utc>,
    routing: &CallRouting,
) -> Result<(), RegisterError> {
    let mut tx = db.tenant(&routing.tenant).await?;
    calls::forget(&mut tx, call).await?;
    let unstarted = routing.kept && routing.start == RecordingStart::OnDemand;
    if !routing.kept || unstarted {
        let rule = routing.rule.rsplit('.').next().unwrap_or(&routing.rule);
        let reason = if unstarted { unrecorded_counts::NOT_STARTED } else { rule };
        let day = civil::civil_day(now);
        unrecorded_counts::add(&mut tx, day, routing.connection, reason, routing.article.as_str()).await?;
        if unstarted {
            untaken_minutes::add(&mut tx, started_at, routing.connection, reason, 1).await?;
        }
    }
    tx.commit_with(AuditEvent::new("call.not_kept", worker(), now).on("call", call)).await
}

fn segment(row: &SealedRow, sealed_at: DateTime<Utc>) -> Segment {
    Segment {
        number: row.number,
        bucket: Bucket::Media.as_str().to_owned(),
        object_key: row.stored.object_key.to_string(),
        version_id: row.stored.version_id.clone(),
        container_bytes: row.stored.object_len(),
        container_sha256: row.stored.object_sha256,
        media_bytes: row.stored.media_len,
        media_sha256: row.stored.media_sha256,
        start_sample: row.start_sample,
        samples: row.samples,
        channels: row.channels.clone(),
        codec: row.codec.as_str().to_owned(),
        video_codec: row.video.map(|codec| codec.as_str().to_owned()),
        gaps: row.gaps.iter().map(listed).collect(),
        sealed_at,
        sections: row.stored.sections.map(|sections| SectionBytes {
            media: sections.media_len,
            peaks: sections.peaks_len,
            manifest: sections.manifest_len,
        }),
    }
}

fn listed(gap: &Gap) -> ListedGap {
    ListedGap {
        channel: gap.channel,
        start_sample: gap.start_sample,
        samples: gap.samples,
        cause: gap.cause.as_str().to_owned(),
    }
}

fn shown_gaps(gaps: &[Gap]) -> Vec<ListedGap> {
    gaps.iter()
        .filter(|g| is_notable(g) || matches!(g.cause, GapCause::OnHold | GapCause::Paused))
        .map(listed)
        .collect()
}

fn channels(rows: &[SealedRow]) -> Vec<u8> {
    let mut channels = rows.iter().flat_map(|r| r.channels.iter().copied()).collect::<Vec<_>>();
    channels.sort_unstable();
    channels.dedup();
    channels
}

pub(super) const fn milliseconds(samples: u64) -> u64 {
    samples * 1_000 / TIMELINE_RATE as u64
}
