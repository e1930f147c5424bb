//! What is over is gone, with its certificate; what is held is not.

use rokuon_keeping::certificate::verify;
use rokuon_keeping::signed_note::NoteSigner;
use rokuon_policy::job::JobKind;
use rokuon_policy::keeping::DueReason;
use rokuon_policy::media_kind::MediaKind;
use rokuon_policy::recording_state::RecordingState;
use rokuon_storage::object_store::{Bucket, StoreErrorKind};

use crate::town::{Town, at};

// req: T-5.2, TK-7.3
// rule: I4, I6, I7
#[tokio::test]
async fn what_is_over_is_destroyed_on_its_day_and_its_certificate_says_what() {
    let town = Town::found("toyonaka", "2026-02-01T00:00:00+09:00").await;
    let id = town.sealed_with(at("2026-01-31T23:59:00+09:00"), MediaKind::CallAudio, 2, None).await;
    town.go_to("2026-03-03T23:59:59+09:00");
    town.night().await;
    assert_eq!(town.state(id).await, RecordingState::Primary, "its last day is not over");
    town.go_to("2026-03-04T00:00:00+09:00");
    town.night().await;
    let body = town.assert_destroyed(id).await;
    assert_eq!((body.reason, body.article.as_str()), (DueReason::Expired, "5(2)"));
    assert_eq!(body.keep_until, Some(at("2026-03-04T00:00:00+09:00")));
    // key, manifest, waveform and two segments, the key first
    let buckets: Vec<&str> = body.erased.iter().map(|one| one.bucket.as_str()).collect();
    assert_eq!(buckets, ["keys", "media", "media", "media", "media"]);
    assert!(body.erased.iter().all(|one| one.key.contains(&id.to_string()) && !one.version.is_empty()));
    assert_eq!(town.count("SELECT count(*) FROM destruction_lists").await, 0);
    let events = "SELECT count(*) FROM audit_events WHERE kind LIKE 'recording.d%' AND object_id = ";
    assert_eq!(town.count(&format!("{events}'{id}'")).await, 3, "due, destroying, destroyed");
    let leaf = format!(
        "SELECT count(*) FROM audit_events a JOIN certificates c ON c.recording_id = a.object_id::uuid
         WHERE a.kind = 'recording.destroyed' AND a.body LIKE '%' || encode(c.note_sha256, 'hex') || '%' AND c.recording_id = '{id}'"
    );
    assert_eq!(town.count(&leaf).await, 1, "the trail holds the certificate's digest");
    // another night changes nothing
    town.go_to("2026-03-05T00:00:00+09:00");
    town.night().await;
    town.assert_destroyed(id).await;
}

#[tokio::test]
async fn a_certificate_that_was_altered_or_is_anothers_is_refused() {
    let town = Town::found("toyonaka", "2026-02-01T00:00:00+09:00").await;
    let id = town.sealed("2026-01-10T10:00:00+09:00").await;
    town.go_to("2026-02-11T00:00:00+09:00");
    town.night().await;
    let note = town.certificate(id).await.unwrap().note;
    let key = town.signer.verifier();
    verify(&note, &key).unwrap();
    assert!(verify(&note.replace("expired", "erasure"), &key).is_err());
    assert!(verify(&note.replace("2026-01-10", "2026-01-09"), &key).is_err());
    let other = NoteSigner::from_seed("rokuon", &[8; 32]).unwrap();
    assert!(verify(&note, &other.verifier()).is_err());
    // signed, but it says that it went too early
    let text = note.rsplit_once("\n\n").unwrap().0;
    let early =
        text.replace("\"keep_until\":\"2026-02-10T15:00:00Z\"", "\"keep_until\":\"2027-02-10T15:00:00Z\"");
    assert_ne!(early, text);
    assert!(verify(&town.signer.sign(&format!("{early}\n")), &key).is_err());
    assert!(verify(&town.signer.sign("something else\n"), &key).is_err());
}

// rule: I1
#[tokio::test]
async fn what_is_held_stays_whole_and_readable_and_goes_a_day_after_the_last_release() {
    let town = Town::found("toyonaka", "2026-02-01T00:00:00+09:00").await;
    let (held, due, free) = (
        town.sealed("2026-01-10T10:00:00+09:00").await,
        town.sealed("2026-01-10T11:00:00+09:00").await,
        town.sealed("2026-01-10T12:00:00+09:00").await,
    );
    town.hold(held, 2).await;
    town.go_to("2026-02-11T00:00:00+09:00");
    town.run(JobKind::Sweep).await;
    assert_eq!(town.state(held).await, RecordingState::Primary);
    // one that is due already, but not committed, can still be held
    assert_eq!(town.state(due).await, RecordingState::Due);
    town.hold(due, 1).await;
    town.run(JobKind::Destroy).await;
    town.assert_destroyed(free).await;
    for kept in [held, due] {
        town.assert_whole(kept).await;
    }
    town.hold(held, -1).await;
    town.hold(due, -1).await;
    town.go_to("2026-02-11T23:59:59+09:00");
    town.night().await;
    town.assert_whole(held).await;
    town.assert_whole(due).await;
    town.go_to("2026-02-12T00:00:00+09:00");
    town.night().await;
    town.assert_destroyed(due).await;
    town.assert_whole(held).await;
    town.hold(held, -1).await;
    town.go_to("2026-02-13T00:00:00+09:00");
    town.night().await;
    town.assert_destroyed(held).await;
}

