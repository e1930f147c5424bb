//! Listing and erasing versions, in bites that a store takes.

use rokuon_db::destruction_lists::ListedObject;
use rokuon_storage::object_store::{Bucket, ObjectKey, ObjectVersion, StoreErrorKind};

use crate::failure::KeepingError;
use crate::keeper::Keeper;

/// Versions that one request erases.
const AT_ONCE: usize = 1_000;

/// Every version and marker under a prefix.
///
/// # Errors
/// [`KeepingError::Store`].
pub(crate) async fn list_all(
    keeper: &Keeper,
    bucket: Bucket,
    prefix: &str,
) -> Result<Vec<ListedObject>, KeepingError> {
    let mut objects = Vec::new();
    let mut after: Option<(String, String)> = None;
    loop {
        let limit = keeper.limits.listed;
        let page = keeper.store.list_versions(bucket, prefix, after.as_ref(), limit).await?;
        after = page.last().map(|last| (last.key.to_string(), last.version_id.clone()));
        let whole = page.len() < limit;
        objects.extend(page.iter().map(|version| listed(bucket, version)));
        if whole || after.is_none() {
            return Ok(objects);
        }
    }
}

/// As it is written down.
pub(crate) fn listed(bucket: Bucket, version: &ObjectVersion) -> ListedObject {
    ListedObject {
        bucket: bucket.as_str().to_owned(),
        key: version.key.to_string(),
        version: version.version_id.clone(),
        bytes: version.len,
    }
}

/// Erases versions of one bucket; what the store's own hold keeps stays, and is found by the look afterwards. `halfway` is where a
/// test stops it between two bites.
///
/// # Errors
/// [`KeepingError::Store`] for any other refusal or failure.
pub(crate) async fn erase(
    keeper: &Keeper,
    bucket: Bucket,
    objects: &[&ListedObject],
    halfway: &'static str,
) -> Result<(), KeepingError> {
    let versions: Vec<(ObjectKey, String)> =
        objects.iter().filter_map(|one| Some((one.key.parse().ok()?, one.version.clone()))).collect();
    // Two bites at least, so that there is a halfway.
    let bite = versions.len().div_ceil(2).clamp(1, AT_ONCE);
    for (place, part) in versions.chunks(bite).enumerate() {
        if place > 0 {
            keeper.interruption.at(halfway)?;
        }
        for answer in keeper.store.erase_versions(bucket, part).await {
            match answer {
                Err(error) if error.kind != StoreErrorKind::Held => return Err(error.into()),
                _ => {}
            }
        }
    }
    Ok(())
}
