//! INVITEs without an offer: ours lists every codec that can be heard, and what the ACK answers is what is recorded.

use rokuon_fixtures::metadata::Party;
use rokuon_fixtures::sip_link::Transport;

use crate::harness::house::{CITIZEN, EXCHANGE, House, LISTED};
use crate::harness::raw_phone::RawPhone;
use crate::harness::recording_client::ports;
use crate::harness::voice::Voice;

#[tokio::test(flavor = "multi_thread")]
async fn the_codec_that_the_ack_answers_is_recorded() {
    let house = House::open().await;
    let phone = RawPhone::at(EXCHANGE, house.target(Transport::Udp)).await;
    let parties = [&Party::number(CITIZEN), &Party::number(LISTED)];
    let (mut dialog, mut invite) = phone.invite(parties, "", &["1", "2"]);
    let body = String::from_utf8(invite.body.clone()).unwrap();
    let metadata = body.split("--b-o").nth(2).unwrap();
    invite.body = format!("--b-o{metadata}--b-o--\r\n").into_bytes();
    phone.send(&invite.print()).await;
    let answer = phone.answer("INVITE").await;
    let offered = String::from_utf8_lossy(&answer.body).into_owned();
    assert_eq!(answer.status(), Some(200), "{offered}");
    assert_eq!(offered.matches(" RTP/AVP 0 8 9 96 102 101 13\r\n").count(), 2, "{offered}");
    answer.header("To").unwrap_or_default().clone_into(&mut dialog.to);
    if let Some(contact) = answer.contact_uri() {
        contact.clone_into(&mut dialog.uri);
    }
    let mut voices = [Voice::new(EXCHANGE, 0x31), Voice::new(EXCHANGE, 0x32)];
    let mut ack = dialog.request("ACK", 1);
    ack.headers.push(("Content-Type".into(), "application/sdp".into()));
    let lines = voices.iter().zip(1..).map(|(voice, label)| {
        format!("m=audio {} RTP/AVP 9\r\na=sendonly\r\na=label:{label}\r\n", voice.port())
    });
    let lines: String = lines.collect();
    ack.body = format!("v=0\r\no=- 1 1 IN IP4 {EXCHANGE}\r\ns=-\r\nc=IN IP4 {EXCHANGE}\r\nt=0 0\r\n{lines}")
        .into_bytes();
    phone.send(&ack.print()).await;
    for (voice, to) in voices.iter_mut().zip(ports(&answer)) {
        voice.speak_as(9);
        voice.say(to, 20).await;
    }
    phone.hang_up(&dialog).await;
    let kept = house.finished(&dialog.call_id).await;
    assert!(!kept.segments.is_empty());
    assert!(
        kept.manifest().segments.iter().all(|segment| segment.codec.as_str() == "g722"),
        "{:?}",
        kept.manifest()
    );
}
