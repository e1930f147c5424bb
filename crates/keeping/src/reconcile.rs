//! Compares the store with the rows, both ways (I8): objects without a row go when they are a day old and no recorder has anything left
//! to write, rows without an object are told.
//!
//! One listing of each bucket in order of keys, which is the order of recordings' ids, is held against the rows of the same stretch.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::destruction_lists::ListedObject;
use rokuon_db::jobs::RunEnd;
use rokuon_db::scrubbing;
use rokuon_db::stored_recordings::{self, StoredRecording};
use rokuon_policy::ids::RecordingId;
use rokuon_policy::keeping::spools::Spools;
use rokuon_policy::recording_state::RecordingState;
use rokuon_storage::object_store::{Bucket, ObjectVersion};
use serde_json::{Value, json};

use crate::erasing::{erase, listed};
use crate::failure::KeepingError;
use crate::recorders;
use crate::run::Run;
use crate::stretch::{self, Stretch};

pub(crate) mod judging;

/// An object without a row may be one whose row is about to be written.
const YOUNG: TimeDelta = TimeDelta::hours(24);
/// A row is not missed in the store before it is this old.
const SETTLED: TimeDelta = TimeDelta::hours(1);
/// More recordings without any row than this are no leftovers of crashes: somebody must look, for a database that was restored from an
/// older backup looks like that.
const FEW: u64 = 20;
/// Ids that are shown as examples.
const EXAMPLES: usize = 20;

pub(crate) async fn run(run: &mut Run<'_>) -> Result<RunEnd, KeepingError> {
    let (first, mut after) = place_of(run.job.place.as_deref());
    let from = Bucket::ALL.iter().position(|bucket| *bucket == first).unwrap_or(0);
    for bucket in &Bucket::ALL[from..] {
        loop {
            let (store, limit) = (&*run.keeper.store, run.keeper.limits.listed);
            let Stretch { found, until, strange } =
                stretch::next(store, &run.tenant, *bucket, after, limit).await?;
            if strange > 0 {
                run.count("strange_names", strange);
            }
            if let Some(end) = compare(run, *bucket, after, &found, until).await? {
                return Ok(end);
            }
            after = until;
            let Some(last) = until else { break };
            run.report(Some(&format!("{bucket}:{last}"))).await?;
        }
    }
    Ok(RunEnd::Done)
}

fn place_of(place: Option<&str>) -> (Bucket, Option<RecordingId>) {
    let parts = place.and_then(|place| place.split_once(':'));
    parts
        .and_then(|(bucket, id)| Some((bucket.parse().ok()?, id.parse().ok())))
        .unwrap_or((Bucket::Media, None))
}

type Page = BTreeMap<RecordingId, Vec<ObjectVersion>>;

