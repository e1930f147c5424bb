//! Destroys what is due: one committing statement, keys first, then media on both tiers, a look whether anything is left, and the
//! certificate together with the row and the event; each told outside the database before it is done ([`crate::witness`]). It may be
//! cut short after any step: what was committed is carried on.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{self, StreamExt, TryStreamExt};
use rokuon_db::audit_events::AuditEvent;
use rokuon_db::destruction_lists::{self, ListCause, ListedObject};
use rokuon_db::jobs::RunEnd;
use rokuon_db::keeping::{self, KeptRow, WorkList};
use rokuon_db::{certificates, destruction as destruction_rows, destruction_days};
use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_policy::keeping::spools::Spools;
use rokuon_policy::keeping::step::{Step, next_step};
use rokuon_storage::object_key;
use rokuon_storage::object_store::{Bucket, StoreErrorKind};
use serde_json::json;

use crate::certificate::{Destroyed, Times, certify};
use crate::erasing::{erase, list_all};
use crate::failure::KeepingError;
use crate::keeper::Keeper;
use crate::recorders;
use crate::run::Run;
use crate::witness::destruction;

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

pub(crate) async fn run(run: &mut Run<'_>) -> Result<RunEnd, KeepingError> {
    run.keeper.interruption.at("destroy.begun")?;
    // What stays for the next time, so that nothing is asked for twice in a run.
    let mut left: BTreeSet<RecordingId> = BTreeSet::new();
    finish_earlier(run, &mut left).await?;
    let mut committed = commit_next(run).await;
    loop {
        let batch = count(run, committed)?;
        if batch.moved == 0 {
            break;
        }
        // While the store is busy with these, the database commits the next. Both are waited for, whatever becomes of one.
        let full = left.len() >= run.keeper.limits.batch as usize;
        let (carried, next) = tokio::join!(carry_on(run, &batch.rows), async {
            if full { Ok(Committed::default()) } else { commit_next(run).await }
        });
        left.extend(ended(run, carried?).await?);
        committed = next;
    }
    run.figure("left_in_store", left.len() as u64);
    if left.is_empty() { Ok(RunEnd::Done) } else { Err(KeepingError::StillThere { left: left.len() }) }
}

/// Carries on what an earlier run committed.
async fn finish_earlier(run: &mut Run<'_>, left: &mut BTreeSet<RecordingId>) -> Result<(), KeepingError> {
    loop {
        let now = run.keeper.believe_time(run).await?;
        let mut tx = run.tx().await?;
        let listed = keeping::list(&mut tx, WorkList::Destroying, now, run.keeper.limits.batch).await?;
        tx.commit_read_only().await?;
        let rows: Vec<KeptRow> = listed.into_iter().filter(|row| !left.contains(&row.id)).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let carried = carry_on(run, &rows).await?;
        left.extend(ended(run, carried).await?);
    }
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

fn count(run: &mut Run<'_>, committed: Result<Committed, KeepingError>) -> Result<Committed, KeepingError> {
    match &committed {
        Ok(batch) if batch.kept > 0 => run.count("kept_after_all", batch.kept),
        Err(KeepingError::Time(doubt)) => run.figure("clock_doubt", doubt.to_string()),
        _ => {}
    }
    committed
}

async fn ended(run: &mut Run<'_>, carried: Carried) -> Result<BTreeSet<RecordingId>, KeepingError> {
    run.progress.done += carried.destroyed;
    run.report(None).await?;
    Ok(carried.left)
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
    let mut found = listed(run, &ids).await?;
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
    let left = still_there(run, &ids).await?;
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

/// Everything the stores hold of them, every version and marker.
async fn listed(
    run: &Run<'_>,
    ids: &[RecordingId],
) -> Result<Vec<(RecordingId, Vec<ListedObject>)>, KeepingError> {
    let mut looks = Vec::with_capacity(ids.len());
    for id in ids {
        looks.push(listed_of(run.keeper, *id, object_key::prefix(&run.tenant, *id)));
    }
    stream::iter(looks).buffer_unordered(run.keeper.limits.requests).try_collect().await
}

async fn listed_of(
    keeper: &Keeper,
    id: RecordingId,
    prefix: String,
) -> Result<(RecordingId, Vec<ListedObject>), KeepingError> {
    let mut objects = Vec::new();
    for bucket in Bucket::ALL {
        objects.extend(list_all(keeper, bucket, &prefix).await?);
    }
    Ok((id, objects))
}

/// Of which anything is left, or whose wrapped key can still be had.
async fn still_there(run: &Run<'_>, ids: &[RecordingId]) -> Result<BTreeSet<RecordingId>, KeepingError> {
    let mut looks = Vec::with_capacity(ids.len());
    for id in ids {
        looks.push(still_there_of(run.keeper, &run.tenant, *id));
    }
    let looked: Vec<Option<RecordingId>> =
        stream::iter(looks).buffer_unordered(run.keeper.limits.requests).try_collect().await?;
    Ok(looked.into_iter().flatten().collect())
}

async fn still_there_of(
    keeper: &Keeper,
    tenant: &TenantId,
    id: RecordingId,
) -> Result<Option<RecordingId>, KeepingError> {
    let prefix = object_key::prefix(tenant, id);
    for bucket in Bucket::ALL {
        if !keeper.store.list_versions(bucket, &prefix, None, 1).await?.is_empty() {
            return Ok(Some(id));
        }
    }
    match keeper.store.get(Bucket::Keys, &object_key::wrapped_key(tenant, id), None).await {
        Err(error) if error.kind == StoreErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(Some(id)),
    }
}
