//! Peculiarities of vendors' offers and metadata that have no call of their own in `vendors`, and plain calls.

use rokuon_sip::endpoint::event::Event;
use rokuon_sip::sdp::crypto::{CryptoSuite, preferred};
use rokuon_sip::sdp::offered_stream::negotiate;
use rokuon_sip::sdp::security::OfferedSecurity;
use rokuon_sip::sdp::session_description::SessionDescription;
use rokuon_sip::siprec::metadata::Metadata;
use rokuon_sip::siprec::metadata_state::MetadataState;
use rokuon_sip::siprec::told_time::ToldTime;
use rokuon_sip::transport::Transport;

use crate::peer::{Peer, answer_all, header, in_dialog, request};
use crate::vendor_messages::*;

fn offer(text: &str) -> SessionDescription {
    SessionDescription::parse(text.as_bytes()).unwrap()
}

// rule: MD1
// rule: MD4
#[test]
fn oracle_of_old_names_its_parties_by_elements_and_its_times_without_zone() {
    let xml = "<recording xmlns=\"urn:ietf:params:xml:ns:recording\"><dataMode>complete</dataMode>\
        <session id=\"urn:uuid:1\"><associate-time>2026-01-05T00:00:00</associate-time></session>\
        <participant id=\"urn:uuid:2\" session=\"urn:uuid:1\"><aor>sip:09000001234@h</aor><name>K</name><send>urn:uuid:4</send><associate-time>2026-01-05T00:00:00.5</associate-time></participant>\
        <participant id=\"urn:uuid:3\" session=\"urn:uuid:1\"><aor>sip:0125001234@h</aor></participant>\
        <stream id=\"urn:uuid:4\" session=\"urn:uuid:1\"><mode>separate</mode><label>16777227</label></stream></recording>";
    let (metadata, _) = Metadata::parse(xml.as_bytes());
    let parties = metadata.parties();
    assert_eq!(
        (parties[0].number_raw.as_deref(), parties[0].name.as_deref()),
        (Some("09000001234"), Some("K"))
    );
    assert_eq!(
        (&parties[0].labels_sent[..], parties[1].labels_sent.len()),
        (&["16777227".to_owned()][..], 0)
    );
    let told = ToldTime::parse(parties[0].associate_time.as_deref().unwrap()).unwrap();
    assert_eq!((told.unix_ms % 1_000, told.has_zone), (500, false));
    // The callee's stream arrives by re-INVITE with a complete document.
    let both = xml.replace(
        "</recording>",
        "<stream id=\"urn:uuid:5\" session=\"urn:uuid:1\"><label>16777228</label></stream></recording>",
    );
    let both = both.replace("0125001234@h</aor>", "0125001234@h</aor><send>urn:uuid:5</send>");
    let mut state = MetadataState::default();
    state.take(0, 1, xml.as_bytes());
    state.take(5_000, 2, both.as_bytes());
    let at: Vec<&str> = state.speakers().at("16777228", 6_000).collect();
    assert_eq!((at, state.speakers().at("16777227", 6_000).count()), (vec!["urn:uuid:3"], 1));
}

// rule: SR13
#[test]
fn audiocodes_offers_four_streams_two_of_them_pictures_each_keyed() {
    let crypto = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^31";
    let line = |kind: &str, port: u16, profile: &str, format: &str, label: u8| {
        format!(
            "m={kind} {port} {profile} {format}\nc=IN IP4 192.0.2.1\na=label:{label}\na=sendonly\na=rtpmap:96 H264/90000\na=fmtp:96 packetization-mode=1\n"
        )
    };
    let text = format!(
        "v=0\n{}{crypto}\n{}{}{crypto}\n{}",
        line("audio", 40_000, "RTP/SAVP", "0", 1),
        line("audio", 40_002, "RTP/AVP", "8", 2),
        line("video", 40_004, "RTP/SAVP", "96", 3),
        line("video", 40_006, "RTP/AVP", "96", 4),
    );
    let streams = negotiate(&offer(&text));
    assert!(streams.iter().all(|stream| stream.supported));
    assert_eq!(
        streams.iter().map(|stream| stream.secure_profile).collect::<Vec<_>>(),
        [true, false, true, false]
    );
    let answer = answer_all(&offer(&text));
    assert_eq!(answer.matches("m=audio 0 RTP/SAVP").count(), 1, "a keyed stream is not answered plainly");
    assert!(
        answer.contains(
            "m=video 30006 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\n"
        ),
        "{answer}"
    );
}