/// Holds a stretch against its rows. `Some` when a person must look first.
async fn compare(
    run: &mut Run<'_>,
    bucket: Bucket,
    after: Option<RecordingId>,
    page: &Page,
    until: Option<RecordingId>,
) -> Result<Option<RunEnd>, KeepingError> {
    let ids: Vec<RecordingId> = page.keys().copied().collect();
    let mut tx = run.tx().await?;
    let kept = stored_recordings::kept(&mut tx, after, until).await?;
    let known = stored_recordings::find(&mut tx, &ids).await?;
    tx.commit_read_only().await?;
    let known: BTreeMap<RecordingId, StoredRecording> = known.into_iter().map(|one| (one.id, one)).collect();
    missing(run, bucket, page, &kept).await?;
    let mut gone = Vec::new();
    let mut unknown = Vec::new();
    let mut unknown_recordings = 0;
    for (id, versions) in page {
        let old = |version: &ObjectVersion| is_old(version, run.now);
        let row = known.get(id);
        let doomed = judging::doomed(bucket, row, versions, old);
        if row.is_some_and(|row| row.state == RecordingState::Destroyed) && !doomed.is_empty() {
            run.count("came_back", 1);
        }
        unknown_recordings += u64::from(row.is_none() && !doomed.is_empty());
        let goes = if row.is_none() { &mut unknown } else { &mut gone };
        goes.extend(doomed.into_iter().map(|version| listed(bucket, version)));
    }
    run.progress.done += page.values().map(|versions| versions.len() as u64).sum::<u64>();
    run.count("octets", page.values().flatten().map(|version| version.len).sum());
    if unknown_recordings > 0 {
        let spools = spools(run).await?;
        run.count("without_row", unknown_recordings);
        let so_far = run.progress.figures.get("without_row").and_then(Value::as_u64).unwrap_or(0);
        // After a day without the database a recorder has rows to write yet: whoever is silent may be one that has.
        let limit = if spools.silent > 0 { 0 } else { FEW };
        if so_far > limit.max(run.released()) {
            run.figure("planned", so_far);
            run.figure("limit", limit);
            run.figure("wanted", so_far);
            return Ok(Some(RunEnd::Stopped));
        }
        if spools.busy > 0 {
            run.count("left_to_recorders", unknown.len() as u64);
        } else {
            gone.append(&mut unknown);
        }
    }
    if !gone.is_empty() {
        // The trail first: what goes without a recording's own end is told object by object.
        let now = run.keeper.times.now();
        let event = run.event("storage.erase_orphans", now).with(json!({ "objects": gone }));
        run.tx().await?.commit_with(event).await?;
        run.keeper.interruption.at("reconcile.told")?;
        let all: Vec<&ListedObject> = gone.iter().collect();
        erase(run.keeper, bucket, &all, "reconcile.erasing").await?;
        run.count("orphans_erased", gone.len() as u64);
    }
    Ok(None)
}

/// What the recorders say of what they have still to write.
async fn spools(run: &mut Run<'_>) -> Result<Spools, KeepingError> {
    let now = run.keeper.times.now();
    let mut tx = run.tx().await?;
    let spools = Spools::of(recorders::last_words(&mut tx, now).await?, now);
    tx.commit_read_only().await?;
    run.figure("recorders_busy", spools.busy as u64);
    run.figure("recorders_silent", spools.silent as u64);
    Ok(spools)
}

fn is_old(version: &ObjectVersion, now: DateTime<Utc>) -> bool {
    version.last_modified.is_some_and(|at| now - at >= YOUNG)
}

/// Rows whose objects are not there: counted, shown, and next in turn at the scrub, which sets them aside.
async fn missing(
    run: &mut Run<'_>,
    bucket: Bucket,
    page: &Page,
    kept: &[StoredRecording],
) -> Result<(), KeepingError> {
    let settled = |row: &&StoredRecording| row.finished_at.is_some_and(|at| run.now - at >= SETTLED);
    let lacks: BTreeSet<RecordingId> = kept
        .iter()
        .filter(settled)
        .filter(|row| judging::lacks(bucket, row, page.get(&row.id).map_or(&[], Vec::as_slice)))
        .map(|row| row.id)
        .collect();
    if lacks.is_empty() {
        return Ok(());
    }
    run.count("without_object", lacks.len() as u64);
    let mut examples: Vec<Value> =
        run.progress.figures.get("examples").and_then(Value::as_array).cloned().unwrap_or_default();
    examples.extend(lacks.iter().map(|id| json!(id)));
    examples.truncate(EXAMPLES);
    run.figure("examples", examples);
    let lacks: Vec<RecordingId> = lacks.into_iter().collect();
    let mut tx = run.tx().await?;
    scrubbing::hurry(&mut tx, &lacks).await?;
    let event = run.event("storage.objects_missing", run.keeper.times.now()).with(json!({
        "bucket": bucket.as_str(),
        "recordings": lacks.len(),
        "examples": lacks.iter().take(EXAMPLES).collect::<Vec<_>>(),
    }));
    tx.commit_with(event).await?;
    tracing::error!(code = "objects_missing", tenant = %run.tenant, %bucket, recordings = lacks.len(), "rows without an object");
    Ok(())
}
