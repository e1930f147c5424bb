//! A recording that is destroyed soon after it was sealed lies in a recorder's spool for a while, and so do its tails: everything else
//! of it goes at once, and the certificate waits until that is gone, too, or says that it is not known.

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::jobs::RunEnd;
use rokuon_db::spool_lives::{self, SpoolLife};
use rokuon_db::tail_looks::{self, TailLook};
use rokuon_db::worker_runs::{self, Vitals, WorkerRun};
use rokuon_keeping::destroy::PLACES;
use rokuon_keeping::keeper::Ran;
use rokuon_keeping::tails::erase_tails;
use rokuon_policy::ids::RecordingId;
use rokuon_policy::job::JobKind;
use rokuon_policy::recording_state::RecordingState;
use rokuon_storage::object_store::Bucket;
use rokuon_storage::spool_tail::{SpoolTail, TailPlace};
use uuid::Uuid;

use crate::town::{Town, assert_killed, at};

/// A recorder and its spool.
struct Recorder {
    run: WorkerRun,
}

impl Recorder {
    fn of(town: &Town) -> Self {
        let run = WorkerRun {
            run: Uuid::new_v4(),
            worker: Uuid::new_v4(),
            software_version: "1.0.0".to_owned(),
            started_at: town.now(),
            last_beat_at: town.now(),
            stopped_at: None,
            vitals: Vitals::default(),
        };
        Self { run }
    }

    /// Says now how old its oldest file is.
    async fn says(&mut self, town: &Town, frames_since: Option<DateTime<Utc>>) {
        self.run.last_beat_at = town.now();
        self.run.vitals.frames_since = frames_since;
        worker_runs::beat(&town.db, &self.run).await.unwrap();
    }

    /// Its tails are copied, those from this file on are needed, and nothing in them is older.
    async fn copies(&self, town: &Town, life: Uuid, first_file: u32, since: DateTime<Utc>) {
        let said = SpoolLife {
            life,
            run: self.run.run,
            worker: self.run.worker,
            copied: true,
            first_file,
            empty: false,
            frames_since: Some(since),
            stopped: false,
        };
        assert!(spool_lives::hear(&town.db, &said).await.unwrap());
    }
}

/// A city in which a call was just sealed, at 10:01:03, and is due by an erasure.
async fn just_sealed() -> (Town, RecordingId) {
    let town = Town::found("toyonaka", "2026-02-01T09:00:00+09:00").await;
    let id = town.sealed("2026-02-01T10:00:00+09:00").await;
    town.go_to("2026-02-01T10:02:00+09:00");
    due(&town, id).await;
    (town, id)
}

async fn due(town: &Town, id: RecordingId) {
    let now = town.now();
    town.sql(&format!(
        "UPDATE recordings SET state = 'due', due_at = '{now}', due_reason = 'erasure', due_article = '7(1)' WHERE recording_id = '{id}'"
    ))
    .await;
}

fn waiting(ran: &Ran) -> Option<u64> {
    ran.progress.figures.get("waits_for_spool").and_then(serde_json::Value::as_u64)
}

async fn notes_of_commits(town: &Town) -> usize {
    let objects = town.store.objects(Bucket::Secondary);
    objects.iter().filter(|(key, _)| key.as_str().contains("/witness/committed-")).count()
}

// rule: I4, I6, I7, I8
#[tokio::test]
async fn a_certificate_waits_until_the_spool_has_let_go_and_says_when_that_was_seen() {
    let (town, id) = just_sealed().await;
    let old = town.sealed("2026-02-01T08:00:00+09:00").await;
    due(&town, old).await;
    let mut recorder = Recorder::of(&town);
    recorder.says(&town, Some(at("2026-02-01T09:55:00+09:00"))).await;
    let ran = town.run(JobKind::Destroy).await;
    assert!(matches!(ran.end, Ok(RunEnd::Done)), "waiting is no failure: {:?}", ran.end);
    assert_eq!((ran.progress.done, waiting(&ran)), (1, Some(1)));
    assert!(town.job(JobKind::Destroy).await.next_at - town.now() <= TimeDelta::seconds(30), "soon again");
    assert_eq!((town.state(id).await, town.stored(id)), (RecordingState::Destroying, [0, 0, 0]));
    assert!(town.certificate(id).await.is_none());
    let body = town.assert_destroyed(old).await;
    assert_eq!(body.times.spools_cleared, Some(town.now()), "a file begun since cannot hold it");
    assert_eq!(notes_of_commits(&town).await, 1, "a restore must still hear of the one");

    town.go_to("2026-02-01T10:04:00+09:00");
    assert_eq!(waiting(&town.run(JobKind::Destroy).await), Some(1), "the file is there yet");
    recorder.says(&town, Some(at("2026-02-01T10:03:30+09:00"))).await;
    let ran = town.run(JobKind::Destroy).await;
    assert_eq!((ran.progress.done, waiting(&ran)), (1, Some(0)));
    let body = town.assert_destroyed(id).await;
    assert_eq!(body.times.keys_erased, at("2026-02-01T10:02:00+09:00"), "as it was, not as it was certified");
    assert_eq!(body.times.spools_cleared, Some(at("2026-02-01T10:04:00+09:00")));
    assert_eq!((body.times.checked, body.erased.len()), (town.now(), 4));
    assert!(body.elsewhere.spool.en.contains("none of the spools"), "{:?}", body.elsewhere);
    assert_eq!(notes_of_commits(&town).await, 0);
    assert_eq!(town.count("SELECT count(*) FROM destruction_lists").await, 0);
    assert_eq!(town.job(JobKind::Destroy).await.next_at - town.now(), TimeDelta::minutes(2));
}

