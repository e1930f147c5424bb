//! Compares the store with the rows, both ways (I8): objects without a row go when they are a day old, rows without an object are told.
//!
//! One listing of each bucket in order of keys, which is the order of recordings' ids, is held against the rows of the same stretch.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::destruction_lists::ListedObject;
use rokuon_db::jobs::RunEnd;
use rokuon_db::scrubbing;
use rokuon_db::stored_recordings::{self, StoredRecording};
use rokuon_policy::ids::RecordingId;
use rokuon_policy::recording_state::RecordingState;
use rokuon_storage::object_store::{Bucket, ObjectVersion};
use serde_json::{Value, json};

use crate::erasing::{erase, listed};
use crate::failure::KeepingError;
use crate::run::Run;

mod judging;

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
            let (page, end) = page(run, *bucket, after).await?;
            if let Some(end) = compare(run, *bucket, after, &page, end).await? {
                return Ok(end);
            }
            after = end;
            let Some(last) = end else { break };
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

/// The next stretch of a bucket: whole recordings only. The id it goes up to, or `None` when it is the last.
async fn page(
    run: &mut Run<'_>,
    bucket: Bucket,
    after: Option<RecordingId>,
) -> Result<(Page, Option<RecordingId>), KeepingError> {
    let prefix = format!("{}/", run.tenant);
    // Behind everything of the recording before: `~` comes after every character of a key.
    let mut cursor =
        after.map(|id| (rokuon_storage::object_key::prefix(&run.tenant, id) + "~", String::new()));
    let mut found = Page::new();
    loop {
        let limit = run.keeper.limits.listed;
        let listed = run.keeper.store.list_versions(bucket, &prefix, cursor.as_ref(), limit).await?;
        let whole = listed.len() < limit;
        cursor = listed.last().map(|last| (last.key.to_string(), last.version_id.clone()));
        for version in listed {
            match recording_of(version.key.as_str()) {
                Some(id) => found.entry(id).or_default().push(version),
                None => run.count("strange_names", 1),
            }
        }
        if whole || cursor.is_none() {
            return Ok((found, None));
        }
        // The last one may go on in the next listing.
        if found.len() > 1 {
            found.pop_last();
            let last = found.last_key_value().map(|(id, _)| *id);
            return Ok((found, last));
        }
    }
}

fn recording_of(key: &str) -> Option<RecordingId> {
    key.split('/').nth(2)?.parse().ok()
}

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
    let mut unknown = 0;
    for (id, versions) in page {
        let old = |version: &ObjectVersion| is_old(version, run.now);
        let row = known.get(id);
        let doomed = judging::doomed(bucket, row, versions, old);
        unknown += u64::from(row.is_none() && !doomed.is_empty());
        if row.is_some_and(|row| row.state == RecordingState::Destroyed) && !doomed.is_empty() {
            run.count("came_back", 1);
        }
        gone.extend(doomed.into_iter().map(|version| listed(bucket, version)));
    }
    run.progress.done += page.values().map(|versions| versions.len() as u64).sum::<u64>();
    run.count("octets", page.values().flatten().map(|version| version.len).sum());
    if unknown > 0 {
        run.count("without_row", unknown);
        let so_far = run.progress.figures.get("without_row").and_then(Value::as_u64).unwrap_or(0);
        if so_far > FEW.max(run.released()) {
            run.figure("planned", so_far);
            run.figure("limit", FEW);
            run.figure("wanted", so_far);
            return Ok(Some(RunEnd::Stopped));
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
