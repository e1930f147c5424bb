//! A worker whose calls another one sealed comes back: what it has besides is not lost, and nothing is there twice.

use std::sync::Arc;
use std::time::Duration;

use rokuon_db::recordings::Outcome;
use rokuon_fixtures::g711::Law;
use rokuon_fixtures::payload::FRAME;
use rokuon_fixtures::sip_link::Transport;
use rokuon_policy::clock::{Clock, SystemClock};
use rokuon_storage::key_service::KeyService;
use rokuon_storage::memory::faults::{Fault, Operation};
use rokuon_storage::object_key::TAILS;
use rokuon_storage::object_store::{Bucket, ObjectStore, StoreErrorKind};
use rokuon_worker::adopting::Adopting;
use rokuon_worker::config::{SipListeners, TailsConfig, WorkerConfig};
use rokuon_worker::running_worker::{RunningWorker, WorkerPorts, start};
use tempfile::TempDir;
use tokio::time::sleep;

use crate::harness::house::{EXCHANGE, House};
use crate::harness::until;
use crate::media::{LASTS, SPEAKS_ON, noise};

const QUICK: TailsConfig = TailsConfig {
    every: Duration::from_millis(100),
    behind_after: Duration::from_secs(1),
    // A beat is every 5 s.
    silent_after: Duration::from_secs(12),
    sure_after: Duration::from_millis(500),
    stopped_for: Duration::from_secs(1),
    look_every: Duration::from_millis(100),
};

/// Another worker of the same platform, with a spool of its own.
async fn another(house: &House, tails: TailsConfig) -> (RunningWorker, TempDir) {
    let spool = tempfile::tempdir().unwrap();
    let config = WorkerConfig {
        sip: SipListeners::plain((EXCHANGE, 0).into()),
        rtp_ports: 31_000..=31_099,
        tails: Some(tails),
        ..WorkerConfig::on_loopback(spool.path().to_owned())
    };
    let ports = WorkerPorts {
        db: house.db.clone(),
        store: house.store.clone(),
        keys: house.keys.clone(),
        cell_key: Some(house.cell_key.clone()),
        clock: Arc::new(SystemClock),
        signer: None,
    };
    (start(config, ports).await.unwrap(), spool)
}

const SEALED: &str = "SELECT count(*) FROM audit_events WHERE tenant_id = $1 AND kind = 'recording.sealed'";
const COMPLETED: &str =
    "SELECT count(*) FROM audit_events WHERE tenant_id = $1 AND kind = 'recording.completed'";
const LACKING: &str =
    "SELECT count(*) FROM truncated_recordings WHERE tenant_id = $1 AND completed_at IS NULL";

// rule: F2, F12, F13
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_comes_back_seals_whole_what_another_sealed_without_its_end() {
    let mut house = House::with(|config| config.tails = Some(QUICK)).await;
    let phone = house.phone(Transport::Udp).await;
    let live = phone.invite(&noise(300, LASTS)).await.unwrap();
    sleep(Duration::from_millis(1_500)).await;
    house.stop(Duration::ZERO).await;
    let (other, spool) = another(&house, QUICK).await;
    until("what the lost worker had copied is sealed", async || house.count(LACKING).await == 1).await;
    let id = live.call_id().to_owned();
    let short = house.finished(&id).await;
    assert_eq!(short.recording.outcome, Some(Outcome::SealedWithGaps));
    assert!(
        short.recording.doubts.iter().any(|doubt| doubt.en.contains("was lost")),
        "{:?}",
        short.recording.doubts
    );
    assert_eq!(short.manifest().ended_by.as_deref(), Some("host_lost"));
    assert_eq!((house.count(SEALED).await, house.count(COMPLETED).await), (1, 0));
    let copied = spool.path().join("taken-over");
    assert!(std::fs::read_dir(copied).map_or(0, Iterator::count) == 0, "its copy of the journal is gone");

    house.start().await;
    sleep(SPEAKS_ON).await;
    let sent = live.hang_up().await.unwrap();
    until("what came after is sealed", async || house.count(COMPLETED).await == 1).await;
    assert_eq!((house.count(SEALED).await, house.count(LACKING).await), (1, 0));
    assert_eq!(house.recordings_of(&id).await.len(), 1);
    let mut tx = house.db.tenant(&house.tenant).await.unwrap();
    let row = rokuon_db::recordings::find(&mut tx, short.recording.id).await.unwrap().unwrap();
    tx.commit_read_only().await.unwrap();
    assert!(row.duration_ms > short.recording.duration_ms, "{:?}", row.duration_ms);
    assert_eq!(row.outcome, Some(Outcome::SealedWithGaps), "it was down for a while");
    assert!(row.doubts.iter().all(|doubt| !doubt.en.contains("was lost")), "{:?}", row.doubts);

    // Everything said before it stopped and after it came back is there.
    let whole = house.finished(&id).await;
    for (channel, stream) in (0..).zip(&sent.streams) {
        let heard = whole.whole(channel, Law::Pcmu);
        let said = stream.timeline(0xFF);
        let start = heard.windows(FRAME).position(|window| window == &said[..FRAME]).unwrap();
        let down: Vec<_> = row.gaps.iter().filter(|gap| gap.channel == channel).collect();
        let differs = said.iter().enumerate().filter(|(at, octet)| {
            let at = start + at;
            let listed = |gap: &&rokuon_db::recordings::ListedGap| {
                (gap.start_sample..gap.start_sample + gap.samples).contains(&(at as u64))
            };
            heard.get(at) != Some(octet) && !down.iter().any(listed)
        });
        assert_eq!(differs.count(), 0, "{down:?}");
        let end = said.len() - 50 * FRAME;
        assert_eq!(heard[start + end..start + said.len()], said[end..], "the end is there");
    }
    other.shutdown(Duration::from_secs(1)).await;
    house.stop(Duration::from_secs(1)).await;

    // Should the rows be lost as well, it is the whole that is entered again, not what lacked its end.
    house.forget_rows().await;
    let (store, keys): (Arc<dyn ObjectStore>, Arc<dyn KeyService>) =
        (house.store.clone(), house.keys.inner.clone());
    let adopting = Adopting::begin(&house.db, &store, &keys, SystemClock.now()).await.unwrap();
    adopting.adopt(&house.tenant, row.id).await.unwrap();
    let entered = house.finished(&format!("restored-{}", row.call)).await;
    assert_eq!(entered.recording.manifest_sha256, row.manifest_sha256);
    let tails = house.store.objects(Bucket::Media);
    assert!(tails.iter().any(|(key, _)| key.as_str().starts_with(TAILS)), "whoever copies may not erase");
}

