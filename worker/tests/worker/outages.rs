//! Store, database and key service away in turn: calls go on, nothing is lost, everything is written once they return.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rokuon_db::database::migrate;
use rokuon_db::recordings::Outcome;
use rokuon_embedded_postgres::cluster::{Cluster, ClusterConfig, DATABASE, Role};
use rokuon_fixtures::g711::Law;
use rokuon_fixtures::metadata::Party;
use rokuon_fixtures::payload::FRAME;
use rokuon_fixtures::phone::PhoneError;
use rokuon_fixtures::sip_link::Transport;
use rokuon_media::gap::GapCause;
use rokuon_storage::object_store::{Bucket, StoreErrorKind};
use tokio::time::{Instant, sleep};

use crate::harness::house::{CITIZEN, EXCHANGE, House, LISTED, UNLISTED};
use crate::harness::raw_phone::RawPhone;
use crate::harness::until;
use crate::media::{AWAY, LASTS, SPEAKS_ON, noise};

#[tokio::test(flavor = "multi_thread")]
async fn while_the_store_is_away_recordings_wait_and_lose_nothing() {
    let house = House::open().await;
    let phone = house.phone(Transport::Tcp).await;
    let mut first = phone.invite(&noise(60, 40)).await.unwrap();
    sleep(Duration::from_millis(300)).await;
    house.store.set_down(true);
    first.said_everything().await;
    let mut sent = vec![first.hang_up().await.unwrap()];
    // a call that begins and ends while it is away
    sent.push(house.call(&noise(61, 30)).await);
    sleep(Duration::from_millis(500)).await;
    let waiting = "SELECT count(*) FROM recordings WHERE tenant_id = $1 AND outcome IS NULL";
    until("neither is called sealed or failed", async || house.count(waiting).await == 2).await;
    assert!(house.store.objects(Bucket::Media).is_empty());
    house.store.set_down(false);
    // and some that meet single faults, of every kind that may pass
    for (seed, kind) in [(62, StoreErrorKind::Unavailable), (63, StoreErrorKind::Full)] {
        let phone = house.phone(Transport::Udp).await;
        let mut call = phone.invite(&noise(seed, 20)).await.unwrap();
        call.said_everything().await;
        house.store.fail_next(3, kind);
        sent.push(call.hang_up().await.unwrap());
    }
    // Who reads before that meets the faults.
    let finished = "SELECT count(*) FROM recordings WHERE tenant_id = $1 AND outcome IS NOT NULL";
    until("each is sealed", async || house.count(finished).await == 4).await;
    for sent in &sent {
        let kept = house.finished(&sent.call_id).await;
        assert_eq!(kept.recording.outcome, Some(Outcome::Sealed), "{:?}", kept.gaps());
        kept.assert_said(&sent.streams, Law::Pcmu);
    }
    let sealed = "SELECT count(*) FROM audit_events WHERE tenant_id = $1 AND kind = 'recording.sealed'";
    assert_eq!(house.count(sealed).await, 4, "each once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_and_start_seals_what_waited_and_takes_live_calls_up_again() {
    let mut house = House::open().await;
    house.store.set_down(true);
    let waiting = house.call(&noise(64, 30)).await;
    let phone = house.phone(Transport::Udp).await;
    let live = phone.invite(&noise(65, LASTS)).await.unwrap();
    sleep(Duration::from_millis(700)).await;
    let stopped = Instant::now();
    house.stop(Duration::ZERO).await;
    sleep(AWAY).await;
    house.start().await;
    let down_for = usize::try_from(stopped.elapsed().as_millis()).unwrap() * 8;
    house.store.set_down(false);
    let kept = house.finished(&waiting.call_id).await;
    assert_eq!(kept.recording.outcome, Some(Outcome::Sealed), "{:?}", kept.gaps());
    kept.assert_said(&waiting.streams, Law::Pcmu);

    sleep(SPEAKS_ON).await;
    let sent = live.hang_up().await.unwrap();
    let kept = house.finished(&sent.call_id).await;
    assert_eq!(kept.recording.outcome, Some(Outcome::SealedWithGaps), "{:?}", kept.manifest());
    for (channel, stream) in sent.streams.iter().enumerate() {
        let gaps = kept.manifest().gaps.iter().filter(|gap| usize::from(gap.channel) == channel);
        let down = gaps.clone().filter(|gap| gap.cause == GapCause::WorkerDown).count();
        assert_eq!(down, 1, "{:?}", kept.manifest().gaps);
        // segments of this channel put together on the timeline
        let mut heard = Vec::new();
        for (segment, octets) in kept.segments.iter().zip(&kept.octets) {
            heard.resize(usize::try_from(segment.start_sample).unwrap(), 0xFF);
            let place = segment.channels.iter().position(|one| usize::from(*one) == channel).unwrap();
            heard.extend_from_slice(&octets[place]);
        }
        let said = stream.timeline(0xFF);
        let start = heard.windows(FRAME).position(|window| window == &said[..FRAME]).unwrap();
        let mut missing = 0;
        for (at, octet) in said.iter().enumerate() {
            let at = start + at;
            let listed = gaps.clone().any(|gap| (gap.start_sample..gap.end_sample()).contains(&(at as u64)));
            missing += usize::from(listed);
            assert!(listed || heard.get(at) == Some(octet), "sample {at} is neither kept nor listed");
        }
        assert!(missing < down_for + 8_000, "{missing} samples are missing; it was down for {down_for}");
    }
}

/// F5 in small: the server dies at once, stays away, comes back.
#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_away_calls_are_taken_and_each_is_written_once_afterwards() {
    let folder = tempfile::Builder::new().prefix("rokuon-f5").tempdir_in("/tmp").unwrap();
    // PostgreSQL runs as its own user when we are root and must pass through
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let config = ClusterConfig { fsync: false, ..ClusterConfig::new(folder.path().join("db")) };
    let cluster = Cluster::start(config.clone()).await.unwrap();
    migrate(&cluster.url(DATABASE, Role::Owner)).await.unwrap();
    let (app, superuser) = (cluster.url(DATABASE, Role::App), cluster.url(DATABASE, Role::Superuser));
    let house = House::on(&app, &superuser, None, |_| ()).await;
    let phone = house.phone(Transport::Udp).await;

    let mut before = phone.invite(&noise(70, 60)).await.unwrap();
    sleep(Duration::from_millis(400)).await;
    let server = Pid::from_raw(cluster.server_pid().unwrap().cast_signed());
    kill(server, Signal::SIGQUIT).unwrap();
    until("the server is away", async || house.db.ping().await.is_err()).await;

    // new calls, listed and not, by the routes known from before
    let mut during = phone.invite(&noise(71, 60)).await.unwrap();
    let mut across = phone.invite(&noise(72, 300)).await.unwrap();
    let raw = RawPhone::at(EXCHANGE, house.target(Transport::Udp)).await;
    let unlisted = raw.call([&Party::number(CITIZEN), &Party::number(UNLISTED)]).await;
    assert_eq!(unlisted.answer.status(), Some(200));
    raw.hang_up(&unlisted.dialog).await;
    before.said_everything().await;
    let mut sent = vec![before.hang_up().await.unwrap()];
    during.said_everything().await;
    sent.push(during.hang_up().await.unwrap());
    sleep(Duration::from_millis(1_500)).await;

    drop(cluster);
    let cluster = Cluster::start(config).await.unwrap();
    assert_eq!(cluster.url(DATABASE, Role::App), app, "it comes back where it was");
    across.said_everything().await;
    sent.push(across.hang_up().await.unwrap());
    for sent in &sent {
        let kept = house.finished(&sent.call_id).await;
        assert_eq!(kept.recording.outcome, Some(Outcome::Sealed), "{:?}", kept.gaps());
        kept.assert_said(&sent.streams, Law::Pcmu);
    }
    let counted = async || house.unrecorded().await == [("line_not_listed".to_owned(), 1)];
    until("the unlisted call is counted once", counted).await;
    for (rows, statement) in [
        (3, "SELECT count(*) FROM calls WHERE tenant_id = $1"),
        (3, "SELECT count(*) FROM recordings WHERE tenant_id = $1"),
        (3, "SELECT count(*) FROM segments WHERE tenant_id = $1"),
        (3, "SELECT count(*) FROM audit_events WHERE tenant_id = $1 AND kind = 'call.started'"),
        (3, "SELECT count(*) FROM audit_events WHERE tenant_id = $1 AND kind = 'recording.sealed'"),
    ] {
        assert_eq!(house.count(statement).await, rows, "{statement}");
    }
    drop(cluster);
}

