//! The store's own hold follows the rows: on every version of what is held, off again, right whoever races whom.

use chrono::TimeDelta;
use rokuon_db::audit_events::{Actor, AuditEvent};
use rokuon_db::holds::placing::{self, NewHold, Placed};
use rokuon_db::holds::{HoldGround, HoldOrigin, releasing};
use rokuon_db::object_holds;
use rokuon_policy::ids::{HoldId, PersonId, RecordingId};
use rokuon_policy::job::JobKind;
use rokuon_policy::text::Text;
use rokuon_storage::object_key;
use rokuon_storage::object_store::{Bucket, ObjectStore, StoreErrorKind};
use uuid::Uuid;

use crate::town::Town;

fn event(town: &Town, kind: &str) -> AuditEvent {
    AuditEvent::new(kind, Actor::Platform("test".into()), town.now())
}

async fn place(town: &Town, recording: RecordingId) -> HoldId {
    let hold = NewHold {
        id: HoldId(Uuid::now_v7()),
        origin: HoldOrigin::Person,
        ground: HoldGround {
            key: "investigation".to_owned(),
            article: "1".parse().unwrap(),
            name: Text::new("捜査", "Investigation"),
        },
        reason: "捜査".to_owned(),
        authority: "警察".to_owned(),
        policy_version: 1,
        placed_by: PersonId(Uuid::now_v7()),
        placed_at: town.now(),
        review_on: None,
        repeat: None,
    };
    let mut tx = town.tx().await;
    assert_eq!(placing::place(&mut tx, &hold, &[recording]).await.unwrap(), Placed::Done);
    tx.commit_with(event(town, "hold.place")).await.unwrap();
    hold.id
}

async fn release(town: &Town, hold: HoldId) {
    let by = PersonId(Uuid::now_v7());
    let mut tx = town.tx().await;
    let grace = town.now() + TimeDelta::hours(24);
    releasing::release(&mut tx, hold, by, Some("済"), town.now(), grace).await.unwrap().unwrap();
    tx.commit_with(event(town, "hold.release")).await.unwrap();
}

/// Of every version of a recording, whether the store holds it.
async fn held(town: &Town, recording: RecordingId) -> Vec<bool> {
    let mut held = Vec::new();
    for bucket in Bucket::ALL {
        let prefix = object_key::prefix(&town.tenant, recording);
        for version in town.store.list_versions(bucket, &prefix, None, 100).await.unwrap() {
            held.push(town.store.is_held(bucket, &version.key, &version.version_id).await.unwrap());
        }
    }
    assert!(held.len() >= 4, "key, media, manifest, waveform: {held:?}");
    held
}

// req: P-7
// rule: I1
#[tokio::test]
async fn every_version_of_what_is_held_is_held_by_the_store_too_until_it_is_released() {
    let town = Town::found("toyonaka", "2026-02-01T00:00:00+09:00").await;
    let id = town.sealed("2026-01-31T10:00:00+09:00").await;
    let other = town.sealed("2026-01-31T11:00:00+09:00").await;
    let hold = place(&town, id).await;
    town.run(JobKind::ObjectHolds).await;
    assert!(held(&town, id).await.into_iter().all(|held| held));
    assert!(held(&town, other).await.into_iter().all(|held| !held));
    let key = object_key::wrapped_key(&town.tenant, id);
    let version = town.store.head(Bucket::Keys, &key).await.unwrap().unwrap().version_id;
    let refused = town.store.erase_version(Bucket::Keys, &key, &version).await.unwrap_err();
    assert_eq!(refused.kind, StoreErrorKind::Held, "whoever asks");
    // run again, nothing changes; what a hand at the store took off is found and mended
    town.run(JobKind::ObjectHolds).await;
    town.store.set_held(Bucket::Keys, &key, &version, false).await.unwrap();
    town.run(JobKind::ObjectHolds).await;
    town.run(JobKind::ObjectHolds).await;
    assert!(held(&town, id).await.into_iter().all(|held| held));
    release(&town, hold).await;
    town.run(JobKind::ObjectHolds).await;
    assert!(held(&town, id).await.into_iter().all(|held| !held));
    let mut tx = town.tx().await;
    assert_eq!(object_holds::unsettled(&mut tx, 10).await.unwrap(), []);
}

// rule: I1, F14
#[tokio::test]
async fn a_process_that_dies_in_between_leaves_the_wish_for_the_next() {
    for place_of_death in ["object_holds.version", "object_holds.seen"] {
        let town = Town::found("toyonaka", "2026-02-01T00:00:00+09:00").await;
        let id = town.sealed("2026-01-31T10:00:00+09:00").await;
        let hold = place(&town, id).await;
        let killed = town.keeper_killed_at(place_of_death);
        let ran = killed.run_now(&town.tenant, JobKind::ObjectHolds).await.unwrap().unwrap();
        assert!(ran.end.is_err(), "{place_of_death}");
        // the dead process's lease would have to run out first
        town.sql("UPDATE jobs SET lease_id = NULL, lease_until = NULL").await;
        let mut tx = town.tx().await;
        assert_eq!(object_holds::unsettled(&mut tx, 10).await.unwrap().len(), 1, "{place_of_death}");
        drop(tx);
        release(&town, hold).await;
        settle(&town).await;
        assert!(held(&town, id).await.into_iter().all(|held| !held), "{place_of_death}");
    }
}

/// Runs until nothing is left to do, as often as a lease of a dead process lets it.
async fn settle(town: &Town) {
    for _ in 0..300 {
        let _ = town.keeper().run_now(&town.tenant, JobKind::ObjectHolds).await.unwrap();
        let mut tx = town.tx().await;
        if object_holds::unsettled(&mut tx, 10).await.unwrap().is_empty() {
            return;
        }
        drop(tx);
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    panic!("the store never came to what the rows want");
}

// req: P-7
// rule: F15
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn holds_and_releases_while_two_processes_work_on_the_store_end_as_the_rows_say() {
    let town = Town::found("toyonaka", "2026-02-01T00:00:00+09:00").await;
    let id = town.sealed("2026-01-31T10:00:00+09:00").await;
    let keepers = [town.keeper(), town.keeper()];
    for round in 0..12 {
        let people = async {
            let first = place(&town, id).await;
            let second = place(&town, id).await;
            release(&town, first).await;
            if round % 2 == 0 {
                release(&town, second).await;
            }
            (round % 2 != 0).then_some(second)
        };
        let work = async |keeper: usize| {
            for _ in 0..3 {
                let _ = keepers[keeper].run_now(&town.tenant, JobKind::ObjectHolds).await.unwrap();
            }
        };
        let (left, (), ()) = tokio::join!(people, work(0), work(1));
        settle(&town).await;
        let wanted = left.is_some();
        assert!(held(&town, id).await.into_iter().all(|held| held == wanted), "round {round}");
        if let Some(hold) = left {
            release(&town, hold).await;
            settle(&town).await;
        }
    }
}
