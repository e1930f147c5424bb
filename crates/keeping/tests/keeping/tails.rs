//! Tails go when they are needed no more, and not before.

use bytes::Bytes;
use rokuon_db::spool_lives::{self, SpoolLife};
use rokuon_db::worker_runs::{self, Vitals, WorkerRun};
use rokuon_keeping::tails::{TailsErased, erase_tails};
use rokuon_policy::job::JobKind;
use rokuon_storage::object_store::Bucket;
use rokuon_storage::spool_tail::{SpoolTail, TailPlace};
use uuid::Uuid;

use crate::town::Town;

async fn heard(town: &Town, first_file: u32) -> SpoolLife {
    let (run, worker) = (Uuid::new_v4(), Uuid::new_v4());
    let beat = WorkerRun {
        run,
        worker,
        software_version: "1.0.0".to_owned(),
        started_at: town.now(),
        last_beat_at: town.now(),
        stopped_at: None,
        vitals: Vitals::default(),
    };
    worker_runs::beat(&town.db, &beat).await.unwrap();
    let life = SpoolLife {
        life: Uuid::new_v4(),
        run,
        worker,
        copied: true,
        first_file,
        empty: false,
        frames_since: None,
        stopped: false,
    };
    assert!(spool_lives::hear(&town.db, &life).await.unwrap());
    life
}

async fn copy(town: &Town, life: Uuid) {
    let tail = SpoolTail::of(town.store.clone(), life);
    for (file, offset) in [(3, 0), (3, 900), (4, 0), (5, 0)] {
        tail.copy(TailPlace { file, offset }, Bytes::from_static(b"a stretch")).await.unwrap();
    }
    tail.say_alive(1).await.unwrap();
}

// rule: F2
#[tokio::test]
async fn tails_of_lives_that_are_over_go_and_of_others_what_is_left_behind() {
    let town = Town::found("takikawa", "2026-02-01T10:00:00+09:00").await;
    let (living, ended) = (heard(&town, 4).await, heard(&town, 4).await);
    let unknown = Uuid::new_v4();
    for life in [living.life, ended.life, unknown] {
        copy(&town, life).await;
    }
    let mut keeper = town.keeper();
    keeper.limits.listed = 4;
    let done = erase_tails(&keeper).await.unwrap();
    assert_eq!(done, TailsErased { erased: 4, kept: 11, old: 0 });
    assert!(spool_lives::hear(&town.db, &SpoolLife { empty: true, stopped: true, ..ended }).await.unwrap());
    let done = erase_tails(&keeper).await.unwrap();
    assert_eq!(done, TailsErased { erased: 3, kept: 8, old: 0 });
    let left = SpoolTail::of(town.store.clone(), living.life).names().await.unwrap();
    assert_eq!(left.len(), 3, "{left:?}");
    // No recording's listing meets them.
    let ran = town.keeper().run_now(&town.tenant, JobKind::Reconcile).await.unwrap().unwrap();
    assert_eq!((ran.progress.done, ran.progress.figures.get("strange_names")), (0, None));

    town.go_to("2026-02-02T10:00:01+09:00");
    let done = erase_tails(&keeper).await.unwrap();
    assert_eq!(done, TailsErased { erased: 5, kept: 3, old: 3 }, "nobody's are a day old");
    assert!(spool_lives::hear(&town.db, &SpoolLife { first_file: 6, ..living }).await.unwrap());
    assert_eq!(erase_tails(&keeper).await.unwrap(), TailsErased { erased: 2, kept: 1, old: 1 });
    let next = Uuid::new_v4();
    assert_eq!(spool_lives::settle_own_earlier(&town.db, living.worker, next).await.unwrap(), 1);
    assert_eq!(erase_tails(&keeper).await.unwrap(), TailsErased { erased: 1, kept: 0, old: 0 });
    assert!(town.store.objects(Bucket::Media).is_empty());
}
