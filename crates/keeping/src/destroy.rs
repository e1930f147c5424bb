//! Destroys what is due: one committing statement, keys first, then media on both tiers, a look whether anything is left, and the
//! certificate together with the row and the event; each told outside the database before it is done ([`crate::witness`]). It may be
//! cut short after any step: what was committed is carried on.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use rokuon_db::audit_events::AuditEvent;
use rokuon_db::jobs::{Progress, RunEnd};
use rokuon_db::keeping::{self, KeptRow, WorkList};
use rokuon_db::{destruction as destruction_rows, destruction_lists};
use rokuon_policy::ids::RecordingId;
use rokuon_policy::keeping::step::{Step, next_step};
use serde_json::json;
use tokio::sync::Mutex;

use crate::failure::KeepingError;
use crate::keeper::doubt_told;
use crate::run::Run;
use carrying::{Carried, carry_on};

mod carrying;
mod ending;
mod looks;
mod waiting;

/// What waits for a spool is mostly let go within seconds of its release, and within minutes else: so long it is looked again soon.
const FRESH: TimeDelta = TimeDelta::minutes(15);
/// And in this time.
const SOON: TimeDelta = TimeDelta::seconds(15);

/// Every place at which a test cuts a destruction short, in their order.
pub const PLACES: [&str; 16] = [
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
    // Only where something waits for a spool.
    "destroy.waits",
    "destroy.certified",
    "destroy.certificates_witnessed",
    "destroy.done",
];

/// What the lanes share.
struct Shared {
    progress: Progress,
    /// What the store keeps something of: it stays for the next time.
    left: BTreeSet<RecordingId>,
    /// What is gone, and waits for its certificate: a recorder's spool may hold something of it. Since the commit.
    waiting: BTreeMap<RecordingId, DateTime<Utc>>,
}

pub(crate) async fn run(run: &mut Run<'_>) -> Result<RunEnd, KeepingError> {
    run.keeper.interruption.at("destroy.begun")?;
    let progress = std::mem::take(&mut run.progress);
    let shared = Mutex::new(Shared { progress, left: BTreeSet::new(), waiting: BTreeMap::new() });
    let ended = through(run, &shared).await;
    let Shared { progress, left, waiting } = shared.into_inner();
    run.progress = progress;
    ended?;
    run.figure("left_in_store", left.len() as u64);
    run.figure("waits_for_spool", waiting.len() as u64);
    let now = run.keeper.times.now();
    run.again_in = waiting.values().any(|committed| now - *committed < FRESH).then_some(SOON);
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

/// Carries on what an earlier run committed, each once.
async fn finish_earlier(run: &Run<'_>, shared: &Mutex<Shared>) -> Result<(), KeepingError> {
    let mut after = None;
    loop {
        let now = run.keeper.look_at_clocks(&run.tenant).await;
        doubt_told(&mut shared.lock().await.progress, now)?;
        let mut tx = run.tx().await?;
        let rows = keeping::destroying(&mut tx, after, run.keeper.limits.batch).await?;
        let ids: Vec<RecordingId> = rows.iter().map(|row| row.id).collect();
        let emptied = destruction_lists::emptied(&mut tx, &ids).await?;
        tx.commit_read_only().await?;
        after = rows.last().and_then(|last| Some((last.destroying_at?, last.id)));
        if after.is_none() {
            return Ok(());
        }
        let (waited, begun): (Vec<KeptRow>, Vec<KeptRow>) =
            rows.into_iter().partition(|row| emptied.contains_key(&row.id));
        if !begun.is_empty() {
            carry_on_and_report(run, &begun, shared).await?;
        }
        if !waited.is_empty() {
            report(run, waiting::go_on(run, waited, &emptied).await?, shared).await?;
        }
    }
}

/// Says whether so much stays that nothing more should be begun.
async fn carry_on_and_report(
    run: &Run<'_>,
    rows: &[KeptRow],
    shared: &Mutex<Shared>,
) -> Result<bool, KeepingError> {
    report(run, carry_on(run, rows).await?, shared).await
}

async fn report(run: &Run<'_>, carried: Carried, shared: &Mutex<Shared>) -> Result<bool, KeepingError> {
    let mut shared = shared.lock().await;
    shared.progress.done += carried.destroyed;
    shared.left.extend(carried.left);
    shared.waiting.extend(carried.waiting);
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
