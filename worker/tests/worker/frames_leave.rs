//! What was sealed leaves the disk within seconds, and the worker says so; a certificate of destruction waits for that.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use rokuon_db::certificates;
use rokuon_db::recordings;
use rokuon_fixtures::sip_link::Transport;
use rokuon_keeping::certificate::verify;
use rokuon_keeping::keeper::Keeper;
use rokuon_keeping::signed_note::NoteSigner;
use rokuon_keeping::times::MachineTimes;
use rokuon_policy::clock::SystemClock;
use rokuon_policy::job::JobKind;
use rokuon_policy::recording_state::RecordingState;
use rokuon_storage::object_key::{self, TAILS};
use rokuon_storage::object_store::Bucket;
use rokuon_worker::config::TailsConfig;
use tokio::time::sleep;

use crate::harness::house::House;
use crate::harness::until;
use crate::media::noise;

fn journals(spool: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(spool).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|ending| ending == "spool")).collect()
}

/// What the worker last said of its disk.
async fn said(house: &House) -> (Option<DateTime<Utc>>, bool) {
    let newest = "SELECT frames_since, frames_gone FROM worker_runs ORDER BY started_at DESC LIMIT 1";
    sqlx::query_as(newest).fetch_one(&house.looker).await.unwrap()
}

// rule: I7
#[tokio::test(flavor = "multi_thread")]
async fn frames_leave_the_disk_soon_after_the_last_call_and_at_a_stop_at_once() {
    let mut house = House::open().await;
    let sent = house.call(&noise(400, 25)).await;
    let kept = house.finished(&sent.call_id).await;
    until("its frames stay on the disk", async || journals(house.spool_dir()).is_empty()).await;
    until("nobody says so", async || {
        let (since, is_gone) = said(&house).await;
        is_gone && since > kept.recording.finished_at
    })
    .await;

    // One that lives keeps its file, and those that were in it.
    let phone = house.phone(Transport::Udp).await;
    let mut live = phone.invite(&noise(401, 150)).await.unwrap();
    let sent = house.call(&noise(402, 25)).await;
    let kept = house.finished(&sent.call_id).await;
    until("nothing is said of the file", async || !said(&house).await.1).await;
    assert!(said(&house).await.0 <= kept.recording.finished_at);
    live.said_everything().await;
    let sent = live.hang_up().await.unwrap();
    // Its last entry is durable by then; whether it is sealed before or after the recording thread ends is all the same.
    sleep(Duration::from_millis(500)).await;
    house.stop(Duration::from_secs(20)).await;
    assert_eq!(journals(house.spool_dir()), [] as [PathBuf; 0], "nothing is left to the next start");
    assert!(said(&house).await.1, "its last word is of after that");
    house.finished(&sent.call_id).await;
}

const TAILS_AT_ONCE: TailsConfig = TailsConfig {
    every: Duration::from_millis(100),
    behind_after: Duration::from_secs(5),
    silent_after: Duration::from_secs(30),
    sure_after: Duration::from_secs(10),
    stopped_for: Duration::from_secs(30),
    look_every: Duration::from_secs(5),
};

// rule: I4, I7, I8
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_waits_for_the_journal_and_its_tails() {
    let house = House::with(|config| config.tails = Some(TAILS_AT_ONCE)).await;
    let phone = house.phone(Transport::Udp).await;
    // Another call keeps the file that both lie in.
    let mut live = phone.invite(&noise(410, 300)).await.unwrap();
    let sent = house.call(&noise(411, 25)).await;
    let recording = house.finished(&sent.call_id).await.recording;
    let due = "UPDATE recordings SET state = 'due', due_at = now(), due_reason = 'erasure', due_article = '7(1)' WHERE recording_id = $1";
    sqlx::query(due).bind(recording.id.0).execute(&house.looker).await.unwrap();
    let signer = Arc::new(NoteSigner::from_seed("rokuon", &[9; 32]).unwrap());
    let times = Arc::new(MachineTimes::new(Arc::new(SystemClock)));
    let keeper = Keeper::new(house.db.clone(), house.store.clone(), times, signer.clone());
    let destroy = async || {
        let ran = keeper.run_now(&house.tenant, JobKind::Destroy).await.unwrap().unwrap();
        assert!(ran.end.is_ok(), "{:?}", ran.end);
        ran.progress.done
    };
    assert_eq!(destroy().await, 0);
    let prefix = object_key::prefix(&house.tenant, recording.id);
    let of_it = |bucket| {
        house.store.objects(bucket).into_iter().filter(|(key, _)| key.as_str().starts_with(&prefix)).count()
    };
    assert_eq!((of_it(Bucket::Keys), of_it(Bucket::Media)), (0, 0), "what can go went at once");
    let state = async || {
        let mut tx = house.db.tenant(&house.tenant).await.unwrap();
        recordings::find(&mut tx, recording.id).await.unwrap().unwrap().state
    };
    assert_eq!(state().await, RecordingState::Destroying);
    assert!(!journals(house.spool_dir()).is_empty(), "its frames are still here");

    live.said_everything().await;
    assert_eq!(destroy().await, 0, "and stay as long as the other call");
    let other = live.hang_up().await.unwrap();
    house.finished(&other.call_id).await;
    until("it waits for ever", async || {
        sleep(Duration::from_secs(1)).await;
        destroy().await == 1
    })
    .await;
    assert!(journals(house.spool_dir()).is_empty());
    let tails: Vec<_> = house
        .store
        .objects(Bucket::Media)
        .into_iter()
        .filter(|(key, _)| key.as_str().starts_with(TAILS))
        .collect();
    assert!(tails.is_empty(), "{tails:?}");
    let mut tx = house.db.tenant(&house.tenant).await.unwrap();
    let filter = certificates::Filter { recording: Some(recording.id), ..Default::default() };
    let note = certificates::list(&mut tx, &filter, 2).await.unwrap().remove(0).note;
    let body = verify(&note, &signer.verifier()).unwrap();
    assert!(body.times.spools_cleared > recording.finished_at, "{:?}", body.times);
    assert!(body.times.spools_cleared > Some(body.times.media_erased), "it waited with everything else done");
}
