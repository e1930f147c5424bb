//! What the stores hold of a batch, before it is erased and afterwards. So many parts of it are asked for at once as requests may be made.

use std::collections::BTreeSet;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use rokuon_db::destruction_lists::ListedObject;
use rokuon_policy::ids::RecordingId;
use rokuon_storage::object_key;
use rokuon_storage::object_store::{Bucket, StoreErrorKind};

use crate::erasing::list_all_of_each;
use crate::failure::KeepingError;
use crate::run::Run;

/// Everything the stores hold of them, every version and marker.
pub(super) async fn listed(
    run: &Run<'_>,
    ids: &[RecordingId],
) -> Result<Vec<(RecordingId, Vec<ListedObject>)>, KeepingError> {
    let looks: Vec<_> = parts(run, ids).map(|part| listed_of(run, part)).collect();
    stream::iter(looks).buffer_unordered(run.keeper.limits.requests).try_concat().await
}

async fn listed_of(
    run: &Run<'_>,
    ids: &[RecordingId],
) -> Result<Vec<(RecordingId, Vec<ListedObject>)>, KeepingError> {
    let prefixes = prefixes(run, ids);
    let mut found: Vec<(RecordingId, Vec<ListedObject>)> = ids.iter().map(|id| (*id, Vec::new())).collect();
    for bucket in Bucket::ALL {
        let listed = list_all_of_each(run.keeper, bucket, &prefixes).await?;
        for ((_, objects), more) in found.iter_mut().zip(listed) {
            objects.extend(more);
        }
    }
    Ok(found)
}

/// Of which anything is left, or whose wrapped key can still be had.
pub(super) async fn still_there(
    run: &Run<'_>,
    ids: &[RecordingId],
) -> Result<BTreeSet<RecordingId>, KeepingError> {
    let looks: Vec<_> = parts(run, ids).map(|part| still_there_of(run, part)).collect();
    let left: Vec<RecordingId> =
        stream::iter(looks).buffer_unordered(run.keeper.limits.requests).try_concat().await?;
    Ok(left.into_iter().collect())
}

async fn still_there_of(run: &Run<'_>, ids: &[RecordingId]) -> Result<Vec<RecordingId>, KeepingError> {
    let store = &run.keeper.store;
    let prefixes = prefixes(run, ids);
    let mut left = Vec::new();
    for bucket in Bucket::ALL {
        let pages = store.list_versions_of_each(bucket, &prefixes, 1).await?;
        left.extend(ids.iter().zip(pages).filter(|(_, page)| !page.is_empty()).map(|(id, _)| *id));
    }
    for id in ids {
        match store.get(Bucket::Keys, &object_key::wrapped_key(&run.tenant, *id), None).await {
            Err(error) if error.kind == StoreErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
            Ok(_) => left.push(*id),
        }
    }
    Ok(left)
}

fn parts<'a>(run: &Run<'_>, ids: &'a [RecordingId]) -> std::slice::Chunks<'a, RecordingId> {
    ids.chunks(ids.len().div_ceil(run.keeper.limits.requests.max(1)).max(1))
}

fn prefixes(run: &Run<'_>, ids: &[RecordingId]) -> Vec<String> {
    ids.iter().map(|id| object_key::prefix(&run.tenant, *id)).collect()
}