#[test]
fn google_and_genesys_are_known_by_what_they_add() {
    let gcm = "A".repeat(59) + "=";
    let text = format!(
        "v=0\nc=IN IP4 192.0.2.1\nm=audio 40000 RTP/SAVP 111 0 101\na=rtpmap:111 opus/48000/2\na=rtpmap:101 telephone-event/48000\na=crypto:1 AEAD_AES_256_GCM inline:{gcm}\na=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\na=label:1\na=sendonly\n"
    );
    let stream = negotiate(&offer(&text)).remove(0);
    let OfferedSecurity::Sdes(lines) = &stream.security else { panic!() };
    assert_eq!(preferred(lines).unwrap().suite, CryptoSuite::AeadAes256Gcm);
    assert_eq!(stream.payload_types(|_| true), [111, 0, 101]);
    let mut peer = Peer::new(Transport::Tls);
    peer.send(&crate::peer::invite("1", "Call-Info: <http://dialogflow.example/v2/c1>;purpose=Goog-ContactCenter-Conversation\nUser-to-User: 00FA080001;encoding=hex\n"));
    let seen = peer.invited();
    assert!(seen.request.headers.get("call-info").unwrap().contains("Conversation"));
    assert_eq!(seen.request.headers.get("user-to-user"), Some("00FA080001;encoding=hex"));
}

// rule: MD6
// rule: MD7
#[test]
fn elements_nobody_knows_survive_with_their_names_and_places() {
    let xml = "<recording xmlns=\"urn:ietf:params:xml:ns:recording:1\"><datamode>complete</datamode>\
        <session session_id=\"s\"><sipSessionID>a1;remote=b2</sipSessionID><sipSessionID>c3;remote=d4</sipSessionID><ac:AvayaUCID xmlns=\"urn:x\">00FA08</ac:AvayaUCID></session>\
        <participant participant_id=\"p\"><nameID aor=\"tel:+81780001234\"/><x:role rank=\"2\">clerk</x:role></participant>\
        <extensiondata><callData><fromhdr>&lt;sip:a@b&gt;</fromhdr><OperatorNamed>値</OperatorNamed></callData></extensiondata></recording>";
    let (metadata, _) = Metadata::parse(xml.as_bytes());
    assert_eq!(metadata.sessions[0].sip_session_ids, ["a1;remote=b2", "c3;remote=d4"]);
    let has = |end: &str, text: &str| {
        metadata.extensions.iter().any(|one| one.path.ends_with(end) && one.text == text)
    };
    assert!(has("AvayaUCID", "00FA08") && has("fromhdr", "<sip:a@b>") && has("OperatorNamed", "値"));
    let role = metadata.extensions.iter().find(|one| one.path.ends_with("role")).unwrap();
    assert_eq!(role.attributes, [("rank".to_owned(), "2".to_owned())]);
    // A later partial document does not sweep them away.
    let mut known = metadata.clone();
    known.apply(
        Metadata::parse(
            b"<recording><datamode>partial</datamode><participant participant_id=\"q\"/></recording>",
        )
        .0,
    );
    assert!(known.extensions.iter().any(|one| one.text == "00FA08"));
}

// rule: MD2
// rule: MD3
#[test]
fn every_element_and_association_goes_there_and_back() {
    for xml in [RFC_XML, CUBE_XML, ORACLE_XML, AUDIOCODES_XML, RIBBON_XML, BROADWORKS_XML, METASWITCH_XML] {
        let (metadata, _) = Metadata::parse(xml.as_bytes());
        let text = serde_json::to_string(&metadata).unwrap();
        assert_eq!(serde_json::from_str::<Metadata>(&text).unwrap(), metadata);
    }
    let (metadata, _) = Metadata::parse(RFC_XML.as_bytes());
    assert!(!metadata.groups.is_empty() || !metadata.sessions.is_empty());
    for list in [metadata.participants.len(), metadata.streams.len(), metadata.participant_streams.len()] {
        assert_eq!(list, 2);
    }
    // Ids are opaque: case and padding count, and the first of two with one id stands.
    let (twice, _) = Metadata::parse(
        b"<recording><stream stream_id=\"aB==\"><label>1</label></stream><stream stream_id=\"ab==\"/><stream stream_id=\"aB==\"><label>2</label></stream></recording>",
    );
    let ids: Vec<_> =
        twice.streams.iter().map(|stream| (stream.id.as_str(), stream.label.as_deref())).collect();
    assert_eq!(ids, [("aB==", Some("1")), ("ab==", None)]);
}

