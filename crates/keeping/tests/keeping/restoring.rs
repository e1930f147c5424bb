//! A restored database: rows as they were before, stores and witness notes as they are now.

use bytes::Bytes;
use rokuon_db::audit_events::{Actor, AuditEvent};
use rokuon_keeping::certificate::verify;
use rokuon_keeping::failure::KeepingError;
use rokuon_keeping::restore::compare::compare;
use rokuon_keeping::restore::finish::finish;
use rokuon_keeping::restore::{Comparison, Restoring};
use rokuon_keeping::signed_note::NoteSigner;
use rokuon_keeping::witness::mark::{self, Mark, Standing};
use rokuon_policy::ids::RecordingId;
use rokuon_policy::job::JobKind;
use rokuon_policy::recording_state::RecordingState;
use rokuon_storage::object_key;
use rokuon_storage::object_store::{Bucket, ObjectStore as _};
use uuid::Uuid;

use crate::town::{Town, assert_killed};

async fn compared(town: &Town) -> Result<Comparison, KeepingError> {
    let on = Restoring { db: &town.db, store: &*town.store, signer: &town.signer, now: town.now() };
    compare(&on, &town.tenant).await
}

async fn bring_up_to_date(town: &Town, found: &Comparison) {
    let on = Restoring { db: &town.db, store: &*town.store, signer: &town.signer, now: town.now() };
    finish(&on, found).await.unwrap();
}

/// The row of a recording as a backup of before has it.
async fn as_before(town: &Town, id: RecordingId) {
    town.sql(&format!(
        "DELETE FROM certificates WHERE recording_id = '{id}';
         DELETE FROM destruction_lists WHERE recording_id = '{id}';
         UPDATE recordings SET state = 'primary', due_at = NULL, due_reason = NULL, due_article = NULL, destroying_at = NULL,
             destroyed_at = NULL WHERE recording_id = '{id}'"
    ))
    .await;
}

// rule: F17, I3, I6, I20
#[tokio::test]
async fn what_was_destroyed_or_on_its_way_is_so_again_and_nothing_else_is_touched() {
    let town = Town::found("kobe", "2026-06-16T00:00:00+09:00").await;
    let (gone, half, whole) = (
        town.sealed("2026-05-01T10:00:00+09:00").await,
        town.sealed("2026-05-01T11:00:00+09:00").await,
        town.sealed("2026-06-15T10:00:00+09:00").await,
    );
    town.hold(half, 1).await;
    town.night().await;
    let certificate = town.certificate(gone).await.expect("destroyed");
    town.sql(&format!(
        "UPDATE recordings SET active_holds = 0, hold_grace_until = NULL WHERE recording_id = '{half}'"
    ))
    .await;
    town.run(JobKind::Sweep).await;
    let killed = town.keeper_killed_at("destroy.keys_erased").run_now(&town.tenant, JobKind::Destroy).await;
    assert_killed(&killed.unwrap().unwrap(), "destroy.keys_erased");
    town.sql("UPDATE jobs SET lease_id = NULL, lease_until = NULL").await;

    as_before(&town, gone).await;
    as_before(&town, half).await;
    let found = compared(&town).await.unwrap();
    assert_eq!(found.destroyed.keys().copied().collect::<Vec<_>>(), [gone]);
    assert_eq!(found.committed.keys().copied().collect::<Vec<_>>(), [half]);
    assert!(found.missing.is_empty() && found.strays.is_empty() && found.moved.is_empty(), "{found:?}");
    assert_eq!(town.state(gone).await, RecordingState::Primary, "comparing changes nothing");
    bring_up_to_date(&town, &found).await;
    assert_eq!(town.assert_destroyed(gone).await.id, certificate.id, "the certificate that was issued");
    assert_eq!(town.state(half).await, RecordingState::Destroying);
    town.run(JobKind::Destroy).await;
    town.assert_destroyed(half).await;
    town.assert_whole(whole).await;
    assert!(compared(&town).await.unwrap().is_even());
    // Once more is no more.
    let again = compared(&town).await.unwrap();
    bring_up_to_date(&town, &again).await;
    assert_eq!(town.count("SELECT count(*) FROM certificates").await, 2);
}

// rule: F17
#[tokio::test]
async fn of_two_certificates_of_one_recording_the_last_is_the_one() {
    let town = Town::found("kobe", "2026-06-16T00:00:00+09:00").await;
    let gone = town.sealed("2026-05-01T10:00:00+09:00").await;
    town.run(JobKind::Sweep).await;
    let place = "destroy.certificates_witnessed";
    let killed = town.keeper_killed_at(place).run_now(&town.tenant, JobKind::Destroy).await;
    assert_killed(&killed.unwrap().unwrap(), place);
    town.sql("UPDATE jobs SET lease_id = NULL, lease_until = NULL").await;
    town.go_to("2026-06-16T00:05:00+09:00");
    town.run(JobKind::Destroy).await;
    let issued = town.certificate(gone).await.expect("destroyed");
    as_before(&town, gone).await;
    let found = compared(&town).await.unwrap();
    assert_eq!(found.destroyed[&gone].0.id, issued.id);
    assert!(found.committed.is_empty());
    let said = verify(&found.destroyed[&gone].1, &town.signer.verifier()).unwrap();
    assert_eq!(said.recording, gone);
}

