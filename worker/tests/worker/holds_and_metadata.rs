//! What signalling changes in mid-call: 保留 and back, and who speaks turning out later.

use std::time::Duration;

use rokuon_db::recordings::Outcome;
use rokuon_fixtures::g711::Law;
use rokuon_fixtures::metadata::Party;
use rokuon_fixtures::phone::SentCall;
use rokuon_fixtures::sip_link::Transport;
use rokuon_media::gap::GapCause;
use rokuon_storage::object_store::Bucket;
use tokio::time::{Instant, sleep};

use crate::harness::house::{CITIZEN, House, LISTED, UNLISTED};
use crate::harness::kept::not_sent;
use crate::harness::until;
use crate::media::noise;

/// A call that is put on hold for a while; what it sent, and how long asking for both took.
async fn held(house: &House, seed: u64) -> (SentCall, Duration) {
    let phone = house.phone(Transport::Tcp).await;
    let mut call = phone.invite(&noise(seed, 200)).await.unwrap();
    sleep(Duration::from_millis(500)).await;
    let holding = Instant::now();
    call.put_on_hold().await.unwrap();
    let mut asked = holding.elapsed();
    sleep(Duration::from_millis(700)).await;
    let resuming = Instant::now();
    call.resume().await.unwrap();
    asked += resuming.elapsed();
    call.said_everything().await;
    (call.hang_up().await.unwrap(), asked)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audio_before_and_after_a_hold_is_whole_and_at_its_place() {
    let house = House::open().await;
    let (sent, _) = held(&house, 40).await;
    let kept = house.finished(&sent.call_id).await;
    kept.assert_said(&sent.streams, Law::Pcmu);
    assert!(sent.streams.iter().all(|stream| not_sent(stream).len() == 1), "there was a hold");
    assert_eq!(kept.recording.outcome, Some(Outcome::Sealed), "a hold is no loss");
}

// req: T-2, TK-3
#[tokio::test(flavor = "multi_thread")]
async fn metadata_that_comes_later_proves_the_line_or_takes_the_call_back() {
    let house = House::open().await;
    let phone = house.phone(Transport::Udp).await;
    let unknown = Party { aor: "sip:anonymous@anonymous.invalid".into(), name: None };
    let (mut proved, mut refuted) = (noise(41, 50), noise(42, 50));
    proved.parties[1] = unknown.clone();
    refuted.parties[1] = unknown;
    let mut listed = phone.invite(&proved).await.unwrap();
    let mut unlisted = phone.invite(&refuted).await.unwrap();
    let unproved =
        "SELECT count(*) FROM calls WHERE tenant_id = $1 AND NOT line_proved AND department_id IS NULL";
    until("both are noted as unproved", async || house.count(unproved).await == 2).await;

    listed.update_parties([Party::number(CITIZEN), Party::number(LISTED)]).await.unwrap();
    let known = "SELECT count(*) FROM calls WHERE tenant_id = $1 AND line_proved AND line_key = 'citizens'
        AND department_id = 'citizens' AND called_digits = '0125001234' AND direction = 'inbound'";
    until("the line is proved while the call lasts", async || house.count(known).await == 1).await;
    unlisted.update_parties([Party::number(CITIZEN), Party::number(UNLISTED)]).await.unwrap();
    listed.said_everything().await;
    unlisted.said_everything().await;
    let kept_call = listed.hang_up().await.unwrap();
    let taken_back = unlisted.hang_up().await.unwrap();

    let kept = house.finished(&kept_call.call_id).await;
    kept.assert_said(&kept_call.streams, Law::Pcmu);
    assert_eq!(kept.recording.outcome, Some(Outcome::Sealed));
    let not_kept = "SELECT count(*) FROM audit_events WHERE tenant_id = $1 AND kind = 'call.not_kept'";
    until("the other is taken back", async || house.count(not_kept).await == 1).await;
    assert_eq!(house.recordings_of(&taken_back.call_id).await, []);
    assert_eq!(house.count("SELECT count(*) FROM calls WHERE tenant_id = $1").await, 1);
    assert_eq!(house.count("SELECT count(*) FROM legs WHERE tenant_id = $1").await, 2);
    until("it is counted", async || house.unrecorded().await == [("line_not_listed".to_owned(), 1)]).await;
    let keys = house.store.objects(Bucket::Keys);
    assert_eq!(keys.len(), 1, "one recording's key and no other: {keys:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_is_listed_where_it_was() {
    let house = House::open().await;
    let (sent, asked) = held(&house, 43).await;
    let asked = u64::try_from(asked.as_millis()).unwrap() * 8;
    let kept = house.finished(&sent.call_id).await;
    let starts = kept.assert_said(&sent.streams, Law::Pcmu);
    for (channel, (stream, start)) in sent.streams.iter().zip(starts).enumerate() {
        let (from, samples) = not_sent(stream)[0];
        let until = start + from + samples;
        let gaps = kept.gaps();
        let gaps: Vec<_> = gaps.iter().filter(|gap| usize::from(gap.channel) == channel).collect();
        let inside = gaps.iter().all(|gap| gap.start_sample >= start + from && gap.end_sample() <= until);
        assert!(inside, "{gaps:?}");
        let on_hold = gaps.iter().filter(|gap| gap.cause == GapCause::OnHold);
        let on_hold: u64 = on_hold.map(|gap| gap.samples).sum();
        // the phone falls silent a moment before it says so, and speaks a moment after
        assert!(on_hold + asked + 2_400 >= samples, "{samples} from {from} were on hold: {gaps:?}");
    }
    assert!(kept.recording.gaps.iter().any(|gap| gap.cause == "on_hold"), "people are shown the hold");
}