#[test]
fn recording_awareness_is_for_the_recorded_and_not_for_the_recorder() {
    let text = "v=0\nc=IN IP4 192.0.2.1\na=recordpref:off\na=record:off\nm=audio 40000 RTP/AVP 0\na=record:paused\na=label:1\na=sendonly\n";
    let answer = answer_all(&offer(text));
    assert!(answer.ends_with("a=label:1\r\na=recvonly\r\n") && !answer.contains("a=record"), "{answer}");
    let mut peer = Peer::new(Transport::Udp);
    peer.send(&crate::peer::invite("1", "Supported: record-aware\nRequire: siprec\n"));
    peer.invited();
}

// rule: SR1
// rule: SR2
#[test]
fn a_message_of_five_thousand_octets_is_one_datagram() {
    let xml = RFC_XML.replace(
        "</recording>",
        &format!("<extensiondata><x>{}</x></extensiondata></recording>", "y".repeat(4_000)),
    );
    let body = parts("b", &[(SDP, &two("96", "97")), (XML, &xml)]);
    let text = invite(
        &format!("{}Require: siprec\n", usual("<sip:s@192.0.2.1>;+sip.src")),
        "multipart/mixed;boundary=b",
        &body,
    );
    assert!(text.len() > 5_000);
    let mut peer = Peer::new(Transport::Udp);
    peer.send_raw(text.as_bytes());
    let seen = peer.invited();
    assert!(seen.siprec && seen.metadata.is_some());
    peer.accept(&seen);
    assert!(header(&peer.take_sent()[0], "Contact").unwrap().ends_with(">;+sip.srs"));
}

// rule: SR5
#[test]
fn a_plain_call_is_held_resumed_and_moved() {
    let stereo = "v=0\no=pbx 1 1 IN IP4 192.0.2.1\nc=IN IP4 192.0.2.1\nm=audio 40000 RTP/AVP 96 0\na=rtpmap:96 opus/48000/2\na=fmtp:96 stereo=1\n";
    let mut peer = Peer::new(Transport::Tcp);
    let plain = |text: &str| text.replace(";+sip.src", "");
    peer.send(&plain(&request("INVITE", "1", "Content-Type: application/sdp\n", stereo)));
    let seen = peer.invited();
    assert!(!seen.siprec && seen.metadata.is_none());
    let first = peer.accept(&seen);
    assert!(first.ends_with("a=fmtp:96 stereo=1\r\na=rtpmap:0 PCMU/8000\r\na=recvonly\r\n"), "{first}");
    peer.send(&in_dialog("ACK", 1, &seen.dialog, "", ""));
    peer.take_events();
    for (cseq, change, ending, remote) in [
        (2, stereo.to_owned() + "a=sendonly\n", "a=recvonly\r\n", Some("192.0.2.1:40000")),
        (3, stereo.to_owned() + "a=inactive\n", "a=inactive\r\n", Some("192.0.2.1:40000")),
        (4, stereo.replace("c=IN IP4 192.0.2.1", "c=IN IP4 0.0.0.0"), "a=inactive\r\n", None),
        (5, stereo.replace("40000", "42000"), "a=recvonly\r\n", Some("192.0.2.1:42000")),
        (6, stereo.replace("96 0", "0"), "a=recvonly\r\n", Some("192.0.2.1:40000")),
    ] {
        peer.send(&in_dialog("INVITE", cseq, &seen.dialog, "Content-Type: application/sdp\n", &change));
        let again = peer.invited();
        assert_eq!(
            negotiate(again.offer.as_ref().unwrap())[0].remote,
            remote.map(|remote| remote.parse().unwrap())
        );
        assert!(peer.accept(&again).ends_with(ending), "{change}");
        peer.send(&in_dialog("ACK", cseq, &seen.dialog, "", ""));
        assert!(matches!(&peer.take_events()[..], [Event::Confirmed { .. }]));
    }
}
