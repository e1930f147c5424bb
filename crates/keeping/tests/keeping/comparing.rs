//! The store and the rows, both ways; and every object read again.

use bytes::Bytes;
use rokuon_keeping::keeper::Keeper;
use rokuon_policy::ids::RecordingId;
use rokuon_policy::job::JobKind;
use rokuon_policy::recording_state::RecordingState;
use rokuon_storage::object_key;
use rokuon_storage::object_store::{Bucket, ObjectStore};
use serde_json::json;
use uuid::Uuid;

use crate::town::{Town, is_stopped};

fn segment_key(town: &Town, id: RecordingId, bucket: Bucket) -> rokuon_storage::object_store::ObjectKey {
    let objects = town.store.objects(bucket).into_iter().map(|(key, _)| key);
    let mut own = objects.filter(|key| key.as_str().contains(&id.to_string()));
    own.find(|key| key.as_str().contains("segment") || bucket == Bucket::Keys).unwrap()
}

async fn reconcile(town: &Town, listed: usize) -> rokuon_keeping::keeper::Ran {
    let mut keeper: Keeper = town.keeper();
    keeper.limits.listed = listed;
    keeper.run_now(&town.tenant, JobKind::Reconcile).await.unwrap().unwrap()
}

// rule: I8, F11
#[tokio::test]
async fn leftovers_go_when_they_are_a_day_old_and_nothing_else_does() {
    for listed in [2, 3, 7, 1_000] {
        let town = Town::found("toyonaka", "2026-02-01T10:00:00+09:00").await;
        let mut ids = Vec::new();
        for minute in 0..5 {
            ids.push(town.sealed(&format!("2026-02-01T09:{minute:02}:00+09:00")).await);
        }
        let put = async |bucket, key, octets: &'static str| {
            town.store.put_new(bucket, &key, Bytes::from_static(octets.as_bytes())).await.unwrap();
        };
        let nobodys = RecordingId(Uuid::now_v7());
        put(Bucket::Media, object_key::media(&town.tenant, nobodys, 0, 0), "left behind").await;
        put(Bucket::Keys, object_key::wrapped_key(&town.tenant, nobodys), "its key").await;
        put(Bucket::Media, object_key::media(&town.tenant, ids[1], 0, 1), "sealed again after a crash").await;
        put(Bucket::Secondary, object_key::media(&town.tenant, ids[2], 0, 0), "a move that was given up")
            .await;
        let other = "minato".parse().unwrap();
        put(Bucket::Media, object_key::media(&other, nobodys, 0, 0), "another city's").await;
        let ran = reconcile(&town, listed).await;
        assert!(ran.end.is_ok(), "{ran:?}");
        assert_eq!(ran.progress.figures.get("orphans_erased"), None, "they are young");
        town.go_to("2026-02-02T10:00:01+09:00");
        let ran = reconcile(&town, listed).await;
        assert!(ran.end.is_ok(), "{ran:?}");
        assert_eq!(ran.progress.figures["orphans_erased"], 4, "{listed}: {ran:?}");
        assert_eq!(ran.progress.figures.get("without_object"), None);
        assert_eq!(town.stored(nobodys), [0, 0, 0]);
        let others = town
            .store
            .objects(Bucket::Media)
            .into_iter()
            .filter(|(key, _)| key.as_str().starts_with("minato/"));
        assert_eq!(others.count(), 1, "another city's is not ours to erase");
        for id in ids {
            assert_eq!(town.stored(id), [3, 0, 1]);
        }
        assert!(
            town.count("SELECT count(*) FROM audit_events WHERE kind = 'storage.erase_orphans'").await >= 1
        );
    }
}

