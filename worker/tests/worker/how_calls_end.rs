//! However a call ends, it ends in exactly one sealed recording.

use std::time::Duration;

use rokuon_fixtures::sip_link::Transport;
use tokio::net::TcpStream;

use crate::harness::PATIENCE;
use crate::harness::house::{CITIZEN, EXCHANGE, House, LISTED};
use crate::harness::raw_phone::RawPhone;
use crate::harness::recording_client::{RecordingClient, metadata, offer, ports, sending};
use crate::harness::voice::{Voice, say_together};

const CALLER: u8 = 0x21;
const CALLED: u8 = 0x42;
/// More than a machine under load lies between two packets.
const SILENCE: Duration = Duration::from_secs(3);

async fn begun(src: &mut RecordingClient) -> Vec<Voice> {
    let mut voices = vec![Voice::new(EXCHANGE, CALLER), Voice::new(EXCHANGE, CALLED)];
    let xml = metadata("cw==", &[("a", CITIZEN, &["1"]), ("b", LISTED, &["2"])], &["1", "2"]);
    let answer = src.ask("INVITE", Some(&offer(EXCHANGE, &sending(&voices, &["1", "2"]))), Some(&xml)).await;
    say_together(&mut voices, &ports(&answer), 15).await;
    voices
}

async fn only_one(house: &House, call_id: &str, ended_by: &str) {
    let kept = house.finished(call_id).await;
    assert_eq!((kept.packets_of(0, CALLER), kept.packets_of(1, CALLED)), (15, 15));
    assert_eq!(kept.manifest().ended_by.as_deref(), Some(ended_by));
    assert_eq!(house.count("SELECT count(*) FROM recordings WHERE tenant_id = $1").await, 1);
}

// rule: SR18
#[tokio::test(flavor = "multi_thread")]
async fn silence_ends_a_call_with_our_own_bye() {
    let house = House::with(|config| config.silence_ends_call_after = SILENCE).await;
    let mut src = RecordingClient::new(RawPhone::at(EXCHANGE, house.target(Transport::Udp)).await);
    let _voices = begun(&mut src).await;
    let bye = loop {
        let said = src.phone.next(PATIENCE).await.expect("we hang up");
        if said.method() == Some("BYE") {
            break said;
        }
    };
    src.phone.send(&bye.reply(481, "Call/Transaction Does Not Exist").print()).await;
    only_one(&house, src.call_id(), "rtp_silence").await;
}

// rule: SR18
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_breaks_ends_no_call_by_itself_and_silence_then_does() {
    let house = House::with(|config| config.silence_ends_call_after = SILENCE).await;
    let stream = TcpStream::connect(house.sip.tcp[0]).await.unwrap();
    let local = stream.local_addr().unwrap();
    let mut src = RecordingClient::new(RawPhone::on(stream, local, house.target(Transport::Tcp)));
    let mut voices = vec![Voice::new(EXCHANGE, CALLER), Voice::new(EXCHANGE, CALLED)];
    let xml = metadata("cw==", &[("a", CITIZEN, &["1"]), ("b", LISTED, &["2"])], &["1", "2"]);
    let sdp = offer(EXCHANGE, &sending(&voices, &["1", "2"]));
    let answer = src.ask("INVITE", Some(&sdp), Some(&xml)).await;
    let call_id = src.call_id().to_owned();
    drop(src);
    say_together(&mut voices, &ports(&answer), 15).await;
    only_one(&house, &call_id, "rtp_silence").await;
}

// rule: SR18
#[tokio::test(flavor = "multi_thread")]
async fn both_hanging_up_at_once_end_one_call_once() {
    let house = House::with(|config| config.silence_ends_call_after = SILENCE).await;
    let mut src = RecordingClient::new(RawPhone::at(EXCHANGE, house.target(Transport::Udp)).await);
    let _voices = begun(&mut src).await;
    while src.phone.next(PATIENCE).await.expect("we hang up").method() != Some("BYE") {}
    src.hang_up().await;
    only_one(&house, src.call_id(), "rtp_silence").await;
}

// rule: SR16
#[tokio::test(flavor = "multi_thread")]
async fn the_rules_of_sip_hold_at_the_desk() {
    let house = House::open().await;
    let mut src = RecordingClient::new(RawPhone::at(EXCHANGE, house.target(Transport::Udp)).await);
    assert_eq!(src.ask("OPTIONS", None, None).await.status(), Some(200));
    assert_eq!(src.ask("BYE", None, None).await.status(), Some(481));
    let unknown = src.ask("PUBLISH", None, None).await;
    assert_eq!(unknown.status(), Some(405));
    assert!(unknown.header("Allow").is_some());
    assert_eq!(src.ask("REGISTER", None, None).await.status(), Some(405));
    let body = src.ask_with("INVITE", Some("x"), None, &[("Content-Encoding", "gzip")]).await;
    assert_eq!(body.status(), Some(415));
}
