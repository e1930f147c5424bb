//! Spools of workers that fell silent: one takes such a one over, the old one is not heard again, and a recording that was sealed
//! without its end becomes whole by its own worker only.

use rokuon_db::recordings::{self, Guarded};
use rokuon_db::segments;
use rokuon_db::spool_lives::{self, SpoolLife, TailsNeeded};
use rokuon_db::truncated_recordings as truncated;
use rokuon_db::worker_runs::{self, Vitals, WorkerRun};
use rokuon_policy::recording_state::RecordingState;
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

use crate::city::{Platform, finished, noon, segment};

async fn heard(platform: &Platform, worker: Uuid) -> SpoolLife {
    let run = WorkerRun {
        run: Uuid::new_v4(),
        worker,
        software_version: "1.0.0".to_owned(),
        started_at: noon(),
        last_beat_at: noon(),
        stopped_at: None,
        vitals: Vitals::default(),
    };
    worker_runs::beat(&platform.database, &run).await.unwrap();
    let life = SpoolLife {
        life: Uuid::new_v4(),
        run: run.run,
        worker,
        copied: true,
        first_file: 3,
        empty: false,
        frames_since: Some(noon()),
        stopped: false,
    };
    assert!(spool_lives::hear(&platform.database, &life).await.unwrap());
    life
}

// rule: F2
#[tokio::test]
async fn of_all_who_find_a_silent_spool_one_takes_it_and_its_worker_is_told() {
    let platform = Platform::new().await;
    let db = &platform.database;
    let lost = heard(&platform, Uuid::new_v4()).await;
    let (one, other) = (heard(&platform, Uuid::new_v4()).await, heard(&platform, Uuid::new_v4()).await);
    assert!(spool_lives::silent(db, one.life, 60.0, 60.0).await.unwrap().is_empty());
    let found = |by: &SpoolLife| {
        let own = by.life;
        async move {
            let all = spool_lives::silent(db, own, 0.0, 0.0).await.unwrap();
            all.into_iter().find(|silent| silent.life == lost.life)
        }
    };
    let silent = found(&one).await.expect("it was not heard for no time at all");
    assert_eq!((silent.first_file, silent.epoch, silent.frames_since), (3, 0, Some(noon())));
    // It was only slow: what was found does not hold any more.
    assert!(spool_lives::hear(db, &lost).await.unwrap());
    assert_eq!(spool_lives::take_over(db, &silent, one.life).await.unwrap(), None);
    let silent = found(&one).await.expect("found again");
    let mut taken = Vec::new();
    for _ in 0..8 {
        let (a, b) = tokio::join!(
            spool_lives::take_over(db, &silent, one.life),
            spool_lives::take_over(db, &silent, other.life)
        );
        taken.extend(a.unwrap().map(|epoch| (one, epoch)));
        taken.extend(b.unwrap().map(|epoch| (other, epoch)));
    }
    assert_eq!(taken.len(), 1, "{taken:?}");
    let (taker, epoch) = taken[0];
    assert!(!spool_lives::hear(db, &lost).await.unwrap(), "its own worker is told");
    assert_eq!(spool_lives::settle_own_earlier(db, lost.worker, Uuid::new_v4()).await.unwrap(), 0);

    // While the taker is heard nobody else finds it; when he falls silent too, the next one does, and he settles nothing any more.
    let next = heard(&platform, Uuid::new_v4()).await;
    let finds = async |seconds: f64| {
        let all = spool_lives::silent(db, next.life, seconds, seconds).await.unwrap();
        all.into_iter().find(|silent| silent.life == lost.life)
    };
    assert_eq!(finds(60.0).await, None);
    let again = finds(0.0).await.expect("the taker is silent, too");
    assert_eq!(spool_lives::take_over(db, &again, next.life).await.unwrap(), Some(epoch + 1));
    assert!(!spool_lives::settle(db, lost.life, taker.life, epoch).await.unwrap());
    let needed = async || spool_lives::tails_needed(db, &[lost.life, Uuid::nil()]).await.unwrap();
    assert_eq!(needed().await, [TailsNeeded { life: lost.life, from_file: Some(3) }]);
    let open = async || {
        let all = spool_lives::open(db).await.unwrap();
        all.into_iter().find(|open| open.life == lost.life).map(|open| open.frames_since)
    };
    assert_eq!(open().await, Some(Some(noon())), "taken, and not sealed: its tails count");
    assert!(spool_lives::settle(db, lost.life, next.life, epoch + 1).await.unwrap());
    assert_eq!(needed().await, [TailsNeeded { life: lost.life, from_file: None }]);
    assert_eq!(open().await, None);
    assert_eq!(finds(0.0).await, None);
}