// rule: I8
#[tokio::test]
async fn what_is_missing_is_told_and_set_aside_and_what_came_back_goes() {
    let town = Town::found("toyonaka", "2026-02-01T10:00:00+09:00").await;
    let (whole, no_media, no_key, gone) = (
        town.sealed("2026-02-01T08:00:00+09:00").await,
        town.sealed("2026-02-01T08:01:00+09:00").await,
        town.sealed("2026-02-01T08:02:00+09:00").await,
        town.sealed("2025-12-01T08:03:00+09:00").await,
    );
    town.night().await;
    town.assert_destroyed(gone).await;
    let erase = async |id, bucket| {
        let key = segment_key(&town, id, bucket);
        let version = town.store.head(bucket, &key).await.unwrap().unwrap().version_id;
        town.store.erase_version(bucket, &key, &version).await.unwrap();
    };
    erase(no_media, Bucket::Media).await;
    erase(no_key, Bucket::Keys).await;
    let back = object_key::wrapped_key(&town.tenant, gone);
    town.store.put_new(Bucket::Keys, &back, Bytes::from_static(b"from a backup")).await.unwrap();
    let ran = reconcile(&town, 3).await;
    assert!(ran.end.is_ok(), "{ran:?}");
    assert_eq!(ran.progress.figures["without_object"], 2);
    assert_eq!(ran.progress.figures["examples"], json!([no_media, no_key]));
    assert_eq!(ran.progress.figures["came_back"], 1);
    assert_eq!(town.stored(gone), [0, 0, 0]);
    town.run(JobKind::Scrub).await;
    assert_eq!(town.state(no_media).await, RecordingState::Quarantined);
    assert_eq!(town.state(no_key).await, RecordingState::Quarantined);
    assert_eq!(town.state(whole).await, RecordingState::Primary);
    let results = "SELECT count(*) FROM recordings WHERE scrub_result IN ('missing', 'key_missing', 'sound')";
    assert_eq!(town.count(results).await, 3);
}

// rule: F17
#[tokio::test]
async fn after_a_restore_of_an_older_backup_newer_recordings_are_not_taken_for_leftovers() {
    let town = Town::found("toyonaka", "2026-02-01T10:00:00+09:00").await;
    let mut lost = Vec::new();
    for _ in 0..30 {
        let id = RecordingId(Uuid::now_v7());
        let key = object_key::media(&town.tenant, id, 0, 0);
        town.store.put_new(Bucket::Media, &key, Bytes::from_static(b"newer than the backup")).await.unwrap();
        lost.push(id);
    }
    town.go_to("2026-02-03T10:00:00+09:00");
    let ran = reconcile(&town, 1_000).await;
    assert!(is_stopped(&ran), "{ran:?}");
    for id in lost {
        assert_eq!(town.stored(id), [1, 0, 0]);
    }
}

// rule: I8
#[tokio::test]
async fn what_a_recorder_may_still_have_to_write_is_no_leftover() {
    let town = Town::found("toyonaka", "2026-02-01T10:00:00+09:00").await;
    let nobodys = RecordingId(Uuid::now_v7());
    let key = object_key::wrapped_key(&town.tenant, nobodys);
    town.store
        .put_new(Bucket::Keys, &key, Bytes::from_static(b"sealed, and the database was away"))
        .await
        .unwrap();
    let says = async |minutes_ago: i64, to_seal: i64, stopped: &str| {
        let at = town.now() - chrono::TimeDelta::minutes(minutes_ago);
        town.sql(&format!(
            "DELETE FROM worker_runs; INSERT INTO worker_runs VALUES ('{0}', '{0}', '1', '{at}', '{at}', {stopped}, 0, 0, 0, {to_seal})",
            Uuid::now_v7()
        ))
        .await;
    };
    town.go_to("2026-02-03T10:00:00+09:00");
    // It was last heard before the database went away.
    says(60 * 30, 0, "NULL").await;
    let ran = reconcile(&town, 1_000).await;
    assert!(is_stopped(&ran), "a person is asked: {ran:?}");
    town.sql("UPDATE jobs SET state = 'resting'").await;
    // It is back and has rows to write.
    says(0, 4, "NULL").await;
    let ran = reconcile(&town, 1_000).await;
    assert!(ran.end.is_ok() && !is_stopped(&ran), "{ran:?}");
    assert_eq!((town.stored(nobodys), &ran.progress.figures["left_to_recorders"]), ([0, 0, 1], &json!(1)));
    // It has written what it had.
    says(0, 0, "NULL").await;
    reconcile(&town, 1_000).await;
    assert_eq!(town.stored(nobodys), [0, 0, 0]);
}

