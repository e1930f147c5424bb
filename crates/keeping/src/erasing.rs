//! Listing and erasing versions, in bites that a store takes.

use rokuon_db::destruction_lists::ListedObject;
use rokuon_storage::object_store::{Bucket, ObjectKey, ObjectVersion, StoreErrorKind};

use crate::failure::KeepingError;
use crate::keeper::Keeper;

/// Every version and marker under a prefix.
///
/// # Errors
/// [`KeepingError::Store`].
pub(crate) async fn list_all(
    keeper: &Keeper,
    bucket: Bucket,
    prefix: &str,
) -> Result<Vec<ListedObject>, KeepingError> {
    let first = keeper.store.list_versions(bucket, prefix, None, keeper.limits.listed).await?;
    list_on(keeper, bucket, prefix, first).await
}

/// [`list_all`] of each of these prefixes, in their order.
///
/// # Errors
/// [`KeepingError::Store`].
pub(crate) async fn list_all_of_each(
    keeper: &Keeper,
    bucket: Bucket,
    prefixes: &[String],
) -> Result<Vec<Vec<ListedObject>>, KeepingError> {
    let pages = keeper.store.list_versions_of_each(bucket, prefixes, keeper.limits.listed).await?;
    let mut objects = Vec::with_capacity(prefixes.len());
    for (prefix, first) in prefixes.iter().zip(pages) {
        objects.push(list_on(keeper, bucket, prefix, first).await?);
    }
    Ok(objects)
}

/// What comes after a page, too.
async fn list_on(
    keeper: &Keeper,
    bucket: Bucket,
    prefix: &str,
    mut page: Vec<ObjectVersion>,
) -> Result<Vec<ListedObject>, KeepingError> {
    let limit = keeper.limits.listed;
    let mut objects = Vec::with_capacity(page.len());
    loop {
        objects.extend(page.iter().map(|version| listed(bucket, version)));
        match page.last() {
            Some(last) if page.len() >= limit => {
                let after = (last.key.to_string(), last.version_id.clone());
                page = keeper.store.list_versions(bucket, prefix, Some(&after), limit).await?;
            }
            _ => return Ok(objects),
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
/// test stops it between two requests.
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
    for (place, part) in versions.chunks(keeper.limits.erased.max(1)).enumerate() {
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
