//! Six months on the first tier, six on the second, then gone.

use rokuon_db::kept_segments;
use rokuon_policy::job::JobKind;
use rokuon_policy::media_kind::MediaKind;
use rokuon_policy::recording_state::RecordingState;
use rokuon_storage::object_store::Bucket;

use crate::town::{Town, assert_killed, at};

// req: O-6.1
// rule: I9
#[tokio::test]
async fn media_moves_on_its_day_and_is_the_same_octets() {
    let town = Town::found("osaka-waterworks", "2026-09-01T00:00:00+09:00").await;
    let id = town.sealed_with(at("2026-08-30T10:00:00+09:00"), MediaKind::CallAudio, 3, None).await;
    town.go_to("2027-02-28T23:59:59+09:00");
    town.night().await;
    assert_eq!((town.state(id).await, town.stored(id)), (RecordingState::Primary, [5, 0, 1]));
    town.go_to("2027-03-01T00:00:00+09:00");
    town.night().await;
    // manifest and waveform stay where they are
    assert_eq!((town.state(id).await, town.stored(id)), (RecordingState::Secondary, [2, 3, 1]));
    let segments = kept_segments::of(&mut town.tx().await, &[id]).await.unwrap();
    let copies = town.store.objects(Bucket::Secondary);
    for segment in &segments {
        assert_eq!(segment.bucket, "secondary");
        let (_, octets) = copies.iter().find(|(key, _)| key.as_str() == segment.object_key).unwrap();
        assert_eq!(&octets[..], format!("{id} {}", segment.number).as_bytes());
    }
    assert_eq!(town.count("SELECT count(*) FROM audit_events WHERE kind = 'recording.moved'").await, 1);
    town.go_to("2027-08-30T23:59:59+09:00");
    town.night().await;
    town.assert_whole(id).await;
    town.go_to("2027-08-31T00:00:00+09:00");
    town.night().await;
    let body = town.assert_destroyed(id).await;
    assert_eq!(body.erased.len(), 6);
    assert!(body.erased.iter().any(|one| one.bucket == "secondary"));
}

// rule: F14
#[tokio::test]
async fn a_move_killed_anywhere_never_leaves_the_only_copy_in_doubt() {
    for place in
        ["tier_move.read", "tier_move.copied", "tier_move.switched", "tier_move.erasing", "tier_move.erased"]
    {
        let town = Town::found("osaka-waterworks", "2026-09-01T00:00:00+09:00").await;
        let id = town.sealed_with(at("2026-08-30T10:00:00+09:00"), MediaKind::CallAudio, 2, None).await;
        town.go_to("2027-03-01T00:00:00+09:00");
        for _ in 0..2 {
            let ran = town.keeper_killed_at(place).run_now(&town.tenant, JobKind::TierMove).await.unwrap();
            if ran.as_ref().unwrap().end.is_err() {
                assert_killed(&ran.unwrap(), place);
            }
            for segment in kept_segments::of(&mut town.tx().await, &[id]).await.unwrap() {
                let bucket = segment.bucket.parse().unwrap();
                let objects = town.store.objects(bucket);
                assert!(
                    objects.iter().any(|(key, _)| key.as_str() == segment.object_key),
                    "{place}: the row points at nothing"
                );
            }
            town.sql("UPDATE jobs SET lease_id = NULL, lease_until = NULL").await;
        }
        town.run(JobKind::TierMove).await;
        assert_eq!(
            (town.state(id).await, town.stored(id)),
            (RecordingState::Secondary, [2, 2, 1]),
            "{place}"
        );
        assert_eq!(town.count("SELECT count(*) FROM destruction_lists").await, 0);
        assert_eq!(town.count("SELECT count(*) FROM audit_events WHERE kind = 'recording.moved'").await, 1);
    }
}

#[tokio::test]
async fn what_is_held_or_broken_is_not_moved() {
    let town = Town::found("osaka-waterworks", "2026-09-01T00:00:00+09:00").await;
    let held = town.sealed("2026-08-30T10:00:00+09:00").await;
    let broken = town.sealed("2026-08-30T11:00:00+09:00").await;
    town.hold(held, 1).await;
    let key = town.store.objects(Bucket::Media).into_iter().map(|(key, _)| key);
    let key = key
        .filter(|key| key.as_str().contains("segment"))
        .find(|key| key.as_str().contains(&broken.to_string()));
    town.store.damage(Bucket::Media, &key.unwrap(), 3, 1);
    town.go_to("2027-03-01T00:00:00+09:00");
    town.run(JobKind::TierMove).await;
    assert_eq!((town.state(held).await, town.stored(held)), (RecordingState::Primary, [3, 0, 1]));
    assert_eq!((town.state(broken).await, town.stored(broken)), (RecordingState::Primary, [3, 0, 1]));
    town.run(JobKind::Scrub).await;
    assert_eq!(town.state(broken).await, RecordingState::Quarantined);
}
