//! Shapes of recording sessions: more streams than speakers, late metadata, moved media, sessions that come and go, dialogs
//! that take each other's place.

use std::net::SocketAddr;

use rokuon_db::recordings::Outcome;
use rokuon_fixtures::sip_link::Transport;

use crate::harness::house::{CITIZEN, EXCHANGE, House, LISTED};
use crate::harness::raw_phone::RawPhone;
use crate::harness::recording_client::{RecordingClient, metadata, offer, ports, sending};
use crate::harness::voice::{Voice, say_together};

const CALLER: u8 = 0x21;
const CALLED: u8 = 0x42;
const OTHER: u8 = 0x63;

async fn client(house: &House) -> RecordingClient {
    RecordingClient::new(RawPhone::at(EXCHANGE, house.target(Transport::Udp)).await)
}

fn voices(octets: &[u8]) -> Vec<Voice> {
    octets.iter().map(|octet| Voice::new(EXCHANGE, *octet)).collect()
}

fn body(answer: &rokuon_fixtures::sip_message::SipMessage) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

// rule: SR11
// rule: MD5
#[tokio::test(flavor = "multi_thread")]
async fn of_three_streams_the_mix_is_not_recorded_beside_its_voices() {
    let house = House::open().await;
    let mut src = client(&house).await;
    let mut voices = voices(&[OTHER, CALLED, CALLER]);
    let labels = ["mix", "callee", "caller"];
    let xml =
        metadata("cw==", &[("a", CITIZEN, &["caller", "mix"]), ("b", LISTED, &["callee", "mix"])], &labels);
    let answer = src.ask("INVITE", Some(&offer(EXCHANGE, &sending(&voices, &labels))), Some(&xml)).await;
    let sdp = body(&answer);
    assert_eq!((sdp.matches("a=recvonly").count(), sdp.matches("a=inactive").count()), (2, 1), "{sdp}");
    assert!(labels.iter().all(|label| sdp.contains(&format!("a=label:{label}"))), "{sdp}");
    say_together(&mut voices, &ports(&answer), 25).await;
    src.hang_up().await;
    let kept = house.finished(src.call_id()).await;
    assert_eq!((kept.packets_of(0, CALLER), kept.packets_of(1, CALLED)), (25, 25));
    assert!((0..3).all(|channel| kept.packets_of(channel, OTHER) == 0));
    assert_eq!(kept.recording.doubts.len(), 0, "{:?}", kept.recording.doubts);
}

// rule: SR9
#[tokio::test(flavor = "multi_thread")]
async fn where_metadata_and_labels_disagree_both_are_recorded_and_the_doubt_says_why() {
    let house = House::open().await;
    let mut src = client(&house).await;
    let mut voices = voices(&[CALLER, CALLED]);
    let xml = metadata("cw==", &[("a", CITIZEN, &["7"]), ("b", LISTED, &["8"])], &["7", "8"]);
    let answer = src.ask("INVITE", Some(&offer(EXCHANGE, &sending(&voices, &["1", "2"]))), Some(&xml)).await;
    say_together(&mut voices, &ports(&answer), 15).await;
    src.hang_up().await;
    let kept = house.finished(src.call_id()).await;
    assert_eq!((kept.packets_of(0, CALLER), kept.packets_of(1, CALLED)), (15, 15));
    let doubts = &kept.recording.doubts;
    assert!(doubts.iter().any(|doubt| doubt.ja.contains("ラベル")), "{doubts:?}");
}

// rule: SR7
// rule: MD5
#[tokio::test(flavor = "multi_thread")]
async fn metadata_that_comes_late_puts_the_voices_on_their_channels() {
    let house = House::open().await;
    let mut src = client(&house).await;
    let mut voices = voices(&[CALLED, CALLER]);
    let sdp = offer(EXCHANGE, &sending(&voices, &["1", "0"]));
    let answer = src.ask("INVITE", Some(&sdp), None).await;
    say_together(&mut voices, &ports(&answer), 15).await;
    let xml = metadata("cw==", &[("a", CITIZEN, &["0"]), ("b", LISTED, &["1"])], &["0", "1"]);
    assert_eq!(src.ask("UPDATE", None, Some(&xml)).await.status(), Some(200));
    say_together(&mut voices, &ports(&answer), 15).await;
    src.hang_up().await;
    let kept = house.finished(src.call_id()).await;
    assert_eq!((kept.packets_of(0, CALLER), kept.packets_of(1, CALLED)), (30, 30));
    assert!(kept.recording.doubts.is_empty(), "{:?}", kept.recording.doubts);
    let told = kept.manifest().speakers.iter();
    let mut told: Vec<_> =
        told.map(|span| (&*span.label, &*span.participant_id, span.to.is_some())).collect();
    told.sort_unstable();
    assert_eq!(told, [("0", "a", true), ("1", "b", true)], "who spoke where, until the end");
}

