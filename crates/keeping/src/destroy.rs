//! Destroys what is due: one committing statement, keys first, then media on both tiers, a look whether anything is left, and the
//! certificate together with the row and the event; each told outside the database before it is done ([`crate::witness`]). It may be
//! cut short after any step: what was committed is carried on.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use rokuon_db::audit_events::AuditEvent;
use rokuon_db::destruction_lists::{self, ListCause, ListedObject};
use rokuon_db::jobs::{Progress, RunEnd};
use rokuon_db::keeping::{self, KeptRow, WorkList};
use rokuon_db::{certificates, destruction as destruction_rows, destruction_days};
use rokuon_policy::ids::RecordingId;
use rokuon_policy::keeping::spools::Spools;
use rokuon_policy::keeping::step::{Step, next_step};
use rokuon_storage::object_store::Bucket;
use serde_json::json;
use tokio::sync::Mutex;

use crate::certificate::{Destroyed, Times, certify};
use crate::erasing::erase;
use crate::failure::KeepingError;
use crate::keeper::doubt_told;
use crate::recorders;
use crate::run::Run;
use crate::witness::destruction;

mod looks;

/// Every place at which a test cuts a destruction short, in their order.
pub const PLACES: [&str; 15] = [
    "destroy.begun",
    "destroy.chosen",
    "destroy.committed",
    "destroy.listed",
    "destroy.list_written",
    "destroy.witnessed",
    "destroy.keys_halfway",
    "destroy.keys_erased",
    "destroy.media_halfway",
    "destroy.media_erased",
    "destroy.secondary_erased",
    "destroy.checked",
    "destroy.certified",
    "destroy.certificates_witnessed",
    "destroy.done",
];

/// What the lanes share.
struct Shared {
    progress: Progress,
    /// What stays for the next time, so that nothing is asked for twice in a run.
    left: BTreeSet<RecordingId>,
}

pub(crate) async fn run(run: &mut Run<'_>) -> Result<RunEnd, KeepingError> {
    run.keeper.interruption.at("destroy.begun")?;
    let progress = std::mem::take(&mut run.progress);
    let shared = Mutex::new(Shared { progress, left: BTreeSet::new() });
    let ended = through(run, &shared).await;
    let Shared { progress, left } = shared.into_inner();
    run.progress = progress;
    ended?;
    run.figure("left_in_store", left.len() as u64);
    if left.is_empty() { Ok(RunEnd::Done) } else { Err(KeepingError::StillThere { left: left.len() }) }
}

async fn through(run: &Run<'_>, shared: &Mutex<Shared>) -> Result<(), KeepingError> {
    finish_earlier(run, shared).await?;
    // A lane that fails ends its own batch only: all are waited for.
    let over = Mutex::new(false);
    let mut lanes = Vec::new();
    lanes.resize_with(run.keeper.limits.batches.max(1), || lane(run, shared, &over));
    join_all(lanes).await.into_iter().collect()
}

/// Commits a batch and carries it on, until it is over: nothing more is due, too much stays, or a lane failed.
async fn lane(run: &Run<'_>, shared: &Mutex<Shared>, over: &Mutex<bool>) -> Result<(), KeepingError> {
    let ended = async {
        loop {
            let batch = {
                // One commits at a time: both would choose the same ones.
                let mut over = over.lock().await;
                if *over {
                    return Ok(());
                }
                let committed = commit_next(run).await;
                let progress = &mut shared.lock().await.progress;
                let batch = doubt_told(progress, committed)?;
                if batch.kept > 0 {
                    progress.count("kept_after_all", batch.kept);
                }
                *over = batch.moved == 0;
                batch
            };
            if !batch.rows.is_empty() && carry_on_and_report(run, &batch.rows, shared).await? {
                *over.lock().await = true;
            }
        }
    };
    let ended = ended.await;
    *over.lock().await = true;
    ended
}

/// Carries on what an earlier run committed.
async fn finish_earlier(run: &Run<'_>, shared: &Mutex<Shared>) -> Result<(), KeepingError> {
    loop {
        let now = run.keeper.look_at_clocks(&run.tenant).await;
        let now = doubt_told(&mut shared.lock().await.progress, now)?;
        let mut tx = run.tx().await?;
        let mut rows = keeping::list(&mut tx, WorkList::Destroying, now, run.keeper.limits.batch).await?;
        tx.commit_read_only().await?;
        {
            let left = &shared.lock().await.left;
            rows.retain(|row| !left.contains(&row.id));
        }
        if rows.is_empty() {
            return Ok(());
        }
        carry_on_and_report(run, &rows, shared).await?;
    }
}

