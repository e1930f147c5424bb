//! What a recorder makes of each vendor's call: streams, parties, and who speaks on which m-line.

use rokuon_sip::endpoint::event::Invite;
use rokuon_sip::sdp::offered_stream::{OfferedStream, negotiate};
use rokuon_sip::siprec::doubt::Doubt;
use rokuon_sip::siprec::header_parties::{forked_leg, header_parties};
use rokuon_sip::siprec::metadata::Metadata;
use rokuon_sip::siprec::party::{DirectionHint, Party};
use rokuon_sip::transport::Transport;

use crate::peer::{Peer, in_dialog};
use crate::vendor_messages::*;

struct Seen {
    peer: Peer,
    invite: Invite,
    streams: Vec<OfferedStream>,
    metadata: Metadata,
    doubts: Vec<Doubt>,
    parties: Vec<Party>,
    answer: String,
}

/// Sends an INVITE, accepts it, and reads what came with it.
#[track_caller]
fn see(message: &str) -> Seen {
    let mut peer = Peer::new(Transport::Udp);
    peer.send_raw(message.as_bytes());
    let invite = peer.invited();
    let answer = peer.accept(&invite);
    assert_eq!(peer.said(), ["200"]);
    let streams = negotiate(invite.offer.as_ref().unwrap());
    assert!(streams.iter().filter(|stream| stream.media == "audio").all(|stream| stream.supported));
    let raw = invite.metadata.as_ref().map(|body| body.raw.clone()).unwrap_or_default();
    let (metadata, doubts) = Metadata::parse(&raw);
    let parties = metadata.parties();
    Seen { peer, invite, streams, metadata, doubts, parties, answer }
}

/// Each party's number and the m-lines it speaks on.
fn speakers(streams: &[OfferedStream], parties: &[Party]) -> Vec<(String, Vec<usize>)> {
    let speaks = |party: &Party, stream: &OfferedStream| {
        stream.label.as_ref().is_some_and(|label| party.labels_sent.contains(label))
    };
    let lines = |party: &Party| {
        streams.iter().filter(|stream| speaks(party, stream)).map(|stream| stream.index).collect()
    };
    parties.iter().map(|party| (party.number_raw.clone().unwrap_or_default(), lines(party))).collect()
}

#[track_caller]
fn check(seen: &Seen, siprec: bool, expected: &[(&str, &[usize])]) {
    assert_eq!(seen.invite.siprec, siprec);
    let expected: Vec<(String, Vec<usize>)> =
        expected.iter().map(|(number, lines)| ((*number).to_owned(), lines.to_vec())).collect();
    assert_eq!(speakers(&seen.streams, &seen.parties), expected);
}

const MARKED: &str = "<sip:src@192.0.2.1:5062>;+sip.src";

fn multipart(boundary: &str) -> String {
    format!("multipart/mixed;boundary={boundary}")
}

// rule: SR4
// rule: MD1
// rule: MD7
#[test]
fn the_standard_shape() {
    let body = parts("a b;c", &[(SDP, &two("96", "97")), (XML, RFC_XML)]);
    let seen = see(&invite(
        &format!("{}Require: siprec\n", usual(MARKED)),
        "multipart/mixed; boundary=\"a b;c\"",
        &body,
    ));
    check(&seen, true, &[("0125001234", &[1]), ("+819000001234", &[0])]);
    assert_eq!((seen.doubts.len(), seen.parties[0].name.as_deref()), (0, Some("小島 花子")));
    assert_eq!(seen.metadata.sessions[0].sip_session_ids, ["ab30317f1a784dc4;remote=47755a9de7794ba3"]);
    assert!(
        seen.answer.contains("a=label:96\r\na=recvonly\r\n")
            && seen.answer.contains("a=label:97\r\na=recvonly\r\n")
    );
}