// rule: F7
#[tokio::test(flavor = "multi_thread")]
async fn while_the_cells_key_is_away_calls_are_kept_and_later_ones_outlive_a_restart() {
    let mut house = House::with(|_| ()).await;
    house.stop(Duration::ZERO).await;
    house.cell_key.set_down(true);
    let before = house.cell_key.generated();
    house.start().await;
    let sent = house.call(&noise(84, 20)).await;
    house.finished(&sent.call_id).await.assert_said(&sent.streams, Law::Pcmu);
    house.cell_key.set_down(false);
    until("the spool has its key", async || house.cell_key.generated() > before).await;
    let phone = house.phone(Transport::Udp).await;
    let live = phone.invite(&noise(85, LASTS)).await.unwrap();
    sleep(Duration::from_millis(800)).await;
    house.stop(Duration::ZERO).await;
    sleep(AWAY).await;
    house.start().await;
    sleep(SPEAKS_ON).await;
    let sent = live.hang_up().await.unwrap();
    let kept = house.finished(&sent.call_id).await;
    // What came before the stop was opened, and what came after goes on with it.
    assert_eq!(kept.manifest().segments.len(), 2, "{:?}", kept.manifest());
    // The worker asked for the spool's key; recordings' keys are refused to it.
    assert_eq!(house.cell_key.unwrapped(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_key_service_is_away_prefetched_keys_carry_new_calls_until_they_are_used_up() {
    let house = House::with(|config| config.prefetched_keys = 2).await;
    until("keys are fetched ahead", async || house.keys.inner.generated() == 2).await;
    house.keys.inner.set_down(true);
    let phone = house.phone(Transport::Udp).await;
    let mut live = Vec::new();
    for seed in [80, 81] {
        live.push(phone.invite(&noise(seed, 60)).await.unwrap());
    }
    let third = phone.invite(&noise(82, 10)).await;
    assert!(matches!(third, Err(PhoneError::Refused { status: 503, .. })), "{third:?}");
    let raw = RawPhone::at(EXCHANGE, house.target(Transport::Udp)).await;
    let refused = raw.call([&Party::number(CITIZEN), &Party::number(LISTED)]).await.answer;
    assert_eq!(refused.status(), Some(503));
    let wait: u32 = refused.header("Retry-After").expect("Retry-After").parse().unwrap();
    assert!((1..=60).contains(&wait));
    let mut sent = Vec::new();
    for mut call in live {
        call.said_everything().await;
        sent.push(call.hang_up().await.unwrap());
    }
    // sealing needs no key service: the keys are in hand
    let sealed = "SELECT count(*) FROM recordings WHERE tenant_id = $1 AND outcome = 'sealed'";
    until("both are sealed while it is away", async || house.count(sealed).await == 2).await;
    house.keys.inner.set_down(false);
    for sent in &sent {
        house.finished(&sent.call_id).await.assert_said(&sent.streams, Law::Pcmu);
    }
    let next = house.call(&noise(83, 20)).await;
    house.finished(&next.call_id).await.assert_said(&next.streams, Law::Pcmu);
    until("both are counted", async || house.unrecorded().await == [("refused_recorder".to_owned(), 2)])
        .await;
}
