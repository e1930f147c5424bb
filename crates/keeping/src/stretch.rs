//! One listing of a bucket in order of keys, which is the order of recordings' ids, cut into stretches of whole recordings.

use std::collections::BTreeMap;

use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_storage::object_key;
use rokuon_storage::object_store::{Bucket, ObjectStore, ObjectVersion, StoreError};

use crate::witness;

/// A stretch of a bucket.
#[derive(Debug, Default)]
pub(crate) struct Stretch {
    /// Every version and marker, by recording.
    pub(crate) found: BTreeMap<RecordingId, Vec<ObjectVersion>>,
    /// The recording it goes up to; absent where it is the last stretch.
    pub(crate) until: Option<RecordingId>,
    /// Objects whose names say nothing of a recording.
    pub(crate) strange: u64,
}

/// The stretch behind a recording.
pub(crate) async fn next(
    store: &dyn ObjectStore,
    tenant: &TenantId,
    bucket: Bucket,
    after: Option<RecordingId>,
    limit: usize,
) -> Result<Stretch, StoreError> {
    let prefix = format!("{tenant}/");
    // Behind everything of the recording before: `~` comes after every character of a key.
    let mut cursor = after.map(|id| (object_key::prefix(tenant, id) + "~", String::new()));
    let mut stretch = Stretch::default();
    loop {
        let listed = store.list_versions(bucket, &prefix, cursor.as_ref(), limit).await?;
        let whole = listed.len() < limit;
        cursor = listed.last().map(|last| (last.key.to_string(), last.version_id.clone()));
        for version in listed {
            match recording_of(version.key.as_str()) {
                Some(id) => stretch.found.entry(id).or_default().push(version),
                None if version.key.as_str().starts_with(&witness::prefix(tenant)) => {}
                None => stretch.strange += 1,
            }
        }
        if whole || cursor.is_none() {
            return Ok(stretch);
        }
        // The last one may go on in the next listing.
        if stretch.found.len() > 1 {
            stretch.found.pop_last();
            stretch.until = stretch.found.last_key_value().map(|(id, _)| *id);
            return Ok(stretch);
        }
    }
}

fn recording_of(key: &str) -> Option<RecordingId> {
    key.split('/').nth(2)?.parse().ok()
}
