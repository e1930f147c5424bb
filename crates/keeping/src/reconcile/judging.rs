//! Which versions under a recording's prefix belong to its row, which are left over, and what is missing.

use std::collections::BTreeMap;

use rokuon_db::stored_recordings::StoredRecording;
use rokuon_policy::recording_state::RecordingState;
use rokuon_storage::object_store::{Bucket, ObjectVersion};

/// The versions that belong to nothing and are to be erased. `old` says whether one was put a day ago.
///
/// Nothing goes of a recording that is being made or destroyed, that is held, or of which something is missing: what looks left
/// over may be all there is.
pub(super) fn doomed<'a>(
    bucket: Bucket,
    row: Option<&StoredRecording>,
    versions: &'a [ObjectVersion],
    old: impl Fn(&ObjectVersion) -> bool,
) -> Vec<&'a ObjectVersion> {
    use RecordingState as S;
    let Some(row) = row else { return versions.iter().filter(|one| old(one)).collect() };
    match row.state {
        S::Recording | S::Sealing | S::Destroying => Vec::new(),
        // It was destroyed: whatever is there came back, and goes at once.
        S::Destroyed => versions.iter().collect(),
        S::Failed => versions.iter().filter(|one| old(one)).collect(),
        S::Primary | S::Secondary | S::Due | S::Quarantined => {
            if row.active_holds > 0 || lacks(bucket, row, versions) {
                return Vec::new();
            }
            let own = belonging(bucket, row, versions);
            versions.iter().filter(|one| !own.contains(one) && (one.is_delete_marker || old(one))).collect()
        }
    }
}

/// Whether something that the row says is in this bucket is not there.
pub(crate) fn lacks(bucket: Bucket, row: &StoredRecording, versions: &[ObjectVersion]) -> bool {
    if bucket == Bucket::Keys {
        return !versions.iter().any(|one| !one.is_delete_marker);
    }
    row.segments.iter().filter(|segment| segment.bucket == bucket.as_str()).any(|segment| {
        !versions.iter().any(|one| {
            !one.is_delete_marker
                && one.key.as_str() == segment.object_key
                && one.version_id == segment.version_id
        })
    })
}

/// The row's own: its segments by version; of anything else that is not a segment the newest version of each name.
fn belonging<'a>(
    bucket: Bucket,
    row: &StoredRecording,
    versions: &'a [ObjectVersion],
) -> Vec<&'a ObjectVersion> {
    let is_segment = |one: &ObjectVersion| {
        one.key.as_str().rsplit('/').next().is_some_and(|name| name.starts_with("segment-"))
    };
    let of_row = |one: &ObjectVersion| {
        row.segments.iter().any(|segment| {
            segment.bucket == bucket.as_str()
                && segment.object_key == one.key.as_str()
                && segment.version_id == one.version_id
        })
    };
    let mut newest: BTreeMap<&str, &ObjectVersion> = BTreeMap::new();
    // Listings give the newest of a key first.
    for one in versions.iter().filter(|one| !is_segment(one) && !one.is_delete_marker) {
        newest.entry(one.key.as_str()).or_insert(one);
    }
    let segments = versions.iter().filter(|one| is_segment(one) && !one.is_delete_marker && of_row(one));
    segments.chain(newest.into_values()).collect()
}

#[cfg(test)]
mod tests {
    use chrono::Utc;
    use rokuon_db::kept_segments::KeptSegment;
    use rokuon_policy::ids::RecordingId;
    use uuid::Uuid;

    use super::*;

    fn row(state: RecordingState) -> StoredRecording {
        let recording = RecordingId(Uuid::nil());
        let segment = |bucket: &str, number, version: &str| KeptSegment {
            recording,
            number,
            bucket: bucket.to_owned(),
            object_key: format!("t/0/r/segment-{number:05}.e0"),
            version_id: version.to_owned(),
            container_bytes: 1,
            container_sha256: [0; 32],
        };
        StoredRecording {
            id: recording,
            state,
            active_holds: 0,
            finished_at: Some(Utc::now()),
            segments: vec![segment("media", 0, "v1"), segment("media", 1, "v2")],
        }
    }

    fn version(name: &str, version: &str) -> ObjectVersion {
        ObjectVersion {
            key: format!("t/0/r/{name}").parse().unwrap(),
            version_id: version.to_owned(),
            is_delete_marker: false,
            len: 1,
            last_modified: None,
        }
    }

    fn whole() -> Vec<ObjectVersion> {
        vec![
            version("manifest.e0", "m"),
            version("peaks.e0", "p"),
            version("segment-00000.e0", "v1"),
            version("segment-00001.e0", "v2"),
        ]
    }

    fn names(doomed: Vec<&ObjectVersion>) -> Vec<&str> {
        doomed.into_iter().map(|one| one.version_id.as_str()).collect()
    }

    // rule: I8
    #[test]
    fn what_belongs_to_no_row_goes_and_nothing_else() {
        let mut versions = whole();
        let doomed = |row: Option<&StoredRecording>, versions: &[ObjectVersion], old: bool| {
            names(doomed(Bucket::Media, row, versions, |_| old))
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let primary = row(RecordingState::Primary);
        assert!(doomed(Some(&primary), &versions, true).is_empty());
        versions.push(version("segment-00001.e1", "left"));
        versions.push(version("segment-00000.e0", "older"));
        versions.push(ObjectVersion { is_delete_marker: true, ..version("peaks.e0", "marker") });
        assert_eq!(doomed(Some(&primary), &versions, true), ["left", "older", "marker"]);
        assert_eq!(doomed(Some(&primary), &versions, false), ["marker"], "what is young may be on its way");
        let held = StoredRecording { active_holds: 1, ..primary.clone() };
        assert!(doomed(Some(&held), &versions, true).is_empty());
        assert_eq!(doomed(None, &versions, true).len(), 7);
        assert!(doomed(None, &versions, false).is_empty());
        assert_eq!(doomed(Some(&row(RecordingState::Destroyed)), &versions, false).len(), 7);
        for state in [RecordingState::Recording, RecordingState::Sealing, RecordingState::Destroying] {
            assert!(doomed(Some(&row(state)), &versions, true).is_empty(), "{state}");
        }
    }

    // rule: I8
    #[test]
    fn of_a_recording_that_lacks_something_nothing_goes() {
        let primary = row(RecordingState::Primary);
        let mut versions = whole();
        versions.retain(|one| one.version_id != "v2");
        versions.push(version("segment-00001.e1", "perhaps all there is"));
        assert!(lacks(Bucket::Media, &primary, &versions));
        assert!(doomed(Bucket::Media, Some(&primary), &versions, |_| true).is_empty());
        assert!(lacks(Bucket::Keys, &primary, &[]));
        let hidden = ObjectVersion { is_delete_marker: true, ..version("key", "marker") };
        assert!(lacks(Bucket::Keys, &primary, std::slice::from_ref(&hidden)));
        assert!(!lacks(Bucket::Keys, &primary, &[hidden, version("key", "k")]));
    }
}
