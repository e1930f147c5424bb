//! Reads every object again and hashes it, all of them within a month at an even pace. What does not pass is never played (F18).

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::stream::{self, StreamExt};
use rokuon_db::jobs::RunEnd;
use rokuon_db::kept_segments::{self, KeptSegment, Switched};
use rokuon_db::scrubbing::{self, ToScrub};
use rokuon_policy::ids::RecordingId;
use rokuon_storage::object_key;
use rokuon_storage::object_store::{Bucket, ObjectKey, StoreErrorKind};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::erasing::list_all;
use crate::failure::KeepingError;
use crate::run::Run;

/// How often a run comes: the pace is counted by it.
const EVERY: TimeDelta = TimeDelta::hours(1);
/// Recordings that are read before it is said how far it is.
const BITE: usize = 20;

/// What a recording's objects were found to be.
enum Found {
    Sound,
    /// Not what was sealed, or not there; but the same octets lie elsewhere.
    Mended(Vec<Switched>),
    /// In one word.
    Broken(&'static str),
}

pub(crate) async fn run(run: &mut Run<'_>) -> Result<RunEnd, KeepingError> {
    let limits = run.keeper.limits;
    let before = run.now - limits.scrub_within;
    let mut tx = run.tx().await?;
    let (sealed, read, oldest) = scrubbing::standing(&mut tx, before).await?;
    // Whatever is overdue, and a share of the rest, so that a month is enough for all.
    let runs = (limits.scrub_within.num_minutes() / EVERY.num_minutes()).max(1).unsigned_abs();
    let share = u32::try_from(sealed.div_ceil(runs)).unwrap_or(u32::MAX).max(limits.scrub_at_least);
    let missed = before - EVERY * 24;
    let mut turn = scrubbing::next(&mut tx, missed, share.saturating_mul(4)).await?;
    if turn.len() < share as usize {
        turn = scrubbing::next(&mut tx, run.now - EVERY, share).await?;
    }
    tx.commit_read_only().await?;
    run.figure("sealed", sealed);
    run.figure("read_within_28_days", read);
    run.figure("oldest_read", json!(oldest));
    run.progress.total = Some(turn.len() as u64);
    for bite in turn.chunks(BITE) {
        let ids: Vec<RecordingId> = bite.iter().map(|one| one.recording).collect();
        let mut tx = run.tx().await?;
        let segments = kept_segments::of(&mut tx, &ids).await?;
        tx.commit_read_only().await?;
        let mut looks = Vec::with_capacity(bite.len());
        for one in bite {
            let own = segments.iter().filter(|segment| segment.recording == one.recording);
            looks.push(look(run, *one, own.collect()));
        }
        let found: Vec<(ToScrub, Result<Found, KeepingError>)> =
            stream::iter(looks).buffer_unordered(limits.requests.min(4)).collect().await;
        let mut octets = 0;
        for (one, found) in found {
            octets += segments
                .iter()
                .filter(|segment| segment.recording == one.recording)
                .map(|segment| segment.container_bytes)
                .sum::<u64>();
            settle(run, one, found?).await?;
        }
        run.progress.done += bite.len() as u64;
        run.count("octets_read", octets);
        run.report(None).await?;
    }
    Ok(RunEnd::Done)
}

async fn look(
    run: &Run<'_>,
    one: ToScrub,
    segments: Vec<&KeptSegment>,
) -> (ToScrub, Result<Found, KeepingError>) {
    (one, found_of(run, one.recording, &segments).await)
}

async fn found_of(
    run: &Run<'_>,
    recording: RecordingId,
    segments: &[&KeptSegment],
) -> Result<Found, KeepingError> {
    let keeper = run.keeper;
    let key = object_key::wrapped_key(&run.tenant, recording);
    match keeper.store.get(Bucket::Keys, &key, None).await {
        Ok(_) => {}
        Err(error) if error.retryable() => return Err(error.into()),
        Err(error) if error.kind == StoreErrorKind::NotFound => return Ok(Found::Broken("key_missing")),
        Err(_) => return Ok(Found::Broken("key_altered")),
    }
    let mut mended = Vec::new();
    for segment in segments {
        let word = match read(run, &segment.bucket, &segment.object_key, &segment.version_id, segment).await?
        {
            Read::Same => continue,
            Read::Missing => "missing",
            Read::Other => "altered",
        };
        match elsewhere(run, recording, segment).await? {
            Some(switched) => mended.push(switched),
            None => return Ok(Found::Broken(word)),
        }
    }
    Ok(if mended.is_empty() { Found::Sound } else { Found::Mended(mended) })
}

enum Read {
    Same,
    Missing,
    Other,
}

async fn read(
    run: &Run<'_>,
    bucket: &str,
    key: &str,
    version: &str,
    segment: &KeptSegment,
) -> Result<Read, KeepingError> {
    let (Ok(bucket), Ok(key)) = (bucket.parse::<Bucket>(), key.parse::<ObjectKey>()) else {
        return Ok(Read::Missing);
    };
    match run.keeper.store.get(bucket, &key, Some(version)).await {
        Ok(octets) if Sha256::digest(&octets)[..] == segment.container_sha256[..] => Ok(Read::Same),
        Ok(_) => Ok(Read::Other),
        Err(error) if error.retryable() => Err(error.into()),
        Err(error) if error.kind == StoreErrorKind::NotFound => Ok(Read::Missing),
        Err(_) => Ok(Read::Other),
    }
}

/// The same octets in another version or on the other tier, such as a first copy that was not erased yet.
async fn elsewhere(
    run: &Run<'_>,
    recording: RecordingId,
    segment: &KeptSegment,
) -> Result<Option<Switched>, KeepingError> {
    let prefix = object_key::prefix(&run.tenant, recording);
    for bucket in [Bucket::Media, Bucket::Secondary] {
        for one in list_all(run.keeper, bucket, &prefix).await? {
            let is_it = one.bucket == segment.bucket && one.version == segment.version_id;
            if is_it || one.key != segment.object_key || one.bytes != segment.container_bytes {
                continue;
            }
            if matches!(read(run, &one.bucket, &one.key, &one.version, segment).await?, Read::Same) {
                let before = segment.clone();
                return Ok(Some(Switched { before, bucket: one.bucket, version_id: one.version }));
            }
        }
    }
    Ok(None)
}

async fn settle(run: &mut Run<'_>, one: ToScrub, found: Found) -> Result<(), KeepingError> {
    let now: DateTime<Utc> = run.keeper.times.now();
    let mut tx = run.tx().await?;
    let event = |kind: &str, detail| run.event(kind, now).on("recording", one.recording).with(detail);
    match found {
        Found::Sound => {
            scrubbing::note(&mut tx, &[one.recording], "sound", now).await?;
            tx.commit_bookkeeping().await?;
        }
        Found::Mended(switched) => {
            if !kept_segments::switch(&mut tx, &switched).await? {
                // It was moved meanwhile: its turn comes again.
                return Ok(tx.commit_read_only().await?);
            }
            scrubbing::note(&mut tx, &[one.recording], "repaired", now).await?;
            let event = event("recording.repaired", json!({ "segments": switched.len() }));
            tx.commit_with(event).await?;
            tracing::error!(code = "media_repaired", recording = %one.recording, "broken media was replaced by its second copy");
            run.count("repaired", 1);
        }
        Found::Broken(word) => {
            if !scrubbing::quarantine(&mut tx, one, word, now).await? {
                return Ok(tx.commit_read_only().await?);
            }
            let event = event("recording.quarantined", json!({ "found": word }));
            tx.commit_with(event).await?;
            tracing::error!(code = "media_broken", recording = %one.recording, found = word, "a recording did not pass its check");
            run.count("broken", 1);
        }
    }
    Ok(())
}
