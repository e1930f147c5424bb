//! Answers before the answer, for peers that require them to be reliable (RFC 3262).

use std::time::Duration;

use rokuon_sip::endpoint::event::EndCause;
use rokuon_sip::transport::Transport;

use crate::peer::{Peer, header, in_dialog, invite, request, seconds};

/// An INVITE whose shell takes 300 ms; the 180 it got.
fn ringing(peer: &mut Peer, extra: &str) -> (rokuon_sip::endpoint::event::Invite, String) {
    peer.send(&invite("1", extra));
    peer.wait(Duration::from_millis(300));
    let sent = peer.take_sent();
    assert!(sent[0].starts_with("SIP/2.0 100 "));
    (peer.invited(), sent.get(1).cloned().unwrap_or_default())
}

#[test]
fn a_peer_that_requires_it_gets_a_reliable_ring_and_may_acknowledge_it() {
    let mut peer = Peer::new(Transport::Udp);
    let (offered, ring) = ringing(&mut peer, "Require: 100rel\n");
    assert!(ring.starts_with("SIP/2.0 180 Ringing\r\n"), "{ring}");
    assert_eq!(header(&ring, "Require"), Some("100rel"));
    let rseq: u32 = header(&ring, "RSeq").unwrap().parse().unwrap();
    assert!((1..1 << 31).contains(&rseq));
    peer.wait(seconds(4));
    assert_eq!(peer.said(), ["180", "180", "180"], "at 0.5, 1.5 and 3.5 s");
    peer.send(&invite("1", "Require: 100rel\n"));
    assert_eq!(peer.said(), ["180"], "an INVITE that comes again");
    let rack = format!("RAck: {rseq} 1 INVITE\n");
    for wrong in ["", "RAck: x\n", "RAck: 1 1 BYE\n", "RAck: 0 1 INVITE\n", "RAck: 5 7 INVITE\n"] {
        peer.send(&in_dialog("PRACK", 2, &offered.dialog, wrong, ""));
        let said = peer.said().remove(0);
        assert!(said == "400" || said == "481", "{wrong}: {said}");
    }
    peer.send(&in_dialog("PRACK", 2, &offered.dialog, &rack, ""));
    peer.send(&in_dialog("PRACK", 2, &offered.dialog, &rack, ""));
    assert_eq!(peer.said(), ["200", "200"]);
    peer.wait(seconds(20));
    assert_eq!(peer.said(), Vec::<String>::new(), "it is not said again");
    peer.accept(&offered);
    peer.send(&in_dialog("ACK", 1, &offered.dialog, "", ""));
    peer.take_events();
    assert_eq!(peer.said(), ["200"]);
    peer.send(&in_dialog("BYE", 3, &offered.dialog, "", ""));
    assert_eq!((peer.said(), peer.ended()), (vec!["200".to_owned()], EndCause::Bye));
}

#[test]
fn an_answer_does_not_wait_for_the_acknowledgement() {
    let mut peer = Peer::new(Transport::Udp);
    let (offered, ring) = ringing(&mut peer, "Require: 100rel\n");
    peer.accept(&offered);
    assert_eq!(peer.said(), ["200"]);
    peer.wait(Duration::from_millis(450));
    assert_eq!(peer.said(), Vec::<String>::new(), "after the answer the ring is not repeated");
    let rack = format!("RAck: {} 1 INVITE\n", header(&ring, "RSeq").unwrap());
    peer.send(&in_dialog("PRACK", 2, &offered.dialog, &rack, ""));
    peer.send(&in_dialog("ACK", 1, &offered.dialog, "", ""));
    peer.take_events();
    assert_eq!(peer.said(), ["200"]);
    peer.send(&in_dialog("INFO", 3, &offered.dialog, "", ""));
    assert!(!peer.endpoint.take_missed(&offered.dialog), "the PRACK's number is not one that was missed");
}

#[test]
fn nobody_else_is_rung_and_nobody_is_rung_for_ever() {
    for extra in ["", "Supported: 100rel\n"] {
        let (_, ring) = ringing(&mut Peer::new(Transport::Udp), extra);
        assert_eq!(ring, "", "{extra}");
    }
    let mut peer = Peer::new(Transport::Udp);
    peer.send(&request("INVITE", "1", "Require: 100rel\n", ""));
    peer.wait(Duration::from_millis(300));
    assert_eq!(peer.said(), ["100"], "without an offer the ring would have to hold ours");
    let mut peer = Peer::new(Transport::Tcp);
    let (offered, _) = ringing(&mut peer, "Require: 100rel\n");
    peer.wait(seconds(100));
    assert_eq!(peer.said(), ["180"; 6]);
    peer.send(&request("CANCEL", "1", "", ""));
    assert_eq!((peer.said(), peer.ended()), (vec!["200".to_owned(), "487".to_owned()], EndCause::Cancelled));
    peer.accept(&offered);
    peer.wait(seconds(100));
    assert_eq!(peer.endpoint.transactions(), 0);
}