// rule: F2
#[tokio::test]
async fn a_worker_that_is_back_settles_its_earlier_lives_and_one_that_stopped_empty_is_over() {
    let platform = Platform::new().await;
    let db = &platform.database;
    let before = heard(&platform, Uuid::new_v4()).await;
    let after = SpoolLife { life: Uuid::new_v4(), ..before };
    assert!(spool_lives::hear(db, &after).await.unwrap());
    assert_eq!(spool_lives::settle_own_earlier(db, after.worker, after.life).await.unwrap(), 1);
    let me = heard(&platform, Uuid::new_v4()).await;
    let silent = async |stopped: f64| {
        let all = spool_lives::silent(db, me.life, 0.0, stopped).await.unwrap();
        all.iter().map(|silent| silent.life).collect::<Vec<_>>()
    };
    assert_eq!(silent(60.0).await, [after.life]);
    let left = SpoolLife { stopped: true, ..after };
    assert!(spool_lives::hear(db, &left).await.unwrap());
    assert!(silent(60.0).await.is_empty(), "it may be back soon");
    assert_eq!(silent(0.0).await, [after.life], "and may not");
    assert!(spool_lives::hear(db, &SpoolLife { empty: true, ..left }).await.unwrap());
    assert!(silent(0.0).await.is_empty());
    let needed = spool_lives::tails_needed(db, &[after.life]).await.unwrap();
    assert_eq!(needed, [TailsNeeded { life: after.life, from_file: None }]);
}

// rule: F2
#[tokio::test]
async fn what_was_sealed_without_its_end_becomes_whole_once() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let call = city.call(noon());
    city.start(&call).await;
    let (short, life) = (finished(&call), Uuid::new_v4());
    let mut tx = city.tx().await;
    segments::add(&mut tx, call.recording, &segment(0)).await.unwrap();
    assert_eq!(recordings::finish(&mut tx, &short).await.unwrap(), Guarded::Written);
    truncated::note(&mut tx, call.recording, life, noon()).await.unwrap();
    tx.commit_bookkeeping().await.unwrap();

    let mut whole = short.clone();
    (whole.duration_ms, whole.manifest_sha256, whole.doubts) = (90_000, Some([7; 32]), vec![]);
    let mut pieces = vec![segment(0), segment(1)];
    pieces[0].media_sha256 = [5; 32];
    let mut tx = city.tx().await;
    assert_eq!(truncated::lost_with(&mut tx, call.recording).await.unwrap(), Some(life));
    assert_eq!(truncated::complete(&mut tx, &whole, &pieces).await.unwrap(), Guarded::Written);
    assert_eq!(truncated::lost_with(&mut tx, call.recording).await.unwrap(), None);
    assert_eq!(truncated::complete(&mut tx, &whole, &pieces).await.unwrap(), Guarded::Refused);
    let row = recordings::find(&mut tx, call.recording).await.unwrap().unwrap();
    assert_eq!((row.state, row.duration_ms), (RecordingState::Primary, Some(90_000)));
    assert_eq!((row.manifest_sha256, row.doubts.len()), (Some([7; 32]), 0));
    assert_eq!(segments::of_recording(&mut tx, call.recording).await.unwrap(), pieces);
    tx.commit_bookkeeping().await.unwrap();

    // Of one that lacks nothing no piece can be removed, whoever asks for it.
    let mut app = PgConnection::connect(&platform.test.app_url()).await.unwrap();
    let mut tx = app.begin().await.unwrap();
    sqlx::query("SELECT set_config('app.tenant', 'aozora', true)").execute(&mut *tx).await.unwrap();
    let removed = sqlx::query("DELETE FROM segments").execute(&mut *tx).await.unwrap();
    assert_eq!(removed.rows_affected(), 0);
}