// rule: SR3
// rule: MD5
#[test]
fn cisco_cube_begins_inactive_and_opens_by_reinvite() {
    let first = CUBE_XML
        .replace("<send>s/A+</send><recv>s/B+</recv>", "")
        .replace("<send>s/B+</send><recv>s/A+</recv>", "");
    let gtd = ("Content-Type: application/gtd\nContent-Disposition: signal;handling=optional", "IAM,\nGCI,1");
    let held = two("1", "2").replace("a=sendonly", "a=inactive");
    let body = parts("uniqueBoundary", &[(SDP, &held), (XML, &first), gtd]);
    let body = body.trim_end_matches("--uniqueBoundary--\r\n");
    let head = format!(
        "{}Require: siprec\nSession-Expires: 1800\nSupported: timer\nSession-ID: a1;remote=b2\n",
        usual(MARKED)
    );
    let mut seen = see(&invite(&head, &multipart("uniqueBoundary"), body));
    check(&seen, true, &[("09000001234", &[]), ("0125001234", &[])]);
    assert!(seen.streams.iter().all(|stream| stream.on_hold));
    assert_eq!(seen.answer.matches("a=inactive").count(), 2);
    let body = parts("uniqueBoundary", &[(SDP, &two("1", "2")), (XML, CUBE_XML)]);
    let kind = format!("Content-Type: {}\n", multipart("uniqueBoundary"));
    seen.peer.send(&in_dialog("ACK", 101, &seen.invite.dialog, "", ""));
    seen.peer.take_events();
    seen.peer.send(&in_dialog("INVITE", 102, &seen.invite.dialog, &kind, &body));
    let again = seen.peer.invited();
    let answer = seen.peer.accept(&again);
    assert_eq!(answer.matches("a=recvonly").count(), 2);
    let mut metadata = seen.metadata.clone();
    metadata.apply(Metadata::parse(&again.metadata.unwrap().raw).0);
    let streams = negotiate(again.offer.as_ref().unwrap());
    let expected = [("09000001234".to_owned(), vec![0]), ("0125001234".to_owned(), vec![1])];
    assert_eq!(speakers(&streams, &metadata.parties()), expected);
}

// rule: SR4
#[test]
fn cisco_network_based_recording_has_headers_only() {
    let sdp = two("", "").replace("a=label:\n", "").replace("RTP/AVP 0 101", "RTP/AVP 0 101 19");
    let head = format!(
        "{}X-Cisco-Recording-Participant: sip:09000001234@192.0.2.1;media-index=\"0\"\nX-Cisco-Recording-Participant: sip:0125001234@192.0.2.1;media-index=\"1\"\n",
        usual("<sip:src@192.0.2.1:5062>")
    );
    let seen = see(&invite(&head, "application/sdp", &sdp.replace('\n', "\r\n")));
    check(&seen, false, &[]);
    assert!(seen.streams.iter().all(|stream| stream.label.is_none()));
    let told = header_parties(&seen.invite.request.headers);
    let told: Vec<_> =
        told.iter().map(|party| (party.party.number_raw.as_deref(), party.media_indexes[0])).collect();
    assert_eq!(told, [(Some("09000001234"), 0), (Some("0125001234"), 1)]);
}

#[test]
fn cisco_forking_phones_make_two_dialogs_without_offer() {
    let mut peer = Peer::new(Transport::Tcp);
    for (name, end) in [("near", "x-nearend"), ("far", "x-farend")] {
        let from = format!(
            "<sip:2001@192.0.2.8;{end};x-refci=29;x-nearendaddr=2001;x-farendrefci=30;x-farendaddr=09000001234>;tag=f{name}"
        );
        let head = usual("<sip:2001@192.0.2.8:5060;transport=tcp>;isFocus")
            .replace("<sip:sbc@192.0.2.1>;tag=f", &from);
        let head = head
            .replace("Call-ID: v", &format!("Call-ID: {name}"))
            .replace("z9hG4bKv", &format!("z9hG4bK{name}"));
        peer.send_raw(invite(&head, "", "").as_bytes());
        let offered = peer.invited();
        assert!(offered.offer.is_none());
        let leg = forked_leg(&offered.request.headers).unwrap();
        assert_eq!(
            (leg.is_near_end, leg.reference.as_str(), leg.far_address.as_deref()),
            (name == "near", "29", Some("09000001234"))
        );
        peer.endpoint.accept(peer.now, offered.id, "v=0\r\n");
        peer.collect();
        let answer = "Content-Type: application/sdp\n";
        peer.send(&in_dialog("ACK", 101, &offered.dialog, answer, "v=0\nm=audio 1 RTP/AVP 0\n"));
        assert_eq!(peer.take_events().len(), 1);
    }
    assert_eq!(peer.endpoint.dialogs(), 2);
}

