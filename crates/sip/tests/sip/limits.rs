//! Floods, draining, strangers, malformed requests: what is answered, what is kept (S1, S5).

use rokuon_sip::endpoint::config::EndpointConfig;
use rokuon_sip::transport::Transport;

use crate::peer::{OFFER, Peer, header, in_dialog, invite, request, seconds};

// rule: S5
#[test]
fn half_open_invites_are_bounded_and_live_calls_go_on() {
    let config = EndpointConfig { max_half_open: 3, retry_after: 17, ..EndpointConfig::default() };
    let mut peer = Peer::with(Transport::Udp, config);
    let dialog = peer.establish("");
    for name in ["a", "b", "c"] {
        peer.send(&invite(name, ""));
    }
    let waiting = peer.take_events();
    assert_eq!(waiting.len(), 3);
    for number in 0..1_000 {
        peer.send(&invite(&format!("flood{number}"), ""));
    }
    let refusals = peer.take_sent();
    assert_eq!(refusals.len(), 1_000);
    assert!(refusals.iter().all(|refusal| refusal.starts_with("SIP/2.0 503 ")));
    assert_eq!(header(&refusals[0], "Retry-After"), Some("17"));
    assert_eq!((peer.events.len(), peer.endpoint.counters().turned_away), (0, 1_000));
    assert_eq!(peer.endpoint.transactions(), 4, "a refused INVITE leaves nothing behind");
    peer.send(&in_dialog("INVITE", 2, &dialog, "Content-Type: application/sdp\n", OFFER));
    assert_eq!(peer.take_events().len(), 1);
    let rokuon_sip::endpoint::event::Event::Invite(first) = &waiting[0] else { panic!() };
    peer.endpoint.ignore(first.id);
    peer.send(&invite("next", ""));
    assert_eq!(peer.take_events().len(), 1);
}

#[test]
fn draining_turns_new_calls_away_and_keeps_live_ones() {
    let mut peer = Peer::new(Transport::Udp);
    let dialog = peer.establish("");
    peer.endpoint.drain(120);
    peer.send(&invite("2", ""));
    peer.send(&request("OPTIONS", "3", "", ""));
    let sent = peer.take_sent();
    assert!(
        sent.iter()
            .all(|answer| answer.starts_with("SIP/2.0 503 ") && header(answer, "Retry-After") == Some("120"))
    );
    peer.send(&in_dialog("INFO", 2, &dialog, "", ""));
    peer.send(&in_dialog("BYE", 3, &dialog, "", ""));
    assert_eq!(peer.said(), ["200", "200"]);
}

#[test]
fn an_ignored_invite_is_silence_and_its_repetition_a_new_one() {
    let mut peer = Peer::new(Transport::Udp);
    for _ in 0..2 {
        peer.send(&invite("1", ""));
        let offered = peer.invited();
        peer.endpoint.ignore(offered.id);
        peer.wait(seconds(60));
        assert_eq!(
            (peer.said(), peer.endpoint.transactions(), peer.endpoint.next_timeout()),
            (vec![], 0, None)
        );
    }
}

// rule: SR16
#[test]
fn an_invite_by_two_paths_is_merged() {
    let mut peer = Peer::new(Transport::Udp);
    peer.send(&invite("1", ""));
    peer.send(&invite("1", "").replace("z9hG4bK1", "z9hG4bKother"));
    assert_eq!((peer.said(), peer.take_events().len()), (vec!["482".to_owned()], 1));
}

// rule: SR16
#[test]
fn options_tell_what_we_can() {
    let mut peer = Peer::new(Transport::Udp);
    peer.send(&request("OPTIONS", "1", "Accept: text/nobody-knows-this\n", ""));
    let first = peer.take_sent().remove(0);
    assert!(first.starts_with("SIP/2.0 200 OK\r\n"));
    assert_eq!(header(&first, "Allow"), Some("INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO"));
    assert_eq!(header(&first, "Contact"), Some("<sip:rec@192.0.2.9:5060>;+sip.srs"));
    assert!(header(&first, "Accept").unwrap().contains("application/rs-metadata+xml"));
    peer.send(&request("OPTIONS", "1", "Accept: text/nobody-knows-this\n", ""));
    assert_eq!(peer.take_sent(), [first], "the same request gets the same answer though nothing is kept");
    assert_eq!(peer.endpoint.transactions(), 0);
}

// rule: SR1
// rule: SR16
// rule: S1
#[test]
fn methods_extensions_and_bodies_we_lack_are_named() {
    let mut peer = Peer::new(Transport::Udp);
    for method in ["REGISTER", "SUBSCRIBE", "MESSAGE", "PUBLISH", "REFER", "invite", "!odd-Method_*+`.%'~"] {
        peer.send(&request(method, method, "", ""));
        let refusal = peer.take_sent().remove(0);
        assert!(refusal.starts_with("SIP/2.0 405 ") && header(&refusal, "Allow").is_some(), "{refusal}");
    }
    assert_eq!(peer.endpoint.counters().unknown_method, 7);
    peer.send(&invite("1", "Require: siprec, nothing-supports-this\nRequire: 100rel,nor-this\n"));
    let refusal = peer.take_sent().remove(0);
    assert!(refusal.starts_with("SIP/2.0 420 "));
    assert_eq!(header(&refusal, "Unsupported"), Some("nothing-supports-this, nor-this"));
    peer.send(&request("INVITE", "2", "Content-Type: application/unknownformat\n", "<x/>"));
    let refusal = peer.take_sent().remove(0);
    assert!(refusal.starts_with("SIP/2.0 415 ") && header(&refusal, "Accept").is_some());
    peer.send(&request("INVITE", "3", "Content-Type: application/sdp\n", "v=0\nm=broken\n"));
    assert_eq!(peer.said(), ["488"]);
    assert!(peer.events.is_empty());
}

// rule: SR16
#[test]
fn strays_and_noise_are_dropped_and_counted() {
    let mut peer = Peer::new(Transport::Udp);
    for noise in [
        b"\r\n\r\n".as_slice(),
        b"\0\0\0\0",
        b"",
        b"noise",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\xff\xfe\n\n",
        &[0x80; 60_000],
    ] {
        peer.send_raw(noise);
    }
    peer.send("SIP/2.0 200 OK\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKnone\nCSeq: 1 BYE\n\n");
    peer.send("SIP/2.0 999 x\n\n");
    peer.send("INVITE sip:a@b SIP/2.0\nFrom: nobody\n\n");
    peer.send("ACK sip:a@b SIP/2.0\nVia: SIP/2.0/UDP h\nCSeq: x\n\n");
    let counters = peer.endpoint.counters();
    assert_eq!((counters.keep_alives, counters.unreadable, counters.stray, counters.malformed), (3, 6, 1, 1));
    assert_eq!((peer.said(), peer.events.len()), (vec![], 0));
}

#[test]
fn heads_beyond_need_are_refused() {
    let mut peer = Peer::new(Transport::Udp);
    peer.send(&invite("1", &format!("X-Fill: {}\n", "y".repeat(30_000))));
    assert_eq!(peer.said(), ["513"]);
}

#[test]
fn another_address_cannot_join_a_transaction() {
    let mut peer = Peer::new(Transport::Udp);
    peer.send(&invite("1", ""));
    peer.invited();
    peer.flow.remote = "198.51.100.7:5060".parse().unwrap();
    peer.send(&request("CANCEL", "1", "", ""));
    assert_eq!((peer.said(), peer.events.len()), (vec!["481".to_owned()], 0));
}