/// Says whether so much stays that nothing more should be begun.
async fn carry_on_and_report(
    run: &Run<'_>,
    rows: &[KeptRow],
    shared: &Mutex<Shared>,
) -> Result<bool, KeepingError> {
    let carried = carry_on(run, rows).await?;
    let mut shared = shared.lock().await;
    shared.progress.done += carried.destroyed;
    shared.left.extend(carried.left);
    run.report_so_far(&shared.progress, None).await?;
    Ok(shared.left.len() >= run.keeper.limits.batch as usize)
}

/// What one transaction moved.
#[derive(Default)]
struct Committed {
    /// Past the point of no return, as they were then.
    rows: Vec<KeptRow>,
    /// Taken back: their period was lengthened.
    kept: u64,
    /// Both.
    moved: usize,
}

/// What became of a batch.
struct Carried {
    destroyed: u64,
    /// Which could not be ended, because the store keeps something of them.
    left: BTreeSet<RecordingId>,
}

/// Commits the destruction of the next ones, and takes back what is kept after all.
async fn commit_next(run: &Run<'_>) -> Result<Committed, KeepingError> {
    let now = run.keeper.look_at_clocks(&run.tenant).await?;
    let mut tx = run.tx().await?;
    let due = keeping::list(&mut tx, WorkList::Due, now, run.keeper.limits.batch).await?;
    let (mut chosen, mut kept) = (Vec::new(), Vec::new());
    for row in &due {
        match next_step(&row.kept, now) {
            Step::CommitDestruction => chosen.push((row.id, row.kept.epoch)),
            Step::KeepAfterAll(_) => kept.push((row.id, row.kept.epoch)),
            _ => {}
        }
    }
    run.keeper.interruption.at("destroy.chosen")?;
    let kept = destruction_rows::keep_after_all(&mut tx, &kept).await?;
    let committed = destruction_rows::commit(&mut tx, &chosen, now).await?;
    // As they are now that nobody else can change them.
    let rows = keeping::find(&mut tx, &committed).await?;
    let rows_of: BTreeMap<RecordingId, &KeptRow> = due.iter().chain(&rows).map(|row| (row.id, row)).collect();
    let event = |kind: &str, id: &RecordingId| -> AuditEvent {
        let mut event = run.event(kind, now).on("recording", id);
        if let Some(row) = rows_of.get(id) {
            event.article = row.kept.cause.as_ref().map(|cause| cause.article.clone());
            event.detail = json!({
                "reason": row.kept.cause.as_ref().map(|cause| cause.reason),
                "policy_version": row.policy_version,
            });
        }
        event
    };
    let mut events: Vec<AuditEvent> = kept.iter().map(|id| event("recording.keep_after_all", id)).collect();
    events.extend(committed.iter().map(|id| event("recording.destroying", id)));
    let (kept, moved) = (kept.len() as u64, events.len());
    if moved == 0 {
        tx.commit_read_only().await?;
        return Ok(Committed::default());
    }
    tx.commit_with_all(&events).await?;
    run.keeper.interruption.at("destroy.committed")?;
    Ok(Committed { rows, kept, moved })
}

