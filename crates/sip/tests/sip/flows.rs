//! Flows of one call: set-up, change, end (RFC 3261 §13-15, RFC 7866 §7-9).

use rokuon_sip::endpoint::event::{EndCause, Event};
use rokuon_sip::transport::Transport;

use crate::peer::{METADATA, OFFER, Peer, header, in_dialog, invite, request, response_to};

// rule: SR1
// rule: SR2
// rule: SR4
#[test]
fn a_call_is_set_up_acknowledged_and_ended() {
    for transport in [Transport::Udp, Transport::Tcp, Transport::Tls] {
        let mut peer = Peer::new(transport);
        peer.send(&invite(
            "1",
            "Require: siprec\nRecord-Route: <sip:p1;lr>, <sip:p2;lr>\nRecord-Route: <sip:p3;lr>\n",
        ));
        let offered = peer.invited();
        assert!(offered.siprec);
        assert_eq!(
            (offered.request_user.as_deref(), offered.to_user.as_deref(), offered.cseq),
            (Some("rec"), Some("rec"), 1)
        );
        assert_eq!(offered.raw_offer, OFFER.as_bytes());
        peer.accept(&offered);
        let ok = peer.take_sent().remove(0);
        assert!(ok.starts_with("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bK1;received=192.0.2.1;rport=5062\r\nRecord-Route: <sip:p1;lr>, <sip:p2;lr>\r\nRecord-Route: <sip:p3;lr>\r\n"), "{ok}");
        assert_eq!(
            header(&ok, "To"),
            Some(format!("<sip:rec@192.0.2.9>;tag={}", offered.dialog.local_tag).as_str())
        );
        let marked = match transport {
            Transport::Udp => "<sip:rec@192.0.2.9:5060>;+sip.srs",
            Transport::Tcp => "<sip:rec@192.0.2.9:5060;transport=tcp>;+sip.srs",
            Transport::Tls => "<sip:rec@192.0.2.9:5060;transport=tls>;+sip.srs",
        };
        assert_eq!(header(&ok, "Contact"), Some(marked));
        assert_eq!(header(&ok, "Supported"), Some("siprec, timer"));
        let body = ok.split("\r\n\r\n").nth(1).unwrap();
        assert_eq!(header(&ok, "Content-Length"), Some(body.len().to_string().as_str()));
        assert!(body.contains("a=label:1\r\na=recvonly\r\nm=audio 30002 RTP/AVP 0 8\r\n"), "{body}");
        peer.send(&in_dialog("ACK", 1, &offered.dialog, "", ""));
        assert!(matches!(peer.take_events().as_slice(), [Event::Confirmed { late_answer: None, .. }]));
        peer.send(&in_dialog("BYE", 2, &offered.dialog, "", ""));
        assert_eq!(peer.said(), ["200"]);
        assert_eq!(peer.ended(), EndCause::Bye);
        peer.send(&in_dialog("BYE", 2, &offered.dialog, "", ""));
        assert_eq!(peer.said(), ["200"], "a repeated BYE is answered from memory");
        peer.send(&in_dialog("BYE", 3, &offered.dialog, "", ""));
        assert_eq!(peer.said(), ["481"]);
        assert!(peer.events.is_empty());
    }
}

// rule: SR5
#[test]
fn a_reinvite_changes_streams_and_a_refused_one_leaves_the_call() {
    let mut peer = Peer::new(Transport::Udp);
    let dialog = peer.establish("");
    let held = OFFER.replace("a=sendonly", "a=inactive");
    peer.send(&in_dialog("INVITE", 2, &dialog, "Content-Type: application/sdp\n", &held));
    let offered = peer.invited();
    assert_eq!((&offered.dialog, offered.cseq), (&dialog, 2));
    let answer = peer.accept(&offered);
    assert_eq!(answer.matches("a=inactive").count(), 2);
    assert_eq!(peer.said(), ["200"]);
    peer.send(&in_dialog("ACK", 2, &dialog, "", ""));
    assert!(matches!(peer.take_events().as_slice(), [Event::Confirmed { .. }]));
    peer.send(&in_dialog("INVITE", 3, &dialog, "Content-Type: application/sdp\n", OFFER));
    let offered = peer.invited();
    peer.endpoint.refuse(peer.now, offered.id, 488, "Not Acceptable Here", None);
    peer.collect();
    assert_eq!(peer.said(), ["488"]);
    peer.send(&in_dialog("ACK", 3, &dialog, "", "").replace("z9hG4bKACK3", "z9hG4bKINVITE3"));
    peer.wait(crate::peer::seconds(100));
    assert_eq!((peer.said(), peer.events.len(), peer.endpoint.dialogs()), (vec![], 0, 1));
}