// rule: F2
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_writes_tails_is_not_lost_though_the_database_does_not_hear_it() {
    // Silent and sure before the next beat, and yet longer than a machine under load copies nothing.
    let eager =
        TailsConfig { silent_after: Duration::from_secs(1), sure_after: Duration::from_secs(3), ..QUICK };
    let house = House::with(|config| config.tails = Some(QUICK)).await;
    let (other, _spool) = another(&house, eager).await;
    let phone = house.phone(Transport::Udp).await;
    // Longer than from one beat to the next: for seconds it is silent by the other one's measure.
    let mut live = phone.invite(&noise(310, 450)).await.unwrap();
    live.said_everything().await;
    assert_eq!(house.count(LACKING).await, 0, "its tails went on");
    let sent = live.hang_up().await.unwrap();
    let kept = house.finished(&sent.call_id).await;
    assert_eq!(kept.recording.outcome, Some(Outcome::Sealed));
    kept.assert_said(&sent.streams, Law::Pcmu);
    assert_eq!((house.count(SEALED).await, house.count(LACKING).await), (1, 0));
    other.shutdown(Duration::from_secs(1)).await;
}

const ON_ONE_HOST: &str =
    "SELECT count(*) FROM worker_troubles WHERE $1 <> '' AND kind = 'tails_behind' AND ended_at IS NULL";
const TAKEN: &str = "SELECT count(*) FROM spool_lives WHERE $1 <> '' AND taken_by IS NOT NULL";

// rule: F2, F3
#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_one_host_alone_is_told_and_copied_once_the_store_is_back() {
    let mut house = House::with(|config| config.tails = Some(QUICK)).await;
    let phone = house.phone(Transport::Udp).await;
    house.store.set_down(true);
    let live = phone.invite(&noise(320, LASTS)).await.unwrap();
    until("that nothing is copied is told", async || house.count(ON_ONE_HOST).await == 1).await;
    house.store.set_down(false);
    until("that it is copied again is told", async || house.count(ON_ONE_HOST).await == 0).await;
    let stopped_at = std::time::Instant::now();
    house.stop(Duration::ZERO).await;
    let (other, _spool) = another(&house, QUICK).await;
    let id = live.call_id().to_owned();
    until("what was copied is sealed", async || house.count(LACKING).await == 1).await;
    let taken = house.finished(&id).await;
    let sent = live.vanish().await;
    for (channel, stream) in (0..).zip(&sent.streams) {
        let (heard, said) = (taken.whole(channel, Law::Pcmu), stream.timeline(0xFF));
        let start = heard.windows(FRAME).position(|window| window == &said[..FRAME]).unwrap();
        let same = said.iter().zip(&heard[start..]).take_while(|(said, heard)| said == heard).count();
        let before = stream.samples_until(stopped_at);
        assert!(same + 2 * 8_000 > before, "of {before} samples said before the stop {same} are there");
    }
    other.shutdown(Duration::from_secs(1)).await;
}

// rule: F2
#[tokio::test(flavor = "multi_thread")]
async fn who_takes_over_may_be_lost_as_well() {
    let mut house = House::with(|config| config.tails = Some(QUICK)).await;
    let phone = house.phone(Transport::Udp).await;
    let live = phone.invite(&noise(330, LASTS)).await.unwrap();
    sleep(Duration::from_millis(1_500)).await;
    house.stop(Duration::ZERO).await;
    // The taker reads what was copied and gets no further, and its disk is lost with it.
    house.store.set_plan(|call| match call.operation {
        Operation::Put if !call.key.starts_with(TAILS) => {
            vec![Fault::Refuse(StoreErrorKind::Unavailable)]
        }
        _ => Vec::new(),
    });
    let (first, first_spool) = another(&house, QUICK).await;
    until("it is taken over", async || house.count(TAKEN).await == 1).await;
    drop(first);
    drop(first_spool);
    house.store.clear_plan();
    assert_eq!((house.count(SEALED).await, house.count(LACKING).await), (0, 0));
    let (second, _spool) = another(&house, QUICK).await;
    let id = live.call_id().to_owned();
    until("who took over is taken over", async || house.count(LACKING).await == 1).await;
    assert_eq!(house.finished(&id).await.manifest().ended_by.as_deref(), Some("host_lost"));
    assert_eq!((house.count(SEALED).await, house.recordings_of(&id).await.len()), (1, 1));
    live.vanish().await;
    second.shutdown(Duration::from_secs(1)).await;
}