/// Carries committed destructions on to their end.
async fn carry_on(run: &Run<'_>, rows: &[KeptRow]) -> Result<Carried, KeepingError> {
    let keeper = run.keeper;
    let ids: Vec<RecordingId> = rows.iter().map(|row| row.id).collect();
    let mut found = looks::listed(run, &ids).await?;
    found.retain(|(_, objects)| !objects.is_empty());
    keeper.interruption.at("destroy.listed")?;
    let mut objects = write_down(run, &ids, found).await?;
    keeper.interruption.at("destroy.list_written")?;
    let all: Vec<&ListedObject> = objects.values().flatten().collect();
    let of = |bucket: Bucket| -> Vec<&ListedObject> {
        all.iter().copied().filter(|one| one.bucket == bucket.as_str()).collect()
    };
    // Outside the database first: a restored one does not know of the commit.
    let store = &*keeper.store;
    let note = destruction::put_committed(store, &keeper.signer, &run.tenant, rows).await?;
    keeper.interruption.at("destroy.witnessed")?;
    // Keys first (I7): from here on nothing can be decrypted, whatever becomes of the rest.
    erase(keeper, Bucket::Keys, &of(Bucket::Keys), "destroy.keys_halfway").await?;
    let keys_erased = keeper.times.now();
    keeper.interruption.at("destroy.keys_erased")?;
    erase(keeper, Bucket::Media, &of(Bucket::Media), "destroy.media_halfway").await?;
    keeper.interruption.at("destroy.media_erased")?;
    erase(keeper, Bucket::Secondary, &of(Bucket::Secondary), "destroy.media_halfway").await?;
    let media_erased = keeper.times.now();
    keeper.interruption.at("destroy.secondary_erased")?;
    let left = looks::still_there(run, &ids).await?;
    let checked = keeper.times.now();
    keeper.interruption.at("destroy.checked")?;
    let rules = run.rules()?;
    let mut tx = run.tx().await?;
    let words = recorders::last_words(&mut tx, checked).await?;
    tx.commit_read_only().await?;
    let issued: Vec<certificates::Certificate> = rows
        .iter()
        .filter(|row| !left.contains(&row.id))
        .filter_map(|row| {
            let committed = row.destroying_at.unwrap_or(keys_erased);
            let times = Times { due: row.due_at, committed, keys_erased, media_erased, checked };
            let erased = objects.remove(&row.id).unwrap_or_default();
            // Whoever was heard after the call may have had it, and has sealed it since: it was committed as sealed.
            let since = words.iter().copied().filter(|word| word.at >= row.kept.started_at);
            let spools = Spools::of(since, checked);
            let destroyed = Destroyed { row, erased, times, spools };
            certify(&run.tenant, &rules.policy, destroyed, &keeper.signer)
        })
        .collect();
    keeper.interruption.at("destroy.certified")?;
    destruction::put_certificates(store, &keeper.signer, &run.tenant, &issued).await?;
    keeper.interruption.at("destroy.certificates_witnessed")?;
    let destroyed = finish(run, issued).await?;
    keeper.interruption.at("destroy.done")?;
    if let Some(note) = note.filter(|_| left.is_empty()) {
        destruction::erase_committed(store, &note).await?;
    }
    Ok(Carried { destroyed, left })
}

/// Writes down what is about to be erased. What an earlier run listed, and may have erased already, belongs to the certificate too.
async fn write_down(
    run: &Run<'_>,
    ids: &[RecordingId],
    found: Vec<(RecordingId, Vec<ListedObject>)>,
) -> Result<BTreeMap<RecordingId, Vec<ListedObject>>, KeepingError> {
    let mut tx = run.tx().await?;
    let new = destruction_lists::put(&mut tx, ListCause::Destroyed, &found, run.keeper.times.now()).await?;
    let new: BTreeSet<RecordingId> = new.into_iter().collect();
    let mut lists: BTreeMap<RecordingId, Vec<ListedObject>> =
        found.into_iter().filter(|(id, _)| new.contains(id)).collect();
    let old: Vec<RecordingId> = ids.iter().filter(|id| !new.contains(id)).copied().collect();
    if !old.is_empty() {
        let listed = destruction_lists::of(&mut tx, ListCause::Destroyed, &old).await?;
        lists.extend(listed.into_iter().map(|list| (list.recording, list.objects)));
    }
    tx.commit_bookkeeping().await?;
    Ok(lists)
}

/// Row, certificate, count and event of each, in one transaction: exactly one certificate a destroyed recording (I6). Says how many.
async fn finish(run: &Run<'_>, issued: Vec<certificates::Certificate>) -> Result<u64, KeepingError> {
    let ids: Vec<RecordingId> = issued.iter().map(|one| one.recording).collect();
    let now = run.keeper.times.now();
    let mut tx = run.tx().await?;
    let done: BTreeSet<RecordingId> = destruction_rows::done(&mut tx, &ids, now).await?.into_iter().collect();
    // One that another run ended meanwhile has its certificate.
    let issued: Vec<certificates::Certificate> =
        issued.into_iter().filter(|one| done.contains(&one.recording)).collect();
    destruction_lists::strike(&mut tx, ListCause::Destroyed, &ids).await?;
    if issued.is_empty() {
        tx.commit_bookkeeping().await?;
        return Ok(0);
    }
    certificates::issue(&mut tx, &issued).await?;
    destruction_days::add(&mut tx, run.today(), 0, issued.len() as u64).await?;
    let events: Vec<AuditEvent> = issued
        .iter()
        .map(|one| {
            let sha256: String = one.sha256().iter().map(|octet| format!("{octet:02x}")).collect();
            let mut event =
                run.event("recording.destroyed", now).on("recording", one.recording).with(json!({
                    "certificate": one.id,
                    "certificate_sha256": sha256,
                    "reason": one.reason,
                    "policy_version": one.policy_version,
                }));
            event.article = Some(one.article.clone());
            event
        })
        .collect();
    tx.commit_with_all(&events).await?;
    metrics::counter!("rokuon_recordings_destroyed_total").increment(issued.len() as u64);
    Ok(issued.len() as u64)
}