// rule: SR5
// rule: SR6
// rule: SR7
#[test]
fn an_update_with_an_offer_asks_and_one_with_metadata_is_answered_at_once() {
    let mut peer = Peer::new(Transport::Udp);
    let dialog = peer.establish("");
    peer.send(&in_dialog("UPDATE", 2, &dialog, "Content-Type: application/sdp\n", OFFER));
    let offered = peer.invited();
    peer.accept(&offered);
    assert_eq!(peer.said(), ["200"]);
    for (method, cseq) in [("UPDATE", 3), ("INFO", 4)] {
        let extra = "Content-Type: application/rs-metadata+xml\nContent-Disposition: recording-session\n";
        peer.send(&in_dialog(method, cseq, &dialog, extra, METADATA));
        let (told, body) = peer.metadata();
        assert_eq!(
            (told, body.raw.as_slice(), body.content_type.as_str()),
            (cseq, METADATA.as_bytes(), "application/rs-metadata+xml")
        );
        assert_eq!(peer.said(), ["200"]);
        peer.send(&in_dialog(method, cseq, &dialog, extra, METADATA));
        assert_eq!((peer.said(), peer.events.len()), (vec!["200".to_owned()], 0), "a repetition is no news");
    }
    peer.send(&in_dialog("INFO", 5, &dialog, "Content-Type: application/dtmf-relay\n", "Signal=1"));
    peer.send(&in_dialog("OPTIONS", 6, &dialog, "", ""));
    assert_eq!((peer.said(), peer.events.len()), (vec!["200".to_owned(), "200".to_owned()], 0));
}

