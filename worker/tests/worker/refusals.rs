//! Who is not recorded, and how that is said: silence, a refusal, an answer without media; each counted.

use std::time::Duration;

use rokuon_fixtures::metadata::Party;
use rokuon_fixtures::phone::PhoneError;
use rokuon_fixtures::sip_link::Transport;
use rokuon_storage::object_store::Bucket;

use crate::harness::house::{BRANCH, CITIZEN, EXCHANGE, House, LISTED, STRANGER, UNLISTED};
use crate::harness::raw_phone::RawPhone;
use crate::harness::until;
use crate::media::noise;

fn parties(called: &str) -> [Party; 2] {
    [Party::number(CITIZEN), Party::number(called)]
}

fn audio(formats: &str) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP {formats}\r\n\
         a=sendonly\r\na=label:1\r\n"
    )
}

// req: P-1
#[tokio::test(flavor = "multi_thread")]
async fn strangers_hear_nothing_and_neighbours_a_refusal() {
    let house = House::open().await;
    let target = house.target(Transport::Udp);
    let [caller, called] = parties(LISTED);
    // right user, wrong network: not a word, to INVITE nor OPTIONS
    let stranger = RawPhone::at(STRANGER, target.clone()).await;
    let (dialog, invite) = stranger.invite([&caller, &called], &audio("0"), &["1"]);
    stranger.send(&invite.print()).await;
    stranger.send(&dialog.request("OPTIONS", 2).print()).await;
    stranger.send(b"REGISTER sip:x SIP/2.0\r\n\r\n").await;
    // a network we know, but the user of somebody else's connection, or nobody's
    for (ip, user) in [(BRANCH, house.user.as_str()), (EXCHANGE, "nobody"), (EXCHANGE, LISTED)] {
        let phone = RawPhone::at(ip, house.target_of(user, Transport::Udp)).await;
        let (_, invite) = phone.invite([&caller, &called], &audio("0"), &["1"]);
        phone.send(&invite.print()).await;
        assert_eq!(phone.answer("INVITE").await.status(), Some(403), "{ip} {user}");
    }
    let heard = stranger.next(Duration::from_millis(300)).await;
    assert_eq!(heard, None, "the stranger heard something");
    assert_eq!(house.count("SELECT count(*) FROM calls WHERE tenant_id = $1").await, 0);
    // who was called from elsewhere is told so: once by the stranger, once by the branch
    until("it is counted", async || house.unrecorded().await == [("refused_source".to_owned(), 2)]).await;
    let noted =
        "SELECT count(*) FROM connection_observations WHERE tenant_id = $1 AND event = 'source_not_allowed'";
    until("both are noted", async || house.count(noted).await >= 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_without_a_codec_of_ours_is_not_acceptable_here() {
    let house = House::open().await;
    let phone = RawPhone::at(EXCHANGE, house.target(Transport::Udp)).await;
    let [caller, called] = parties(LISTED);
    for sdp in [
        audio("97\r\na=rtpmap:97 SPEEX/8000"),
        audio("0").replace("m=audio", "m=video"),
        audio("0").replace("40000", "0"),
    ] {
        let (_, invite) = phone.invite([&caller, &called], &sdp, &["1"]);
        phone.send(&invite.print()).await;
        assert_eq!(phone.answer("INVITE").await.status(), Some(488), "{sdp}");
    }
    let counted = async || house.unrecorded().await == [("refused_no_codec".to_owned(), 3)];
    until("each is counted", counted).await;
    assert_eq!(house.count("SELECT count(*) FROM calls WHERE tenant_id = $1").await, 0);
}

// req: T-2
#[tokio::test(flavor = "multi_thread")]
async fn a_call_of_a_line_that_is_not_listed_is_answered_without_media_and_counted() {
    let house = House::open().await;
    let phone = RawPhone::at(EXCHANGE, house.target(Transport::Udp)).await;
    let [caller, called] = parties(UNLISTED);
    let call = phone.call([&caller, &called]).await;
    assert_eq!(call.answer.status(), Some(200), "{}", call.answer.start);
    let sdp = String::from_utf8_lossy(&call.answer.body).into_owned();
    assert_eq!(sdp.matches("a=inactive").count(), 2, "{sdp}");
    assert!(!sdp.contains("recvonly"), "{sdp}");
    // media that is sent all the same goes nowhere
    for (socket, port) in call.sockets.iter().zip(&call.ports) {
        let port = port.unwrap();
        let mut packet = vec![0x80, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4];
        packet.extend([0x55; 160]);
        let _refused = socket.send_to(&packet, port);
    }
    phone.hang_up(&call.dialog).await;
    until("it is counted", async || house.unrecorded().await == [("line_not_listed".to_owned(), 1)]).await;
    assert_eq!(house.count("SELECT count(*) FROM calls WHERE tenant_id = $1").await, 0);
    assert_eq!(house.count("SELECT count(*) FROM recordings WHERE tenant_id = $1").await, 0);
    assert!(house.store.objects(Bucket::Media).is_empty() && house.store.objects(Bucket::Keys).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_taken_back_before_the_answer_leaves_nothing() {
    let house = House::with(|config| config.prefetched_keys = 0).await;
    house.keys.set_open(false);
    let phone = house.phone(Transport::Udp).await;
    let status = phone.invite_and_cancel(&noise(50, 10)).await.unwrap();
    assert_eq!(status, 487);
    house.keys.set_open(true);
    let not_kept = "SELECT count(*) FROM audit_events WHERE tenant_id = $1 AND kind = 'call.not_kept'";
    until("what was begun is undone", async || house.count(not_kept).await == 1).await;
    assert_eq!(house.count("SELECT count(*) FROM calls WHERE tenant_id = $1").await, 0);
    assert!(house.store.objects(Bucket::Media).is_empty() && house.store.objects(Bucket::Keys).is_empty());
    // and one that is taken back too late is a call like any other
    let plan = noise(51, 10);
    let sent = house.call(&plan).await;
    house.finished(&sent.call_id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_calls_than_allowed_are_refused_and_counted() {
    let house = House::with(|config| config.max_calls = 1).await;
    let phone = house.phone(Transport::Udp).await;
    let plan = noise(52, 40);
    let mut first = phone.invite(&plan).await.unwrap();
    let refused = phone.invite(&noise(53, 10)).await;
    assert!(matches!(refused, Err(PhoneError::Refused { status: 503, .. })), "{refused:?}");
    first.said_everything().await;
    let sent = first.hang_up().await.unwrap();
    house.finished(&sent.call_id).await.assert_said(&sent.streams, rokuon_fixtures::g711::Law::Pcmu);
    until("it is counted", async || house.unrecorded().await == [("refused_full".to_owned(), 1)]).await;
}