// rule: I4, I7
#[tokio::test]
async fn who_is_gone_for_good_stops_no_certificate_and_is_named_in_it() {
    let (town, id) = just_sealed().await;
    let mut recorder = Recorder::of(&town);
    recorder.says(&town, Some(at("2026-02-01T09:55:00+09:00"))).await;
    // One process: a new one would not believe its clock so soon after nobody was heard for long.
    let keeper = town.keeper();
    for (now, waits) in [("01T10:02:00", 1), ("02T09:01:59", 1), ("02T09:02:00", 0)] {
        town.go_to(&format!("2026-02-{now}+09:00"));
        let ran = keeper.run_now(&town.tenant, JobKind::Destroy).await.unwrap().unwrap();
        assert_eq!((ran.end.is_ok(), waiting(&ran)), (true, Some(waits)), "{now}: {:?}", ran.end);
    }
    let body = town.assert_destroyed(id).await;
    assert_eq!(body.times.spools_cleared, None);
    let said = &body.elsewhere.spool;
    assert!(said.ja.contains("1台のうち1台の一時保管に残っていないことは、確かめられていません"), "{said:?}");
    assert!(said.en.contains("1 are silent"), "{said:?}");
}

// rule: I7, I8
#[tokio::test]
async fn a_certificate_waits_for_the_tails_and_for_those_nobody_knows() {
    let (town, id) = just_sealed().await;
    let mut recorder = Recorder::of(&town);
    let (life, stray) = (Uuid::new_v4(), Uuid::new_v4());
    // The journal file is gone from the disk; its tail is not, and the copying is behind.
    recorder.says(&town, Some(town.now())).await;
    recorder.copies(&town, life, 3, at("2026-02-01T09:55:00+09:00")).await;
    for of in [life, stray] {
        let tail = SpoolTail::of(town.store.clone(), of);
        tail.copy(TailPlace { file: 3, offset: 0 }, Bytes::from_static(b"frames")).await.unwrap();
    }
    assert_eq!(waiting(&town.run(JobKind::Destroy).await), Some(1));
    town.go_to("2026-02-01T10:05:00+09:00");
    recorder.copies(&town, life, 4, town.now()).await;
    assert_eq!(waiting(&town.run(JobKind::Destroy).await), Some(1), "whose tail the other is nobody knows");
    for (key, _) in town.store.objects(Bucket::Media) {
        assert!(
            key.as_str().contains(&stray.to_string()),
            "{key} is not needed: the destruction looked for itself"
        );
    }
    // Its worker is heard at last.
    recorder.copies(&town, stray, 4, town.now()).await;
    town.go_to("2026-02-01T10:06:00+09:00");
    assert_eq!(waiting(&town.run(JobKind::Destroy).await), Some(0));
    let body = town.assert_destroyed(id).await;
    assert_eq!(body.times.spools_cleared, Some(town.now()));
    assert!(town.store.objects(Bucket::Media).is_empty());
}