#[test]
fn a_reinvite_without_offer_gets_our_last_description() {
    let mut peer = Peer::new(Transport::Udp);
    peer.send(&invite("1", ""));
    let offered = peer.invited();
    let answer = peer.accept(&offered);
    peer.send(&in_dialog("ACK", 1, &offered.dialog, "", ""));
    peer.take_sent();
    peer.take_events();
    let xml = "Content-Type: application/rs-metadata\n";
    peer.send(&in_dialog("INVITE", 2, &offered.dialog, xml, METADATA));
    peer.metadata();
    let ok = peer.take_sent().remove(0);
    assert!(ok.ends_with(&format!("\r\n\r\n{answer}")));
    peer.send(&in_dialog("ACK", 2, &offered.dialog, "Content-Type: application/sdp\n", OFFER));
    match peer.take_events().as_slice() {
        [Event::Confirmed { late_answer: Some(sdp), .. }] => assert_eq!(sdp, OFFER.as_bytes()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_invite_without_offer_gets_ours_and_the_ack_brings_the_answer() {
    let mut peer = Peer::new(Transport::Tcp);
    peer.send(&request("INVITE", "1", "", ""));
    let offered = peer.invited();
    assert!(offered.offer.is_none() && offered.raw_offer.is_empty());
    peer.endpoint.accept(peer.now, offered.id, OFFER);
    peer.collect();
    assert!(peer.take_sent()[0].ends_with(OFFER));
    peer.send(&in_dialog("ACK", 1, &offered.dialog, "Content-Type: application/sdp\n", OFFER));
    assert!(matches!(peer.take_events().as_slice(), [Event::Confirmed { late_answer: Some(_), .. }]));
}

// rule: SR16
// rule: SR18
#[test]
fn a_cancelled_invite_ends_and_a_late_cancel_does_not() {
    let mut peer = Peer::new(Transport::Udp);
    peer.send(&invite("1", ""));
    let offered = peer.invited();
    peer.send(&request("CANCEL", "1", "", ""));
    assert_eq!(peer.said(), ["200", "487"]);
    assert_eq!(peer.ended(), EndCause::Cancelled);
    peer.accept(&offered);
    assert_eq!(peer.said(), Vec::<String>::new(), "an answer that comes too late says nothing");
    peer.send(&request("ACK", "1", "", ""));
    peer.send(&invite("2", ""));
    let offered = peer.invited();
    peer.accept(&offered);
    peer.send(&request("CANCEL", "2", "", ""));
    assert_eq!((peer.said(), peer.events.len()), (vec!["200".to_owned(), "200".to_owned()], 0));
    peer.send(&request("CANCEL", "3", "", ""));
    assert_eq!(peer.said(), ["481"]);
    peer.send(&invite("4", ""));
    peer.invited();
    peer.send(&request("CANCEL", "4", "", "").replace("z9hG4bK4", "z9hG4bKother"));
    assert_eq!((peer.said(), peer.ended()), (vec!["200".to_owned(), "487".to_owned()], EndCause::Cancelled));
}

// rule: SR18
#[test]
fn we_hang_up_along_the_recorded_route() {
    let mut peer = Peer::new(Transport::Udp);
    peer.send(&invite("1", "Record-Route: <sip:p1;lr>\nRecord-Route: <sip:p2;lr>\n"));
    let offered = peer.invited();
    peer.accept(&offered);
    peer.send(&in_dialog("ACK", 1, &offered.dialog, "", ""));
    peer.take_sent();
    peer.take_events();
    peer.endpoint.hang_up(peer.now, &offered.dialog, "drain \"x\"\r\nEvil: 1");
    peer.collect();
    assert_eq!(peer.ended(), EndCause::HungUp);
    let bye = peer.take_sent().remove(0);
    assert!(
        bye.starts_with(
            "BYE sip:src@192.0.2.1:5062 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK"
        ),
        "{bye}"
    );
    assert!(bye.contains("\r\nRoute: <sip:p1;lr>\r\nRoute: <sip:p2;lr>\r\n"), "{bye}");
    assert_eq!(header(&bye, "Reason"), Some("SIP;cause=200;text=\"drain xEvil: 1\""));
    assert_eq!(header(&bye, "CSeq"), Some("1 BYE"));
    assert_eq!(header(&bye, "To"), Some("<sip:src@192.0.2.1>;tag=f1"));
    // The peer's own BYE crosses ours: it is answered, and nothing is said twice.
    peer.send(&in_dialog("BYE", 2, &offered.dialog, "", ""));
    peer.send(&response_to(&bye, "481 gone", ""));
    peer.endpoint.hang_up(peer.now, &offered.dialog, "again");
    peer.collect();
    assert_eq!((peer.said(), peer.events.len(), peer.endpoint.dialogs()), (vec!["200".to_owned()], 0, 0));
}

#[test]
fn hanging_up_before_the_ack_waits_for_it() {
    let mut peer = Peer::new(Transport::Udp);
    peer.send(&invite("1", ""));
    let offered = peer.invited();
    peer.accept(&offered);
    peer.take_sent();
    peer.endpoint.hang_up(peer.now, &offered.dialog, "done");
    peer.collect();
    assert_eq!((peer.said(), peer.ended()), (vec![], EndCause::HungUp));
    peer.send(&in_dialog("ACK", 1, &offered.dialog, "", ""));
    assert_eq!((peer.said(), peer.events.len()), (vec!["BYE".to_owned()], 0));
}

// rule: SR7
// rule: SR16
#[test]
fn requests_out_of_order_or_for_nobody_are_refused() {
    let mut peer = Peer::new(Transport::Udp);
    let dialog = peer.establish("");
    peer.send(&in_dialog("INFO", 9, &dialog, "", ""));
    peer.send(&in_dialog("INFO", 8, &dialog, "", ""));
    assert_eq!(peer.said(), ["200", "500"]);
    let mut stranger = dialog.clone();
    stranger.local_tag.push('x');
    for method in ["INVITE", "UPDATE", "INFO", "BYE", "OPTIONS"] {
        peer.send(&in_dialog(method, 20, &stranger, "", ""));
    }
    peer.send(&in_dialog("ACK", 20, &stranger, "", ""));
    peer.send(&request("BYE", "x", "", ""));
    assert_eq!(peer.said(), ["481"; 6]);
    assert_eq!(peer.endpoint.counters().stray, 7);
    // A second offer before the first is answered.
    peer.send(&in_dialog("INVITE", 21, &dialog, "Content-Type: application/sdp\n", OFFER));
    peer.send(&in_dialog("UPDATE", 22, &dialog, "Content-Type: application/sdp\n", OFFER));
    let sent = peer.take_sent();
    assert!(sent[0].starts_with("SIP/2.0 500 ") && header(&sent[0], "Retry-After").is_some());
    peer.send(&in_dialog("BYE", 23, &dialog, "", ""));
    assert_eq!(peer.said(), ["200", "487"]);
}

#[test]
fn an_ack_that_names_the_wrong_method_or_the_old_branch_counts() {
    for (from, to) in [("CSeq: 1 ACK", "CSeq: 1 INVITE"), ("z9hG4bKACK1", "z9hG4bK1")] {
        let mut peer = Peer::new(Transport::Udp);
        peer.send(&invite("1", ""));
        let offered = peer.invited();
        peer.accept(&offered);
        peer.send(&in_dialog("ACK", 1, &offered.dialog, "", "").replace(from, to));
        assert!(matches!(peer.take_events().as_slice(), [Event::Confirmed { .. }]), "{to}");
    }
}
