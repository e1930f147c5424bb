//! Moves media to the second tier (O-6.1): copied, read back, the row switched, and only then the first copy erased (INV-5).

use futures_util::stream::{self, StreamExt, TryStreamExt};
use rokuon_db::destruction_lists::{self, ListCause, ListedObject};
use rokuon_db::jobs::RunEnd;
use rokuon_db::keeping::{self, KeptRow, WorkList};
use rokuon_db::kept_segments::{self, KeptSegment, Switched};
use rokuon_policy::backstop::BackstopClass;
use rokuon_policy::ids::RecordingId;
use rokuon_policy::keeping::step::{Step, next_step};
use rokuon_storage::object_store::{Bucket, ObjectKey, StoreError, StoreErrorKind};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::erasing::erase;
use crate::failure::KeepingError;
use crate::keeper::Keeper;
use crate::run::Run;

/// Recordings that are copied before the rows are switched: each waits in memory for no longer than its own copy.
const AT_ONCE: u32 = 50;

pub(crate) async fn run(run: &mut Run<'_>) -> Result<RunEnd, KeepingError> {
    let now = run.keeper.believe_time(run).await?;
    let mut tx = run.tx().await?;
    run.progress.total = Some(keeping::count(&mut tx, WorkList::ToMove, now).await?);
    tx.commit_read_only().await?;
    // What an earlier run switched and did not get to erase.
    erase_moved(run).await?;
    loop {
        let mut tx = run.tx().await?;
        let found = keeping::list(&mut tx, WorkList::ToMove, now, AT_ONCE).await?;
        let rows: Vec<KeptRow> = found
            .into_iter()
            .filter(|row| matches!(next_step(&row.kept, now), Step::MoveToSecondary))
            .collect();
        let ids: Vec<RecordingId> = rows.iter().map(|row| row.id).collect();
        let segments = kept_segments::of(&mut tx, &ids).await?;
        tx.commit_read_only().await?;
        let (mut moved, mut broken) = (0, 0);
        for row in &rows {
            let own: Vec<&KeptSegment> = segments.iter().filter(|one| one.recording == row.id).collect();
            match copy(run, row, &own).await {
                Ok(switched) => moved += u64::from(switch(run, row, &switched).await?),
                // Its turn at the scrub comes next, which says what is wrong; it stays where it is meanwhile.
                Err(KeepingError::Store(error)) if !error.retryable() => {
                    tracing::error!(code = "media_broken", recording = %row.id, %error, "not moved: its media is not what was sealed");
                    let mut tx = run.tx().await?;
                    rokuon_db::scrubbing::hurry(&mut tx, &[row.id]).await?;
                    tx.commit_bookkeeping().await?;
                    broken += 1;
                }
                Err(error) => return Err(error),
            }
        }
        erase_moved(run).await?;
        run.progress.done += moved;
        run.count("broken", broken);
        run.report(None).await?;
        if moved == 0 || rows.len() < AT_ONCE as usize {
            return Ok(RunEnd::Done);
        }
    }
}

/// Copies what still lies on the first tier; each copy was read back by the store's own put.
async fn copy(
    run: &Run<'_>,
    row: &KeptRow,
    segments: &[&KeptSegment],
) -> Result<Vec<Switched>, KeepingError> {
    let class = BackstopClass::of_kind(&run.rules()?.policy, row.kept.media);
    let mut copies = Vec::new();
    for segment in segments.iter().filter(|one| one.bucket != Bucket::Secondary.as_str()) {
        copies.push(copy_one(run.keeper, segment, class));
    }
    stream::iter(copies).buffer_unordered(4).try_collect().await
}

async fn copy_one(
    keeper: &Keeper,
    segment: &KeptSegment,
    class: Option<BackstopClass>,
) -> Result<Switched, KeepingError> {
    let key: ObjectKey =
        segment.object_key.parse().map_err(|error| StoreError::new(StoreErrorKind::Refused, error))?;
    let octets = keeper.store.get(Bucket::Media, &key, Some(&segment.version_id)).await?;
    if Sha256::digest(&octets)[..] != segment.container_sha256[..] {
        return Err(StoreError::new(StoreErrorKind::Corrupt, "the object is not what its row says").into());
    }
    keeper.interruption.at("tier_move.read")?;
    let stored = keeper.store.put(Bucket::Secondary, &key, octets, class).await?;
    if stored.sha256 != segment.container_sha256 {
        return Err(StoreError::new(StoreErrorKind::Corrupt, "the copy is not what was put").into());
    }
    keeper.interruption.at("tier_move.copied")?;
    let bucket = Bucket::Secondary.as_str().to_owned();
    Ok(Switched { before: segment.clone(), bucket, version_id: stored.version_id })
}

/// Points the rows at the copies and writes down what is to be erased, in one transaction; not of one that was held meanwhile.
async fn switch(run: &Run<'_>, row: &KeptRow, switched: &[Switched]) -> Result<bool, KeepingError> {
    let now = run.keeper.times.now();
    let mut tx = run.tx().await?;
    let same = kept_segments::switch(&mut tx, switched).await?;
    if !same || !kept_segments::moved(&mut tx, row.id, row.kept.epoch, now).await? {
        tx.commit_read_only().await?;
        return Ok(false);
    }
    let gone: Vec<ListedObject> = switched
        .iter()
        .map(|one| ListedObject {
            bucket: one.before.bucket.clone(),
            key: one.before.object_key.clone(),
            version: one.before.version_id.clone(),
            bytes: one.before.container_bytes,
        })
        .collect();
    destruction_lists::put(&mut tx, ListCause::Moved, &[(row.id, gone.clone())], now).await?;
    let mut event = run.event("recording.moved", now).on("recording", row.id).with(json!({
        "tier": "secondary",
        "segments": switched.len(),
        "secondary_from": row.kept.retention.secondary_from,
    }));
    event.article = Some(row.kept.retention.article.clone());
    tx.commit_with(event).await?;
    run.keeper.interruption.at("tier_move.switched")?;
    Ok(true)
}

/// Erases the first copies of what was switched.
async fn erase_moved(run: &mut Run<'_>) -> Result<(), KeepingError> {
    loop {
        let mut tx = run.tx().await?;
        let lists = destruction_lists::waiting(&mut tx, ListCause::Moved, run.keeper.limits.batch).await?;
        tx.commit_read_only().await?;
        if lists.is_empty() {
            return Ok(());
        }
        for bucket in [Bucket::Media, Bucket::Secondary] {
            let all = lists.iter().flat_map(|list| &list.objects);
            let of: Vec<&ListedObject> = all.filter(|one| one.bucket == bucket.as_str()).collect();
            erase(run.keeper, bucket, &of, "tier_move.erasing").await?;
        }
        run.keeper.interruption.at("tier_move.erased")?;
        // What the store's own hold kept is found by the comparison with the rows later, and goes then.
        let ids: Vec<RecordingId> = lists.iter().map(|list| list.recording).collect();
        let mut tx = run.tx().await?;
        destruction_lists::strike(&mut tx, ListCause::Moved, &ids).await?;
        tx.commit_bookkeeping().await?;
    }
}
