//! A recording whose waveform and manifest lie behind its last segment is kept like one that has them in objects of their own.

use bytes::Bytes;
use rokuon_db::segments::{self, Segment};
use rokuon_policy::ids::RecordingId;
use rokuon_policy::job::JobKind;
use rokuon_policy::recording_state::RecordingState;
use rokuon_storage::object_key;
use rokuon_storage::object_store::{Bucket, ObjectKey, ObjectStore};

use crate::town::Town;

async fn rows(town: &Town, id: RecordingId) -> Vec<Segment> {
    segments::of_recording(&mut town.tx().await, id).await.unwrap()
}

fn object(town: &Town, bucket: Bucket, key: &str) -> Bytes {
    town.store.objects(bucket).into_iter().find(|(found, _)| found.as_str() == key).unwrap().1
}

// req: O-6.1
// rule: I9, F20
#[tokio::test]
async fn both_forms_beside_each_other_move_and_end_and_the_sections_go_along() {
    let town = Town::found("osaka-waterworks", "2026-09-01T00:00:00+09:00").await;
    let apart = town.sealed("2026-08-30T10:00:00+09:00").await;
    let in_one = town.sealed_in_one("2026-08-30T10:00:00+09:00", 2).await;
    assert_eq!((town.stored(apart), town.stored(in_one)), ([3, 0, 1], [2, 0, 1]));
    let before = rows(&town, in_one).await;
    let octets: Vec<Bytes> = before.iter().map(|row| object(&town, Bucket::Media, &row.object_key)).collect();
    assert!(before[0].sections.is_none() && before[1].sections.is_some());

    town.go_to("2027-03-01T00:00:00+09:00");
    town.night().await;
    // What lies in an object of its own stays on the first tier; what lies behind a segment goes with it.
    assert_eq!((town.stored(apart), town.stored(in_one)), ([2, 1, 1], [0, 2, 1]));
    let moved = rows(&town, in_one).await;
    for ((row, before), octets) in moved.iter().zip(&before).zip(&octets) {
        assert_eq!((row.bucket.as_str(), row.sections), ("secondary", before.sections));
        assert_eq!(object(&town, Bucket::Secondary, &row.object_key), octets);
    }
    town.run(JobKind::Reconcile).await;
    town.run(JobKind::Scrub).await;
    for id in [apart, in_one] {
        assert_eq!(town.state(id).await, RecordingState::Secondary);
    }
    assert_eq!((town.stored(apart), town.stored(in_one)), ([2, 1, 1], [0, 2, 1]), "nothing is a leftover");

    town.go_to("2027-08-31T00:00:00+09:00");
    town.night().await;
    assert_eq!(town.assert_destroyed(apart).await.erased.len(), 4);
    assert_eq!(town.assert_destroyed(in_one).await.erased.len(), 3);
}

// rule: F18
#[tokio::test]
async fn a_bit_turned_over_in_any_section_is_found_by_the_scrub() {
    let town = Town::found("toyonaka", "2026-02-01T10:00:00+09:00").await;
    let sound = town.sealed_in_one("2026-02-01T09:00:00+09:00", 1).await;
    let mut broken = Vec::new();
    // Segment, waveform, manifest, index.
    for octet in [3, 210, 290, 380] {
        let id = town.sealed_in_one("2026-02-01T09:00:00+09:00", 1).await;
        town.store.damage(Bucket::Media, &object_key::media(&town.tenant, id, 0, 0), octet, 1);
        broken.push((octet, id));
    }
    town.run(JobKind::Scrub).await;
    for (octet, id) in broken {
        assert_eq!(town.state(id).await, RecordingState::Quarantined, "octet {octet}");
    }
    assert_eq!(town.state(sound).await, RecordingState::Primary);
}

// rule: I8, F11
#[tokio::test]
async fn an_earlier_object_of_a_recording_that_was_sealed_again_goes_with_all_that_lies_in_it() {
    let town = Town::found("toyonaka", "2026-02-01T10:00:00+09:00").await;
    let id = town.sealed_in_one("2026-02-01T09:00:00+09:00", 1).await;
    let left_over: ObjectKey = object_key::media(&town.tenant, id, 0, 1);
    let octets = Bytes::from_static(b"put by a life that was killed before its row");
    town.store.put_new(Bucket::Media, &left_over, octets).await.unwrap();
    town.go_to("2026-02-02T10:00:01+09:00");
    town.run(JobKind::Reconcile).await;
    assert_eq!(town.stored(id), [1, 0, 1]);
    assert_eq!(rows(&town, id).await[0].object_key, object_key::media(&town.tenant, id, 0, 0).as_str());
}