// rule: F17, I1
#[tokio::test]
async fn what_lies_elsewhere_is_followed_what_is_missing_set_aside_and_what_no_row_knows_is_held() {
    let town = Town::found("osaka-waterworks", "2026-06-16T00:00:00+09:00").await;
    let (moved, lost) =
        (town.sealed("2026-06-10T10:00:00+09:00").await, town.sealed("2026-06-10T11:00:00+09:00").await);
    let segment = object_key::media(&town.tenant, moved, 0, 0);
    let octets = town.store.get(Bucket::Media, &segment, None).await.unwrap();
    town.store.put_new(Bucket::Secondary, &segment, octets).await.unwrap();
    let key = object_key::wrapped_key(&town.tenant, lost);
    for (bucket, key) in [(Bucket::Media, &segment), (Bucket::Keys, &key)] {
        let version = town.store.head(bucket, key).await.unwrap().unwrap().version_id;
        town.store.erase_version(bucket, key, &version).await.unwrap();
    }
    let stray = RecordingId(Uuid::now_v7());
    let stray_key = object_key::wrapped_key(&town.tenant, stray);
    town.store.put_new(Bucket::Keys, &stray_key, Bytes::from_static(b"made since")).await.unwrap();

    let found = compared(&town).await.unwrap();
    assert_eq!(found.moved.keys().copied().collect::<Vec<_>>(), [moved]);
    assert_eq!(found.missing.iter().copied().collect::<Vec<_>>(), [lost]);
    assert_eq!(found.strays.iter().copied().collect::<Vec<_>>(), [stray]);
    bring_up_to_date(&town, &found).await;
    assert_eq!(town.state(moved).await, RecordingState::Secondary);
    assert_eq!(town.state(lost).await, RecordingState::Quarantined);
    town.go_to("2026-06-20T00:00:00+09:00");
    town.run(JobKind::Reconcile).await;
    assert!(town.store.head(Bucket::Keys, &stray_key).await.unwrap().is_some(), "the store itself holds it");
    let found = town.run(JobKind::Scrub).await;
    assert_eq!(
        (town.state(moved).await, found.progress.figures.get("broken")),
        (RecordingState::Secondary, None)
    );
}

// rule: F17
#[tokio::test]
async fn an_older_trail_and_another_one_are_told_from_the_one_that_was_marked() {
    let town = Town::found("kobe", "2026-06-16T00:00:00+09:00").await;
    let standing = async || mark::standing(&town.db, &*town.store, &town.tenant, None).await.unwrap();
    assert_eq!(standing().await, Standing::Unmarked);
    let told = async || {
        let event = AuditEvent::new("test.event", Actor::Platform("test".into()), town.now());
        town.tx().await.commit_with(event).await.unwrap();
    };
    for _ in 0..3 {
        told().await;
    }
    let found = compared(&town).await.unwrap();
    bring_up_to_date(&town, &found).await;
    let Standing::Follows(mark) = standing().await else { panic!("it was marked just now") };
    told().await;
    assert_eq!(standing().await, Standing::Follows(mark.clone()), "it may be longer");
    // Shorter, as a backup has it.
    let events = i64::try_from(mark.events).unwrap();
    town.sql(&format!(
        "DELETE FROM audit_events WHERE seq >= {0}; UPDATE audit_heads SET next_seq = {0}",
        events - 1
    ))
    .await;
    assert!(matches!(standing().await, Standing::Older { events: left, .. } if left == mark.events - 1));
    // And grown again past the place, on another way.
    told().await;
    told().await;
    assert!(matches!(standing().await, Standing::Older { .. }), "another leaf stands there");
    let found = compared(&town).await.unwrap();
    assert!(!found.is_even());
    bring_up_to_date(&town, &found).await;
    let Standing::Follows(next) = standing().await else { panic!("it was taken up") };
    assert_eq!((next.generation, next.events_before), (mark.generation + 1, Some(mark.events)));
}

// rule: F17
#[tokio::test]
async fn by_a_note_that_another_key_signed_nothing_is_decided() {
    let town = Town::found("kobe", "2026-06-16T00:00:00+09:00").await;
    let other = NoteSigner::from_seed("rokuon", &[1; 32]).unwrap();
    let forged = Mark {
        tenant: town.tenant.clone(),
        generation: 7,
        events: 0,
        leaf: None,
        at: town.now(),
        events_before: None,
    };
    mark::put(&*town.store, &other, &forged).await.unwrap();
    assert!(matches!(compared(&town).await, Err(KeepingError::Witness { .. })));
}