#[test]
fn oracle_tells_caller_from_callee() {
    let sdp = two("16777227", "16777228").replace("a=sendonly\nm=", "a=sendonly\na=x:y\nm=");
    let sdp = format!("{sdp}\n--not-our-boundary\na=z:1");
    let body = parts("unique-boundary-1", &[(SDP, &sdp), (XML, ORACLE_XML)])
        .replace("--unique-boundary-1--\r\n", "--unique-boundary-1-- \r\n");
    let seen = see(&invite(
        &format!("{}Require: siprec\n", usual("<sip:sbc@192.0.2.1:5062;transsport=udp>;+sip.src")),
        &multipart("unique-boundary-1"),
        &body,
    ));
    check(&seen, true, &[("09000001234", &[0]), ("0125001234", &[1])]);
    assert_eq!(seen.parties.iter().map(|party| party.calling).collect::<Vec<_>>(), [Some(true), Some(false)]);
    assert_eq!(seen.parties[1].name.as_deref(), Some("L"));
    assert_eq!(seen.doubts, [Doubt::OtherNamespace("urn:ietf:params:xml:ns:recording".to_owned())]);
    assert!(seen.metadata.extensions.iter().any(|extension| extension.path.ends_with("ucid")));
}

// rule: SR6
#[test]
fn audiocodes_leaves_out_plus_xml_line_breaks_and_declarations() {
    let sdp = two("1", "2")
        .replace("c=IN IP4 192.0.2.1\n", "")
        .replace("a=sendonly", "c=IN IP4 192.0.2.1\na=sendonly");
    let xml = "Content-Type: application/rs-metadata\nContent-Disposition: recording-session";
    let body = parts("boundary_ac1", &[(SDP, &sdp), (xml, AUDIOCODES_XML)])
        .replace("</recording>\r\n--", "</recording>--");
    let head = format!("{}Require: siprec\n", usual("<sip:192.0.2.1:5062>;src"));
    let seen = see(&invite(&head, &multipart("boundary_ac1"), &body));
    check(&seen, true, &[("09000001234", &[0]), ("0125001234", &[1])]);
    assert_eq!(seen.streams[1].remote, Some("192.0.2.1:40002".parse().unwrap()));
    assert_eq!(seen.metadata.sessions[0].group.as_deref(), Some("00000000-0000-0000-0000-00000c110a7c"));
    assert!(seen.metadata.extensions.iter().any(|extension| extension.text == "0125R0S6"));
}

// rule: MD5
// rule: MD6
#[test]
fn ribbon_crosses_its_streams_under_a_prefix() {
    let body = parts("sonus-content-delim", &[(SDP, &two("1", "2")), (XML, RIBBON_XML)]);
    let seen = see(&invite(
        &format!("{}Require: siprec\n", usual(MARKED)),
        &multipart("sonus-content-delim"),
        &body,
    ));
    check(&seen, true, &[("09000001234", &[1]), ("0125001234", &[0])]);
    assert_eq!(seen.parties[0].name, None);
    assert!(
        seen.metadata
            .extensions
            .iter()
            .any(|extension| extension.path == "callData/gcid" && extension.text == "123")
    );
}

// rule: SR7
#[test]
fn avaya_sbce_sends_the_real_party_by_update() {
    let body = parts("foobar", &[(SDP, &two("10", "20")), (XML, SBCE_FIRST_XML)]);
    let head = usual("<sip:sbce@192.0.2.1:5062;+sip.src>").replace("CSeq: 101", "CSeq: 50");
    let mut seen = see(&invite(&format!("{head}Require: siprec\n"), &multipart("foobar"), &body));
    check(&seen, true, &[("09000001234", &[0]), ("", &[])]);
    assert!(seen.parties[1].dummy && seen.doubts.contains(&Doubt::MissingId("stream".to_owned())));
    seen.peer.send(&in_dialog("ACK", 50, &seen.invite.dialog, "", ""));
    seen.peer.take_events();
    let real = SBCE_FIRST_XML
        .replace("sip:ASBCE@", "sip:0125001234@")
        .replace("stream_id=\"\"", "stream_id=\"cccc\"")
        .replace("<send></send>", "<send>cccc</send>");
    let kind = "Content-Type: application/rs-metadata\nContent-Disposition: recording-session\n";
    seen.peer.send(&in_dialog("UPDATE", 51, &seen.invite.dialog, kind, &real));
    let (cseq, body) = seen.peer.metadata();
    assert_eq!((cseq, seen.peer.said()), (51, vec!["200".to_owned()]));
    let mut metadata = seen.metadata.clone();
    metadata.apply(Metadata::parse(&body.raw).0);
    let expected = [("09000001234".to_owned(), vec![0]), ("0125001234".to_owned(), vec![1])];
    assert_eq!(speakers(&seen.streams, &metadata.parties()), expected);
}