// rule: SR5
// rule: RT4
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_joins_moves_or_leaves_touches_no_other() {
    let house = House::open().await;
    let mut src = client(&house).await;
    let mut voices = voices(&[CALLER, CALLED]);
    let both = metadata("cw==", &[("a", CITIZEN, &["1"]), ("b", LISTED, &["2"])], &["1", "2"]);
    // the called party's media is not known yet
    let alone = metadata("cw==", &[("a", CITIZEN, &["1"]), ("b", LISTED, &[])], &["1"]);
    let first = offer(EXCHANGE, &sending(&voices[..1], &["1"]));
    let answer = src.ask("INVITE", Some(&first), Some(&alone)).await;
    let before = ports(&answer);
    say_together(&mut voices[..1], &before, 10).await;
    let joined = src.ask("INVITE", Some(&offer(EXCHANGE, &sending(&voices, &["1", "2"]))), Some(&both)).await;
    assert_eq!(ports(&joined)[0], before[0], "the first stream keeps its port");
    say_together(&mut voices, &ports(&joined), 10).await;
    // both move to new ports, and one to another source identifier as well
    voices[0].move_on();
    voices[1].move_on();
    voices[1].change_ssrc();
    let moved = src.ask("UPDATE", Some(&offer(EXCHANGE, &sending(&voices, &["1", "2"]))), None).await;
    assert_eq!(ports(&moved), ports(&joined));
    say_together(&mut voices, &ports(&moved), 10).await;
    // the second leaves
    let mut streams = sending(&voices, &["1", "2"]);
    streams[1].0 = 0;
    let left = src.ask("INVITE", Some(&offer(EXCHANGE, &streams)), None).await;
    assert_eq!(ports(&left), [before[0], None]);
    say_together(&mut voices[..1], &before, 10).await;
    src.hang_up().await;
    let kept = house.finished(src.call_id()).await;
    assert_eq!(
        (kept.packets_of(0, CALLER), kept.packets_of(1, CALLED)),
        (40, 20),
        "{:?}",
        kept.recording.doubts
    );
}

// rule: SD7
#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_hold_is_answered_inactive_and_listed() {
    let house = House::open().await;
    for held in ["inactive", "recvonly", "old"] {
        let mut src = client(&house).await;
        let mut voices = voices(&[CALLER, CALLED]);
        let xml = metadata("cw==", &[("a", CITIZEN, &["1"]), ("b", LISTED, &["2"])], &["1", "2"]);
        let sdp = offer(EXCHANGE, &sending(&voices, &["1", "2"]));
        let answer = src.ask("INVITE", Some(&sdp), Some(&xml)).await;
        say_together(&mut voices, &ports(&answer), 10).await;
        let hold = match held {
            "old" => sdp.replace("c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0").replace("sendonly", "sendrecv"),
            direction => sdp.replace("sendonly", direction),
        };
        let answer = src.ask("INVITE", Some(&hold), None).await;
        assert_eq!(body(&answer).matches("a=inactive").count(), 2, "{held}");
        let [one, two] = &mut voices[..] else { unreachable!("two voices") };
        tokio::join!(one.rest(20), two.rest(20));
        // resumed without saying a direction at all
        let answer = src.ask("INVITE", Some(&sdp.replace("a=sendonly\r\n", "")), None).await;
        assert_eq!(body(&answer).matches("a=recvonly").count(), 2, "{held}");
        say_together(&mut voices, &ports(&answer), 10).await;
        src.hang_up().await;
        let kept = house.finished(src.call_id()).await;
        assert_eq!((kept.packets_of(0, CALLER), kept.packets_of(1, CALLED)), (20, 20), "{held}");
        let on_hold = |gap: &&rokuon_media::gap::Gap| gap.cause == rokuon_media::gap::GapCause::OnHold;
        assert!(kept.manifest().gaps.iter().any(|gap| on_hold(&gap)), "{held}: {:?}", kept.manifest().gaps);
    }
}

