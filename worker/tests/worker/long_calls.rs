//! Calls that last are sealed piece by piece while they live: nothing is lost at a seam, and the spool holds no more than the
//! last pieces.

use std::time::Duration;

use rokuon_db::recordings::Outcome;
use rokuon_fixtures::g711::Law;
use rokuon_fixtures::live_call::LiveCall;
use rokuon_fixtures::phone::CallPlan;
use rokuon_fixtures::rtp_pump::Faults;
use rokuon_fixtures::sip_link::Transport;
use rokuon_media::gap::GapCause;
use rokuon_storage::object_store::Bucket;
use tokio::time::sleep;

use crate::harness::house::House;
use crate::harness::kept::{assert_said, not_sent};
use crate::harness::until;
use crate::media::{AWAY, LASTS, SPEAKS_ON, noise};

async fn house(seal_every: Duration) -> House {
    House::with(|config| config.seal_every = seal_every).await
}

async fn begin(house: &House, plan: &CallPlan) -> LiveCall {
    house.phone(Transport::Udp).await.invite(plan).await.unwrap()
}

// rule: F19
#[tokio::test(flavor = "multi_thread")]
async fn a_long_call_is_sealed_in_pieces_without_a_seam() {
    let house = house(Duration::from_secs(2)).await;
    let mut plan = noise(110, 500);
    // losses and disorder anywhere, so also about the cuts
    let lost = (7..480).step_by(29).collect();
    let swapped = (3..490).step_by(11).collect();
    plan.legs[0].faults = Faults { drop: lost, swap_with_next: swapped, ..Faults::default() };
    let mut call = begin(&house, &plan).await;
    call.said_everything().await;
    let rows = "SELECT count(*) FROM segments WHERE tenant_id = $1";
    until("segments are known while the call lives", async || house.count(rows).await >= 2).await;
    let before = house.store.objects(Bucket::Media).len();
    assert!(before >= 2, "{before} objects are stored while the call lives");
    let sent = call.hang_up().await.unwrap();
    let kept = house.finished(&sent.call_id).await;
    assert_eq!(kept.recording.outcome, Some(Outcome::SealedWithGaps));
    assert!(kept.segments.len() >= 3, "{:?}", kept.segments);
    let mut missing = Vec::new();
    for (channel, stream) in sent.streams.iter().enumerate() {
        let channel = u8::try_from(channel).unwrap();
        let start = assert_said(&kept.whole(channel, Law::Pcmu), stream, Law::Pcmu);
        missing.extend(not_sent(stream).into_iter().map(|(from, samples)| (channel, start + from, samples)));
    }
    let listed: Vec<_> = kept.gaps().iter().map(|gap| (gap.channel, gap.start_sample, gap.samples)).collect();
    missing.sort_by_key(|(channel, start, _)| (*start, *channel));
    assert_eq!(listed, missing);
    assert!(kept.gaps().iter().all(|gap| gap.cause == GapCause::Loss), "{:?}", kept.gaps());
    let manifest = kept.manifest();
    let lost: u64 = manifest.timeline.iter().map(|(_, counts)| counts.lost).sum();
    assert_eq!(lost, missing.len() as u64, "each is counted once, cut or not");
    assert_eq!(manifest.segments.len(), kept.segments.len());
    assert_eq!(manifest.sdp.len(), 1, "what signalling said is there once");
}

// rule: F19
#[tokio::test(flavor = "multi_thread")]
async fn what_is_sealed_of_a_long_call_leaves_the_spool() {
    let house = house(Duration::from_secs(2)).await;
    let mut call = begin(&house, &noise(111, 800)).await;
    call.said_everything().await;
    let readable = "SELECT coalesce(sum(samples), 0)::bigint FROM segments WHERE tenant_id = $1";
    until("half of it is sealed", async || house.count(readable).await > 8 * 8_000).await;
    // a second of two legs is some 18 kB; with parts so short what is said again of the call weighs as much
    let most = 16 * 18_000 * 4 / 5;
    until("of 16 seconds a part leaves the spool", async || house.spooled_octets() < most).await;
    let sent = call.hang_up().await.unwrap();
    let kept = house.finished(&sent.call_id).await;
    for (channel, stream) in sent.streams.iter().enumerate() {
        assert_said(&kept.whole(u8::try_from(channel).unwrap(), Law::Pcmu), stream, Law::Pcmu);
    }
    assert_eq!(kept.recording.outcome, Some(Outcome::Sealed), "{:?}", kept.gaps());
}

// rule: F1
#[tokio::test(flavor = "multi_thread")]
async fn a_long_call_goes_on_after_a_restart_with_the_pieces_it_had() {
    let mut house = house(Duration::from_secs(2)).await;
    let call = begin(&house, &noise(112, LASTS)).await;
    until("a piece is sealed", async || !house.store.objects(Bucket::Media).is_empty()).await;
    house.stop(Duration::ZERO).await;
    sleep(AWAY).await;
    house.start().await;
    sleep(SPEAKS_ON).await;
    let sent = call.hang_up().await.unwrap();
    let kept = house.finished(&sent.call_id).await;
    assert_eq!(kept.recording.outcome, Some(Outcome::SealedWithGaps), "{:?}", kept.manifest());
    for (channel, stream) in sent.streams.iter().enumerate() {
        let channel = u8::try_from(channel).unwrap();
        let gaps = kept.manifest().gaps.iter().filter(|gap| gap.channel == channel).collect::<Vec<_>>();
        let down = gaps.iter().filter(|gap| gap.cause == GapCause::WorkerDown).count();
        assert_eq!(down, 1, "{gaps:?}");
        let (heard, said) = (kept.whole(channel, Law::Pcmu), stream.timeline(0xFF));
        let start = heard.windows(160).position(|window| window == &said[..160]).unwrap();
        for (at, octet) in said.iter().enumerate() {
            let at = start + at;
            let listed = gaps.iter().any(|gap| (gap.start_sample..gap.end_sample()).contains(&(at as u64)));
            assert!(listed || heard.get(at) == Some(octet), "sample {at} is neither kept nor listed");
        }
    }
}

// rule: F3
#[tokio::test(flavor = "multi_thread")]
async fn while_the_store_is_away_a_long_call_waits_whole_in_the_spool() {
    let house = house(Duration::from_secs(1)).await;
    let mut call = begin(&house, &noise(113, 200)).await;
    house.store.set_down(true);
    call.said_everything().await;
    let sent = call.hang_up().await.unwrap();
    sleep(Duration::from_millis(700)).await;
    house.store.set_down(false);
    let kept = house.finished(&sent.call_id).await;
    assert_eq!(kept.recording.outcome, Some(Outcome::Sealed), "{:?}", kept.gaps());
    for (channel, stream) in sent.streams.iter().enumerate() {
        assert_said(&kept.whole(u8::try_from(channel).unwrap(), Law::Pcmu), stream, Law::Pcmu);
    }
}