// req: I-6
#[tokio::test]
async fn each_kind_of_media_has_its_own_period() {
    let town = Town::found("ichinomiya", "2026-11-30T00:00:00+09:00").await;
    let call = town.sealed("2026-11-29T10:00:00+09:00").await;
    let camera = town.sealed_with(at("2026-11-29T10:00:00+09:00"), MediaKind::Camera, 1, None).await;
    town.go_to("2027-02-28T23:59:59+09:00");
    town.night().await;
    town.assert_whole(camera).await;
    town.go_to("2027-03-01T00:00:00+09:00");
    town.night().await;
    town.assert_destroyed(camera).await;
    town.go_to("2027-11-29T23:59:59+09:00");
    town.night().await;
    town.assert_whole(call).await;
    town.go_to("2027-11-30T00:00:00+09:00");
    town.night().await;
    town.assert_destroyed(call).await;
}

#[tokio::test]
async fn an_approved_erasure_that_waited_goes_before_its_period_ends() {
    let town = Town::found("osaka-waterworks", "2026-11-30T00:00:00+09:00").await;
    let id = town.sealed("2026-11-29T10:00:00+09:00").await;
    town.hold(id, 1).await;
    town.sql(&format!(
        "UPDATE recordings SET due_reason = 'erasure', due_article = '8' WHERE recording_id = '{id}'"
    ))
    .await;
    town.night().await;
    town.assert_whole(id).await;
    town.hold(id, -1).await;
    town.go_to("2026-12-01T00:00:00+09:00");
    town.night().await;
    let body = town.assert_destroyed(id).await;
    assert_eq!((body.reason, body.article.as_str()), (DueReason::Erasure, "8"));
}

// rule: I3
#[tokio::test]
async fn every_version_and_marker_goes_and_what_the_store_holds_is_told() {
    let town = Town::found("toyonaka", "2026-02-01T00:00:00+09:00").await;
    let id = town.sealed("2026-01-10T10:00:00+09:00").await;
    let kept = town.sealed("2026-01-10T11:00:00+09:00").await;
    let of = |bucket, id: rokuon_policy::ids::RecordingId| {
        let objects = town.store.objects(bucket);
        let key = objects.into_iter().map(|(key, _)| key).find(|key| key.as_str().contains(&id.to_string()));
        key.unwrap()
    };
    let (media, key) = (of(Bucket::Media, id), of(Bucket::Keys, id));
    town.store.overwrite(Bucket::Media, &media, "an older version lies under this".into());
    town.store.hide(Bucket::Keys, &key);
    let held_key = of(Bucket::Keys, kept);
    let version = {
        use rokuon_storage::object_store::ObjectStore;
        town.store.head(Bucket::Keys, &held_key).await.unwrap().unwrap().version_id
    };
    {
        use rokuon_storage::object_store::ObjectStore;
        town.store.set_held(Bucket::Keys, &held_key, &version, true).await.unwrap();
    }
    town.go_to("2026-02-11T00:00:00+09:00");
    town.run(JobKind::Sweep).await;
    let ran = town.keeper().run_now(&town.tenant, JobKind::Destroy).await.unwrap().unwrap();
    assert!(ran.end.is_err(), "something of it is still there");
    let body = town.assert_destroyed(id).await;
    assert_eq!(body.erased.len(), 6, "four objects, one older version, one marker");
    assert_eq!(town.state(kept).await, RecordingState::Destroying);
    assert!(town.certificate(kept).await.is_none(), "no certificate without the deletion");
    {
        use rokuon_storage::object_store::ObjectStore;
        let refused = town.store.erase_version(Bucket::Keys, &held_key, &version).await.unwrap_err();
        assert_eq!(refused.kind, StoreErrorKind::Held);
        town.store.set_held(Bucket::Keys, &held_key, &version, false).await.unwrap();
    }
    town.run(JobKind::Destroy).await;
    let body = town.assert_destroyed(kept).await;
    assert_eq!(body.erased.len(), 4, "what went in the first run is in the certificate too");
}
