//! Carries committed destructions on: everything listed and written down, keys erased first, then media, then looked for once more.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rokuon_db::destruction_lists::{self, Emptied, ListCause, ListedObject};
use rokuon_db::keeping::KeptRow;
use rokuon_policy::ids::RecordingId;
use rokuon_policy::keeping::frames::Verdict;
use rokuon_storage::object_store::Bucket;

use super::ending::{Gone, end};
use super::looks;
use crate::erasing::erase;
use crate::failure::KeepingError;
use crate::outside::Outside;
use crate::run::Run;
use crate::witness::destruction;

/// What became of a batch.
#[derive(Default)]
pub(super) struct Carried {
    pub(super) destroyed: u64,
    /// Which could not be ended, because the store keeps something of them.
    pub(super) left: BTreeSet<RecordingId>,
    /// Which are gone from the stores and wait for a spool, and when they were committed.
    pub(super) waiting: BTreeMap<RecordingId, DateTime<Utc>>,
}

/// Carries committed destructions on to their end; what a spool may hold waits for that one with everything else done.
pub(super) async fn carry_on(run: &Run<'_>, rows: &[KeptRow]) -> Result<Carried, KeepingError> {
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
    // Keys first (I7): from here on no object can be decrypted, whatever becomes of the rest.
    erase(keeper, Bucket::Keys, &of(Bucket::Keys), "destroy.keys_halfway").await?;
    let keys_erased = keeper.times.now();
    keeper.interruption.at("destroy.keys_erased")?;
    erase(keeper, Bucket::Media, &of(Bucket::Media), "destroy.media_halfway").await?;
    keeper.interruption.at("destroy.media_erased")?;
    erase(keeper, Bucket::Secondary, &of(Bucket::Secondary), "destroy.media_halfway").await?;
    let emptied = Emptied { keys_erased, media_erased: keeper.times.now() };
    keeper.interruption.at("destroy.secondary_erased")?;
    let outside = Outside::ask(run, rows).await?;
    let left = looks::still_there(run, &ids).await?;
    let checked = keeper.times.now();
    keeper.interruption.at("destroy.checked")?;
    let mut carried = Carried { left, ..Carried::default() };
    let mut gone = Vec::new();
    for row in rows.iter().filter(|row| !carried.left.contains(&row.id)) {
        let known = outside.of(row);
        if known.verdict == Verdict::Waits {
            carried.waiting.insert(row.id, row.destroying_at.unwrap_or(keys_erased));
        } else {
            let erased = objects.remove(&row.id).unwrap_or_default();
            gone.push(Gone { row, erased, emptied, known });
        }
    }
    if !carried.waiting.is_empty() {
        let waiting: Vec<RecordingId> = carried.waiting.keys().copied().collect();
        let mut tx = run.tx().await?;
        destruction_lists::note_emptied(&mut tx, &waiting, emptied).await?;
        tx.commit_bookkeeping().await?;
        keeper.interruption.at("destroy.waits")?;
    }
    carried.destroyed = end(run, gone, (outside.at, checked)).await?;
    if let Some(note) = note.filter(|_| carried.left.is_empty() && carried.waiting.is_empty()) {
        destruction::erase_committed(store, &note).await?;
    }
    Ok(carried)
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
