//! Listings of a bucket, by key and by version.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use chrono::DateTime;
use rokuon_storage::object_store::{ObjectKey, ObjectVersion, StoreError};

use crate::failure::of_store;

/// The most S3 answers at once.
const PAGE: usize = 1_000;

fn page_of(left: usize) -> i32 {
    i32::try_from(left.min(PAGE)).unwrap_or(i32::MAX)
}

/// Keys in order; those that cannot be ours are left out.
pub async fn keys(
    client: &Client,
    bucket: &str,
    prefix: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<ObjectKey>, StoreError> {
    let (mut found, mut after) = (Vec::new(), after.map(str::to_owned));
    while found.len() < limit {
        let request = client.list_objects_v2().bucket(bucket).prefix(prefix).set_start_after(after.clone());
        let page = request.max_keys(page_of(limit - found.len())).send().await.map_err(of_store)?;
        let seen: Vec<&str> = page.contents().iter().filter_map(|object| object.key()).collect();
        found.extend(seen.iter().filter_map(|key| key.parse::<ObjectKey>().ok()));
        match seen.last() {
            Some(last) if page.is_truncated() == Some(true) => after = Some((*last).to_owned()),
            _ => break,
        }
    }
    Ok(found)
}

/// Versions and delete markers in order; those whose names cannot be ours are left out.
pub async fn versions(
    client: &Client,
    bucket: &str,
    prefix: &str,
    after: Option<&(String, String)>,
    limit: usize,
) -> Result<Vec<ObjectVersion>, StoreError> {
    let mut found = Vec::new();
    let (mut key, mut version) = match after {
        Some((key, version)) => (Some(key.clone()), Some(version.clone()).filter(|id| !id.is_empty())),
        None => (None, None),
    };
    while found.len() < limit {
        let request = client.list_object_versions().bucket(bucket).prefix(prefix);
        let request = request.set_key_marker(key.clone()).set_version_id_marker(version.clone());
        let page = request.max_keys(page_of(limit - found.len())).send().await.map_err(of_store)?;
        let is_last = page.is_truncated() != Some(true);
        (key, version) = (page.next_key_marker.clone(), page.next_version_id_marker.clone());
        found.extend(in_order(page));
        if is_last || key.is_none() {
            break;
        }
    }
    Ok(found)
}

/// One page. The SDK hands out versions and markers apart; they are one history: by key, the newest first.
fn in_order(page: ListObjectVersionsOutput) -> Vec<ObjectVersion> {
    let end = (page.next_key_marker.clone().unwrap_or_default(), page.next_version_id_marker.clone());
    let time = |at: Option<&aws_sdk_s3::primitives::DateTime>| {
        at.and_then(|at| DateTime::from_timestamp(at.secs(), at.subsec_nanos()))
    };
    let versions = page.versions().iter().filter_map(|one| {
        Some((
            one.is_latest(),
            ObjectVersion {
                key: one.key()?.parse().ok()?,
                version_id: one.version_id()?.to_owned(),
                is_delete_marker: false,
                len: one.size().and_then(|len| u64::try_from(len).ok()).unwrap_or_default(),
                last_modified: time(one.last_modified()),
            },
        ))
    });
    let markers = page.delete_markers().iter().filter_map(|one| {
        Some((
            one.is_latest(),
            ObjectVersion {
                key: one.key()?.parse().ok()?,
                version_id: one.version_id()?.to_owned(),
                is_delete_marker: true,
                len: 0,
                last_modified: time(one.last_modified()),
            },
        ))
    });
    let mut all: Vec<_> = versions.chain(markers).collect();
    // Times are whole seconds: of one second's versions the latest leads, and the one the store ended with comes last.
    let is_end = |one: &ObjectVersion| {
        one.key.as_str() == end.0 && end.1.as_deref().is_some_and(|id| id == one.version_id)
    };
    all.sort_by(|(latest_a, a), (latest_b, b)| {
        let newest_first = b.last_modified.cmp(&a.last_modified).then(is_end(a).cmp(&is_end(b)));
        a.key.cmp(&b.key).then(latest_b.cmp(latest_a)).then(newest_first)
    });
    all.into_iter().map(|(_, one)| one).collect()
}
