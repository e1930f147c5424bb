//! Destructions of which the stores hold nothing any more, and whose certificates waited for a recorder's spool.

use std::collections::BTreeMap;

use rokuon_db::destruction_lists::{self, Emptied, ListCause, ListedObject};
use rokuon_db::keeping::{self, KeptRow};
use rokuon_policy::ids::RecordingId;
use rokuon_policy::keeping::frames::Verdict;
use rokuon_policy::recording_state::RecordingState;

use super::carrying::{Carried, carry_on};
use super::ending::{Gone, end};
use super::looks;
use crate::failure::KeepingError;
use crate::outside::Outside;
use crate::run::Run;
use crate::witness::destruction;

/// Ends those that no spool holds any more, or that waited long enough. The store is asked about these only.
pub(super) async fn go_on(
    run: &Run<'_>,
    rows: Vec<KeptRow>,
    emptied: &BTreeMap<RecordingId, Emptied>,
) -> Result<Carried, KeepingError> {
    let outside = Outside::ask(run, &rows).await?;
    let mut carried = Carried::default();
    let (waits, over): (Vec<KeptRow>, Vec<KeptRow>) =
        rows.into_iter().partition(|row| outside.of(row).verdict == Verdict::Waits);
    carried.waiting.extend(waits.iter().map(|row| (row.id, row.destroying_at.unwrap_or(outside.at))));
    if over.is_empty() {
        return Ok(carried);
    }
    let ids: Vec<RecordingId> = over.iter().map(|row| row.id).collect();
    let back = looks::still_there(run, &ids).await?;
    let checked = run.keeper.times.now();
    run.keeper.interruption.at("destroy.checked")?;
    let mut lists = lists(run, &ids).await?;
    let (back, over): (Vec<KeptRow>, Vec<KeptRow>) = over.into_iter().partition(|row| back.contains(&row.id));
    let gone = over.iter().filter_map(|row| {
        let emptied = *emptied.get(&row.id)?;
        let erased = lists.remove(&row.id).unwrap_or_default();
        Some(Gone { row, erased, emptied, known: outside.of(row) })
    });
    carried.destroyed = end(run, gone.collect(), (outside.at, checked)).await?;
    if let Err(error) = erase_notes(run).await {
        tracing::warn!(%error, tenant = %run.tenant, "notes of destructions that are certified could not be erased yet");
    }
    if !back.is_empty() {
        // Something came back, as by a store that was restored: it is erased as if for the first time.
        let again = carry_on(run, &back).await?;
        carried.destroyed += again.destroyed;
        carried.left.extend(again.left);
        carried.waiting.extend(again.waiting);
    }
    Ok(carried)
}

async fn lists(
    run: &Run<'_>,
    ids: &[RecordingId],
) -> Result<BTreeMap<RecordingId, Vec<ListedObject>>, KeepingError> {
    let mut tx = run.tx().await?;
    let lists = destruction_lists::of(&mut tx, ListCause::Destroyed, ids).await?;
    tx.commit_read_only().await?;
    Ok(lists.into_iter().map(|list| (list.recording, list.objects)).collect())
}

/// Erases the notes of commits that are certified by now: one was kept for all of a batch while some of it waited.
async fn erase_notes(run: &Run<'_>) -> Result<(), KeepingError> {
    let (store, verifier) = (&*run.keeper.store, run.keeper.signer.verifier());
    for (note, ids) in destruction::committed_notes(store, &run.tenant, &verifier).await? {
        let mut tx = run.tx().await?;
        let rows = keeping::find(&mut tx, &ids).await?;
        tx.commit_read_only().await?;
        let destroyed = rows.iter().filter(|row| row.kept.state == RecordingState::Destroyed).count();
        if destroyed == ids.len() {
            destruction::erase_committed(store, &note).await?;
        }
    }
    Ok(())
}
