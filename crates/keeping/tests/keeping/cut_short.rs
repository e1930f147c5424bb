//! A job that is killed at any place and run again ends as if it had not been (F14), alone or beside another.

use rokuon_keeping::destroy::PLACES;
use rokuon_policy::job::JobKind;
use rokuon_policy::recording_state::RecordingState;

use crate::town::{Town, assert_killed};

/// The lease of the killed run would have to run out first.
async fn forget_lease(town: &Town) {
    town.sql("UPDATE jobs SET lease_id = NULL, lease_until = NULL").await;
}

// rule: F14, I6
#[tokio::test]
async fn a_destruction_killed_after_any_step_converges() {
    for (number, place) in PLACES.iter().enumerate() {
        let town = Town::found("toyonaka", "2026-02-01T00:00:00+09:00").await;
        let mut ids = Vec::new();
        for hour in 10..13 {
            ids.push(town.sealed(&format!("2026-01-10T{hour}:00:00+09:00")).await);
        }
        let held = town.sealed("2026-01-10T09:00:00+09:00").await;
        town.hold(held, 1).await;
        town.go_to("2026-02-11T00:00:00+09:00");
        town.run(JobKind::Sweep).await;
        // twice at the same place, and then at the next one, before a run gets through
        for at in [place, place, &PLACES[(number + 1) % PLACES.len()]] {
            let mut keeper = town.keeper_killed_at(at);
            // Two batches are under way at once.
            keeper.limits.batch = 2;
            let killed = keeper.run_now(&town.tenant, JobKind::Destroy).await.unwrap();
            if let Err(rokuon_keeping::failure::KeepingError::Interrupted(_)) = &killed.as_ref().unwrap().end
            {
                assert_killed(&killed.unwrap(), at);
            }
            for id in &ids {
                let (state, certificate) = (town.state(*id).await, town.certificate(*id).await);
                assert_eq!(
                    state == RecordingState::Destroyed,
                    certificate.is_some(),
                    "{place}: a certificate and the deletion come together"
                );
                if state == RecordingState::Due {
                    town.assert_whole(*id).await;
                }
                let [media, secondary, keys] = town.stored(*id);
                assert!(
                    keys == 0 || state != RecordingState::Destroyed,
                    "{place}: destroyed and its key is there"
                );
                assert!(keys == 1 || media + secondary <= 3);
            }
            forget_lease(&town).await;
        }
        town.run(JobKind::Destroy).await;
        for id in ids {
            let body = town.assert_destroyed(id).await;
            assert_eq!(
                body.erased.len(),
                4,
                "{place}: every version is in the certificate, whichever run erased it"
            );
        }
        town.assert_whole(held).await;
        assert_eq!(town.count("SELECT count(*) FROM destruction_lists").await, 0, "{place}");
        assert_eq!(town.count("SELECT count(*) FROM certificates").await, 3, "{place}");
        let destroyed = "SELECT count(*) FROM audit_events WHERE kind = 'recording.destroyed'";
        assert_eq!(town.count(destroyed).await, 3, "{place}: one event each");
        let days = "SELECT coalesce(sum(destroyed), 0)::bigint FROM destruction_days";
        assert_eq!(town.count(days).await, 3, "{place}");
    }
    println!(
        "F14: {} places, each killed twice and then at the next one: 0 without certificate, 0 certificates without deletion",
        PLACES.len()
    );
}

// rule: F14
#[tokio::test]
async fn a_sweep_killed_before_or_after_its_commit_converges() {
    for place in ["sweep.chosen", "sweep.committed"] {
        let town = Town::found("toyonaka", "2026-02-01T00:00:00+09:00").await;
        let id = town.sealed("2026-01-10T10:00:00+09:00").await;
        town.go_to("2026-02-11T00:00:00+09:00");
        let killed = town.keeper_killed_at(place).run_now(&town.tenant, JobKind::Sweep).await.unwrap();
        assert_killed(&killed.unwrap(), place);
        forget_lease(&town).await;
        town.night().await;
        town.assert_destroyed(id).await;
        assert_eq!(town.count("SELECT count(*) FROM audit_events WHERE kind = 'recording.due'").await, 1);
    }
}

// rule: F12
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_workers_at_once_destroy_each_once() {
    let town = Town::found("toyonaka", "2026-02-01T00:00:00+09:00").await;
    let mut ids = Vec::new();
    for minute in 0..30 {
        ids.push(town.sealed(&format!("2026-01-10T10:{minute:02}:00+09:00")).await);
    }
    town.go_to("2026-02-11T00:00:00+09:00");
    town.run(JobKind::Sweep).await;
    let mut workers = Vec::new();
    for worker in 0..4 {
        let mut keeper = town.keeper();
        keeper.limits.batch = 7 + worker;
        let tenant = town.tenant.clone();
        let db = town.db.clone();
        workers.push(tokio::spawn(async move {
            for _ in 0..6 {
                // Nothing may rely on the lease: it is taken away again and again.
                let mut tx = db.tenant(&tenant).await.unwrap();
                rokuon_db::jobs::list(&mut tx).await.unwrap();
                drop(tx);
                let _lost_lease = keeper.run_now(&tenant, JobKind::Destroy).await;
            }
        }));
    }
    for _ in 0..40 {
        forget_lease(&town).await;
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    for worker in workers {
        worker.await.unwrap();
    }
    forget_lease(&town).await;
    town.run(JobKind::Destroy).await;
    for id in ids {
        assert_eq!(town.assert_destroyed(id).await.erased.len(), 4);
    }
    assert_eq!(town.count("SELECT count(*) FROM certificates").await, 30);
    assert_eq!(town.count("SELECT count(*) FROM audit_events WHERE kind = 'recording.destroyed'").await, 30);
    assert_eq!(town.count("SELECT count(*) FROM destruction_lists").await, 0);
    let dense = "SELECT count(*) FROM (SELECT seq - row_number() OVER (ORDER BY seq) AS gap FROM audit_events) t WHERE gap <> -1";
    assert_eq!(town.count(dense).await, 0, "the trail has no hole");
}

#[tokio::test]
async fn a_store_that_fails_in_the_middle_is_tried_again() {
    use rokuon_storage::object_store::StoreErrorKind;
    let town = Town::found("toyonaka", "2026-02-01T00:00:00+09:00").await;
    let id = town.sealed("2026-01-10T10:00:00+09:00").await;
    town.go_to("2026-02-11T00:00:00+09:00");
    town.run(JobKind::Sweep).await;
    let mut failures = 0;
    for calls in 1..12 {
        town.store.fail_next(calls, StoreErrorKind::Unavailable);
        let ran = town.keeper().run_now(&town.tenant, JobKind::Destroy).await.unwrap().unwrap();
        failures += u32::from(ran.end.is_err());
        let job = town.job(JobKind::Destroy).await;
        assert_eq!(job.last_error.is_some(), ran.end.is_err());
        assert!(ran.end.is_ok() || job.next_at > town.now(), "it is put off");
        town.store.fail_next(0, StoreErrorKind::Unavailable);
    }
    assert!(failures > 0);
    town.run(JobKind::Destroy).await;
    town.assert_destroyed(id).await;
}