// rule: F18, I9
#[tokio::test]
async fn a_flipped_bit_is_found_and_the_recording_set_aside_or_mended() {
    let town = Town::found("toyonaka", "2026-02-01T10:00:00+09:00").await;
    let (sound, broken, mended) = (
        town.sealed("2026-02-01T08:00:00+09:00").await,
        town.sealed("2026-02-01T08:01:00+09:00").await,
        town.sealed("2026-02-01T08:02:00+09:00").await,
    );
    let octets = Bytes::from(format!("{mended} 0"));
    let copy = segment_key(&town, mended, Bucket::Media);
    town.store.put_new(Bucket::Secondary, &copy, octets).await.unwrap();
    for id in [broken, mended] {
        let key = segment_key(&town, id, Bucket::Media);
        town.store.damage(Bucket::Media, &key, 5, 0x10);
    }
    town.hold(broken, 1).await;
    let ran = town.run(JobKind::Scrub).await;
    assert_eq!(
        (ran.progress.done, &ran.progress.figures["broken"], &ran.progress.figures["repaired"]),
        (3, &json!(1), &json!(1))
    );
    assert_eq!(town.state(sound).await, RecordingState::Primary);
    assert_eq!(town.state(mended).await, RecordingState::Primary);
    assert_eq!(town.recording(broken).await.active_holds, 1, "its hold stays");
    assert_eq!(town.state(broken).await, RecordingState::Quarantined);
    town.assert_whole(broken).await;
    // what was read within the hour is not read again
    assert_eq!(town.run(JobKind::Scrub).await.progress.done, 0);
    town.go_to("2026-02-01T11:30:00+09:00");
    let ran = town.run(JobKind::Scrub).await;
    assert_eq!((ran.progress.done, ran.progress.figures.get("broken")), (2, None));
}

/// Somebody who may put and delete puts other octets in an object's place.
async fn put_in_its_place(town: &Town, id: RecordingId, octets: Bytes) {
    let key = segment_key(town, id, Bucket::Media);
    let versions = town.store.list_versions(Bucket::Media, key.as_str(), None, 10).await.unwrap();
    let versions: Vec<_> = versions.into_iter().map(|one| (one.key, one.version_id)).collect();
    for erased in town.store.erase_versions(Bucket::Media, &versions).await {
        erased.unwrap();
    }
    town.store.put_new(Bucket::Media, &key, octets).await.unwrap();
}

// rule: F18, I9
#[tokio::test]
async fn a_swapped_a_cut_and_a_rolled_back_object_are_found_and_set_aside() {
    let town = Town::found("toyonaka", "2026-02-01T10:00:00+09:00").await;
    let mut sealed = Vec::new();
    for minute in 0..4 {
        sealed.push(town.sealed(&format!("2026-02-01T08:0{minute}:00+09:00")).await);
    }
    let [sound, swapped, cut, rolled_back] = sealed[..] else { panic!("four were sealed") };
    put_in_its_place(&town, swapped, Bytes::from(format!("{sound} 0"))).await;
    put_in_its_place(&town, cut, Bytes::from(format!("{cut}"))).await;
    // What lay there before it was sealed anew.
    put_in_its_place(&town, rolled_back, Bytes::from(format!("{rolled_back} 0 truncated"))).await;
    let ran = town.run(JobKind::Scrub).await;
    assert_eq!((ran.progress.done, &ran.progress.figures["broken"]), (4, &json!(3)));
    assert_eq!(town.state(sound).await, RecordingState::Primary);
    for id in [swapped, cut, rolled_back] {
        assert_eq!(town.state(id).await, RecordingState::Quarantined);
    }
}