// rule: SR10
#[tokio::test(flavor = "multi_thread")]
async fn a_session_kept_in_readiness_records_each_call_that_comes_by_it() {
    let house = House::open().await;
    let mut src = client(&house).await;
    let mut voices = voices(&[CALLER, CALLED]);
    let nothing = offer(EXCHANGE, &[]);
    let answer = src
        .ask(
            "INVITE",
            Some(&nothing),
            Some(&metadata("", &[], &[]).replace("<session session_id=\"\"/>", "")),
        )
        .await;
    assert_eq!(answer.status(), Some(200), "{}", answer.start);
    assert_eq!(house.count("SELECT count(*) FROM calls WHERE tenant_id = $1").await, 0);
    let sdp = offer(EXCHANGE, &sending(&voices, &["1", "2"]));
    for session in ["Zmlyc3Q=", "c2Vjb25k"] {
        let xml = metadata(session, &[("a", CITIZEN, &["1"]), ("b", LISTED, &["2"])], &["1", "2"]);
        let answer = src.ask("INVITE", Some(&sdp), Some(&xml)).await;
        assert_eq!(body(&answer).matches("a=recvonly").count(), 2);
        say_together(&mut voices, &ports(&answer), 10).await;
        let idle = sdp.replace("sendonly", "inactive");
        assert_eq!(src.ask("INVITE", Some(&idle), None).await.status(), Some(200));
    }
    src.hang_up().await;
    let kept = house.all_finished(src.call_id(), 2).await;
    for one in &kept {
        assert_eq!((one.packets_of(0, CALLER), one.packets_of(1, CALLED)), (10, 10));
    }
}

// rule: SR18
#[tokio::test(flavor = "multi_thread")]
async fn the_same_session_under_another_call_id_goes_on_in_one_recording() {
    let house = House::open().await;
    let (mut first, mut second) = (client(&house).await, client(&house).await);
    let mut voices = voices(&[CALLER, CALLED]);
    let xml = metadata("ZmFpbG92ZXI=", &[("a", CITIZEN, &["1"]), ("b", LISTED, &["2"])], &["1", "2"]);
    let answer =
        first.ask("INVITE", Some(&offer(EXCHANGE, &sending(&voices, &["1", "2"]))), Some(&xml)).await;
    say_together(&mut voices, &ports(&answer), 10).await;
    voices.iter_mut().for_each(Voice::move_on);
    let answer =
        second.ask("INVITE", Some(&offer(EXCHANGE, &sending(&voices, &["1", "2"]))), Some(&xml)).await;
    assert_eq!(body(&answer).matches("a=recvonly").count(), 2);
    say_together(&mut voices, &ports(&answer), 5).await;
    // the dialog that was left behind ends nothing
    first.hang_up().await;
    say_together(&mut voices, &ports(&answer), 5).await;
    second.hang_up().await;
    let kept = house.finished(first.call_id()).await;
    assert_eq!((kept.packets_of(0, CALLER), kept.packets_of(1, CALLED)), (20, 20));
    assert_eq!(house.count("SELECT count(*) FROM calls WHERE tenant_id = $1").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn parties_in_headers_alone_are_joined_to_their_m_lines() {
    let house = House::open().await;
    let mut src = client(&house).await;
    let mut voices = voices(&[CALLED, CALLER]);
    let streams: Vec<(u16, Option<&str>, &str)> =
        voices.iter().map(|voice| (voice.port(), None, "sendonly")).collect();
    let (called, caller) = (
        format!("<sip:{LISTED}@10.0.0.1>;media-index=\"0\""),
        format!("<sip:{CITIZEN}@10.0.0.1>;media-index=\"1\""),
    );
    let header = "X-Cisco-Recording-Participant";
    let answer = src
        .ask_with("INVITE", Some(&offer(EXCHANGE, &streams)), None, &[(header, &caller), (header, &called)])
        .await;
    say_together(&mut voices, &ports(&answer), 10).await;
    src.hang_up().await;
    let kept = house.finished(src.call_id()).await;
    assert_ne!(kept.recording.outcome, Some(Outcome::Failed));
    assert_eq!(
        (kept.packets_of(0, CALLER), kept.packets_of(1, CALLED)),
        (10, 10),
        "{:?}",
        kept.recording.doubts
    );
}

// rule: SR5
#[tokio::test(flavor = "multi_thread")]
async fn one_mixed_stream_with_a_new_port_at_each_change_stays_one_recording() {
    let house = House::open().await;
    let mut src = client(&house).await;
    let mut voices = voices(&[OTHER]);
    let xml = metadata("cw==", &[("a", CITIZEN, &["1"]), ("b", LISTED, &["1"])], &["1"]);
    let mut to: Option<SocketAddr> = None;
    for round in 0..3 {
        let sdp = offer(EXCHANGE, &sending(&voices, &["1"])).replace("a=sendonly\r\n", "");
        let answer = src.ask("INVITE", Some(&sdp), Some(&xml)).await;
        assert_eq!(body(&answer).matches("a=recvonly").count(), 1, "{round}");
        to = ports(&answer)[0];
        voices[0].say(to, 10).await;
        voices[0].move_on();
    }
    assert!(to.is_some());
    src.hang_up().await;
    let kept = house.finished(src.call_id()).await;
    assert_eq!(kept.packets_of(0, OTHER), 30);
}