#[test]
fn avaya_sm_sends_two_parties_and_their_mix() {
    let sdp = format!("{}\nm=audio 40004 RTP/AVP 0\na=label:mix\na=sendonly", two("caller", "callee"));
    let body = parts("b1", &[(SDP, &sdp), (XML, SM_XML)]);
    let seen = see(&invite(&format!("{}Require: siprec\n", usual(MARKED)), &multipart("b1"), &body));
    check(&seen, true, &[("09000001234", &[0, 2]), ("0125001234", &[1, 2])]);
    assert_eq!(seen.streams.len(), 3);
}

#[test]
fn broadworks_puts_metadata_first_and_requires_nothing() {
    let sdp = two("1", "2").replace("RTP/AVP 0 101", "RTP/AVP 96 9 0 8 101 102 18").replace(
        "a=rtpmap:101 telephone-event/8000",
        "a=rtpmap:96 opus/48000/2\na=rtpmap:101 telephone-event/8000\na=rtpmap:102 telephone-event/48000",
    );
    let xml =
        "Content-Type:application/rs-metadata+xml\nContent-Disposition:recording-session\nContent-Length:12";
    let body = parts(
        "UniqueBroadWorksBoundary",
        &[(xml, BROADWORKS_XML), ("Content-Type:application/sdp\nContent-Length:9", &sdp)],
    );
    let head = usual("<sip:192.0.2.1:5062>;src").replace("CSeq: 101", "CSeq: 612345678").replace(": ", ":");
    let mut seen = see(&invite(
        &format!("{head}Supported:\nRecv-Info:\n"),
        &multipart("UniqueBroadWorksBoundary"),
        &body,
    ));
    check(&seen, true, &[("+819000001234", &[0]), ("0125001234", &[1])]);
    assert_eq!(seen.metadata.direction_hint, Some(DirectionHint::Terminating));
    assert!(seen.answer.contains("RTP/AVP 96 9 0 8 101 102 18\r\n"));
    seen.peer.send(
        &in_dialog("ACK", 612_345_678, &seen.invite.dialog, "", "")
            .replace("CSeq: 612345678 ACK", "CSeq: 612345678 INVITE"),
    );
    assert_eq!(seen.peer.take_events().len(), 1);
    // Paused by the user, then resumed without any direction.
    for (cseq, direction, on_hold) in [(612_345_679, "a=inactive", true), (612_345_680, "a=x", false)] {
        let sdp = two("1", "2").replace("a=sendonly", direction);
        seen.peer.send(&in_dialog(
            "INVITE",
            cseq,
            &seen.invite.dialog,
            "Content-Type:application/sdp\n",
            &sdp,
        ));
        let again = seen.peer.invited();
        assert!(negotiate(again.offer.as_ref().unwrap()).iter().all(|stream| stream.on_hold == on_hold));
        assert!(again.metadata.is_none());
        seen.peer.accept(&again);
        seen.peer.send(&in_dialog("ACK", cseq, &seen.invite.dialog, "", ""));
        seen.peer.take_events();
    }
}