// rule: F14, I6
#[tokio::test]
async fn a_destruction_that_waits_and_is_killed_after_any_step_converges() {
    for (number, place) in PLACES.iter().enumerate() {
        let (town, id) = just_sealed().await;
        let mut recorder = Recorder::of(&town);
        recorder.says(&town, Some(at("2026-02-01T09:55:00+09:00"))).await;
        let run = async |at: &'static str| {
            let killed =
                town.keeper_killed_at(at).run_now(&town.tenant, JobKind::Destroy).await.unwrap().unwrap();
            if killed.end.is_err() {
                assert_killed(&killed, at);
            }
            town.sql("UPDATE jobs SET lease_id = NULL, lease_until = NULL").await;
        };
        for at in [place, place, &PLACES[(number + 1) % PLACES.len()]] {
            run(at).await;
            assert!(town.certificate(id).await.is_none(), "{place}: it is in a spool");
        }
        town.run(JobKind::Destroy).await;
        assert_eq!(town.stored(id), [0, 0, 0], "{place}");
        town.go_to("2026-02-01T10:10:00+09:00");
        recorder.says(&town, Some(at("2026-02-01T10:09:00+09:00"))).await;
        run(place).await;
        town.run(JobKind::Destroy).await;
        let body = town.assert_destroyed(id).await;
        assert_eq!((body.erased.len(), body.times.spools_cleared.is_some()), (4, true), "{place}");
        assert_eq!(town.count("SELECT count(*) FROM certificates").await, 1, "{place}");
        assert_eq!(
            town.count("SELECT count(*) FROM audit_events WHERE kind = 'recording.destroyed'").await,
            1
        );
        assert_eq!(town.count("SELECT count(*) FROM destruction_lists").await, 0, "{place}");
    }
}

// rule: I4
#[tokio::test]
async fn those_that_wait_hold_up_nobody() {
    let (town, first) = just_sealed().await;
    let mut waiting_ids = vec![first];
    for second in 10..15 {
        let id = town.sealed(&format!("2026-02-01T10:00:{second}+09:00")).await;
        due(&town, id).await;
        waiting_ids.push(id);
    }
    let mut recorder = Recorder::of(&town);
    recorder.says(&town, Some(at("2026-02-01T09:55:00+09:00"))).await;
    let mut keeper = town.keeper();
    keeper.limits.batch = 2;
    let ran = keeper.run_now(&town.tenant, JobKind::Destroy).await.unwrap().unwrap();
    assert_eq!((ran.end.is_ok(), waiting(&ran)), (true, Some(6)));
    // One behind them was committed by a run that was killed, and one is due only now.
    town.go_to("2026-02-01T10:03:00+09:00");
    let (begun, new) =
        (town.sealed("2026-02-01T08:00:00+09:00").await, town.sealed("2026-02-01T08:01:00+09:00").await);
    due(&town, begun).await;
    let killed = town.keeper_killed_at("destroy.committed").run_now(&town.tenant, JobKind::Destroy).await;
    assert_killed(&killed.unwrap().unwrap(), "destroy.committed");
    town.sql("UPDATE jobs SET lease_id = NULL, lease_until = NULL").await;
    due(&town, new).await;
    let ran = keeper.run_now(&town.tenant, JobKind::Destroy).await.unwrap().unwrap();
    assert_eq!((ran.progress.done, waiting(&ran)), (2, Some(6)));
    for id in [begun, new] {
        town.assert_destroyed(id).await;
    }
    for id in waiting_ids {
        assert_eq!(town.state(id).await, RecordingState::Destroying);
    }
}

// rule: F9, I7
#[tokio::test]
async fn the_newest_look_at_the_tails_counts_unless_its_clock_was_ahead() {
    let town = Town::found("toyonaka", "2026-02-01T10:00:00+09:00").await;
    let newest = async || tail_looks::newest(&mut town.tx().await).await.unwrap();
    assert_eq!(newest().await, None);
    let look = |clear: &str, looked: &str| TailLook {
        clear_before: at(&format!("2026-02-01T{clear}+09:00")),
        looked_at: at(&format!("2026-02-01T{looked}+09:00")),
    };
    for (one, is_written) in [
        (look("09:59:00", "10:00:00"), true),
        // a slower one that began earlier
        (look("09:59:50", "09:59:55"), false),
        // a worker that came back has older tails
        (look("09:30:00", "10:01:00"), true),
        // an hour ahead, and set right
        (look("11:02:00", "11:02:00"), true),
        (look("10:02:30", "10:02:30"), true),
    ] {
        assert_eq!(tail_looks::note(&town.db, &one).await.unwrap(), is_written, "{one:?}");
    }
    assert_eq!(newest().await, Some(look("10:02:30", "10:02:30")));
    // A life that was not heard for long holds nothing back once nothing of it is left.
    town.go_to("2026-02-01T10:10:00+09:00");
    let mut recorder = Recorder::of(&town);
    recorder.says(&town, None).await;
    recorder.copies(&town, Uuid::new_v4(), 3, at("2026-02-01T09:00:00+09:00")).await;
    erase_tails(&town.keeper()).await.unwrap();
    assert_eq!(newest().await, Some(look("09:00:00", "10:10:00")));
    town.go_to("2026-02-01T10:11:00+09:00");
    town.sql("UPDATE spool_lives SET heard_at = heard_at - interval '25 hours'").await;
    erase_tails(&town.keeper()).await.unwrap();
    assert_eq!(newest().await, Some(look("10:11:00", "10:11:00")));
}