// rule: SR5
// rule: SD7
#[test]
fn metaswitch_mixes_both_into_one_stream_and_moves_it() {
    let sdp = "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\nm=audio 40000 RTP/AVP 8 2 0 18\na=label:1";
    let xml = "Content-Type: application/rs-metadata\nContent-Disposition: recording-session";
    let body = parts("ms-boundary", &[(SDP, sdp), (xml, METASWITCH_XML)]);
    let mut seen = see(&invite(
        &format!("{}Require: siprec\n", usual("<sip:cfs@192.0.2.1:5062;+sip.src")),
        &multipart("ms-boundary"),
        &body,
    ));
    check(&seen, true, &[("0125001234", &[0]), ("09000001234", &[0])]);
    assert_eq!(seen.metadata.direction_hint, Some(DirectionHint::Originating));
    assert!(seen.answer.ends_with("m=audio 30000 RTP/AVP 8 0 18\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:18 G729/8000\r\na=label:1\r\na=recvonly\r\n"));
    seen.peer.send(&in_dialog("ACK", 101, &seen.invite.dialog, "", ""));
    seen.peer.take_events();
    for (cseq, sdp, remote) in [
        (102, sdp.replace("40000", "41000"), Some("192.0.2.1:41000")),
        (103, sdp.replace("c=IN IP4 192.0.2.1", "c=IN IP4 0.0.0.0"), None),
    ] {
        seen.peer.send(&in_dialog(
            "INVITE",
            cseq,
            &seen.invite.dialog,
            "Content-Type: application/sdp\n",
            &sdp,
        ));
        let again = seen.peer.invited();
        let streams = negotiate(again.offer.as_ref().unwrap());
        assert_eq!(
            (streams[0].remote, streams[0].on_hold),
            (remote.map(|remote| remote.parse().unwrap()), remote.is_none())
        );
        seen.peer.accept(&again);
        seen.peer.send(&in_dialog("ACK", cseq, &seen.invite.dialog, "", ""));
        seen.peer.take_events();
    }
}

#[test]
fn sems_labels_in_words_and_never_closes_its_boundary() {
    let sdp = two("a_leg", "b_leg").replace("a=sendonly", "a=direction:both\na=sendonly");
    let xml = "Content-Type: application/rs-metadata\nContent-Disposition: recording-session";
    let body = parts("sems", &[(SDP, &sdp), (xml, SEMS_XML)]);
    let body = body.trim_end_matches("--sems--\r\n");
    let seen = see(&invite(
        &format!("{}Require: siprec\n", usual("<sip:sems@192.0.2.1:5062>")),
        &multipart("sems"),
        body,
    ));
    check(&seen, true, &[("Extension-0660001234", &[0]), ("09000001234", &[1])]);
    assert_eq!(seen.doubts, []);
}

// rule: SR9
#[test]
fn opensips_does_not_escape_names_and_never_counts_its_version() {
    let body = parts(
        "OSS-unique-boundary-42",
        &[(SDP, &two("1", "0").replace("a=sendonly\nm", "a=3gOoBTC\na=sendonly\nm")), (XML, OPENSIPS_XML)],
    );
    let mut seen = see(&invite(
        &format!("{}Require: siprec\n", usual(MARKED)),
        &multipart("OSS-unique-boundary-42"),
        &body,
    ));
    check(&seen, true, &[("+81125001234", &[1]), ("", &[0])]);
    assert_eq!(seen.parties[0].name.as_deref(), Some("Kojima & <Sons>"));
    assert!(matches!(seen.doubts.as_slice(), [Doubt::NotWellFormed(_)]));
    seen.peer.send(&in_dialog("ACK", 101, &seen.invite.dialog, "", ""));
    seen.peer.take_events();
    let kind = format!("Content-Type: {}\n", multipart("OSS-unique-boundary-42"));
    seen.peer.send(&in_dialog("INVITE", 102, &seen.invite.dialog, &kind, &body));
    assert!(seen.peer.invited().metadata.is_some());
}

// rule: MD6
#[test]
fn carriers_refresh_by_reinvite_and_add_parameters() {
    let extended = RFC_XML.replace("</session>", "<ExtensionParameters><Parameter><Name>case</Name><Value>42</Value></Parameter></ExtensionParameters></session>");
    let four = format!(
        "{}\n{}",
        two("96", "97"),
        "m=audio 40004 RTP/AVP 0\na=label:98\na=sendonly\nm=audio 40006 RTP/AVP 0\na=label:99\na=sendonly"
    );
    let body = parts("tb", &[(SDP, &four), (XML, &extended)]);
    let head = format!(
        "{}Require: siprec\nSession-Expires: 90;refresher=uac\nSupported: timer\nX-Case: 42\n",
        usual(MARKED)
    );
    let seen = see(&invite(&head, &multipart("tb"), &body));
    check(&seen, true, &[("0125001234", &[1]), ("+819000001234", &[0])]);
    assert_eq!(seen.streams.len(), 4);
    assert!(
        seen.metadata
            .extensions
            .iter()
            .any(|extension| extension.path.ends_with("Value") && extension.text == "42")
    );
    assert_eq!(seen.invite.request.headers.get("x-case"), Some("42"));
}
