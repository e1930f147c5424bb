//! Time: repetitions, missing ACKs and answers, session timers (RFC 3261 §17, RFC 4028).

use std::time::Duration;

use rokuon_sip::endpoint::event::EndCause;
use rokuon_sip::transport::Transport;

use crate::peer::{OFFER, Peer, header, in_dialog, invite, request, response_to, seconds};

// rule: SR16
// rule: SR18
#[test]
fn an_answer_without_ack_is_repeated_then_the_call_ends() {
    for transport in [Transport::Udp, Transport::Tcp] {
        let mut peer = Peer::new(transport);
        peer.send(&invite("1", ""));
        let offered = peer.invited();
        peer.accept(&offered);
        let start = peer.now;
        let mut times = Vec::new();
        peer.take_sent();
        while peer.events.is_empty() {
            peer.wait(Duration::from_millis(100));
            let said = peer.take_sent();
            times.extend(
                said.iter()
                    .filter(|message| message.starts_with("SIP/2.0 200"))
                    .map(|_| (peer.now - start).as_millis()),
            );
            peer.sent.extend(said.into_iter().filter(|message| message.starts_with("BYE")));
        }
        assert_eq!(times, [500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
        assert_eq!(peer.now - start, seconds(32));
        assert_eq!((peer.ended(), peer.said()), (EndCause::NoAck, vec!["BYE".to_owned()]));
        assert_eq!(peer.endpoint.counters().answers_repeated, 10);
    }
}

#[test]
fn the_ack_stops_the_repetition_and_nothing_is_left_behind() {
    let mut peer = Peer::new(Transport::Udp);
    peer.send(&invite("1", ""));
    let offered = peer.invited();
    peer.accept(&offered);
    peer.wait(seconds(2));
    peer.send(&in_dialog("ACK", 1, &offered.dialog, "", ""));
    peer.send(&in_dialog("ACK", 1, &offered.dialog, "", ""));
    assert_eq!(peer.take_events().len(), 1);
    peer.take_sent();
    peer.send(&invite("1", ""));
    assert_eq!(peer.said(), ["200"], "a late repetition of the INVITE is answered from memory");
    peer.wait(seconds(100));
    assert_eq!((peer.said(), peer.endpoint.transactions(), peer.endpoint.next_timeout()), (vec![], 0, None));
    peer.send(&in_dialog("BYE", 2, &offered.dialog, "", ""));
    peer.wait(seconds(100));
    assert_eq!(
        (peer.endpoint.transactions(), peer.endpoint.dialogs(), peer.endpoint.next_timeout()),
        (0, 0, None)
    );
}

#[test]
fn a_slow_shell_says_trying_and_a_refusal_is_repeated_until_the_ack() {
    let mut peer = Peer::new(Transport::Udp);
    peer.send(&invite("1", ""));
    peer.wait(Duration::from_millis(250));
    assert_eq!(peer.said(), ["100"]);
    peer.send(&invite("1", ""));
    assert_eq!(peer.said(), ["100"]);
    let offered = peer.invited();
    peer.endpoint.refuse(peer.now, offered.id, 403, "Not Yours", Some(60));
    peer.collect();
    let refusal = peer.take_sent().remove(0);
    assert!(refusal.starts_with("SIP/2.0 403 Not Yours\r\n"));
    assert_eq!(header(&refusal, "Retry-After"), Some("60"));
    peer.wait(seconds(2));
    assert_eq!(peer.said(), ["403", "403"]);
    peer.send(&request("ACK", "1", "", ""));
    peer.wait(seconds(60));
    assert_eq!((peer.said(), peer.events.len(), peer.endpoint.transactions()), (vec![], 0, 0));
}

#[test]
fn our_bye_is_repeated_on_datagrams_only_and_then_given_up() {
    for (transport, repetitions) in [(Transport::Udp, 10), (Transport::Tcp, 0)] {
        let mut peer = Peer::new(transport);
        let dialog = peer.establish("");
        peer.endpoint.hang_up(peer.now, &dialog, "x");
        peer.collect();
        peer.take_sent();
        peer.wait(seconds(40));
        assert_eq!(peer.said().len(), repetitions, "{transport:?}");
        assert_eq!((peer.endpoint.dialogs(), peer.take_events().len()), (0, 1));
        peer.wait(seconds(60));
        assert_eq!(peer.endpoint.transactions(), 0);
    }
}

#[test]
fn a_provisional_answer_to_our_bye_slows_it_down() {
    let mut peer = Peer::new(Transport::Udp);
    let dialog = peer.establish("");
    peer.endpoint.hang_up(peer.now, &dialog, "x");
    peer.collect();
    let bye = peer.take_sent().remove(0);
    peer.send(&response_to(&bye, "100 Trying", ""));
    peer.wait(seconds(5));
    assert_eq!(peer.said().len(), 2);
    peer.send(&response_to(&bye, "200 OK", ""));
    peer.wait(seconds(60));
    assert_eq!((peer.said().len(), peer.endpoint.transactions()), (0, 0));
}

// rule: SR17
#[test]
fn the_peer_refreshes_the_session_or_it_ends() {
    let mut peer = Peer::new(Transport::Udp);
    peer.send(&invite("1", "Supported: timer\nSession-Expires: 1800;refresher=uac\nMin-SE: 90\n"));
    let offered = peer.invited();
    peer.accept(&offered);
    let ok = peer.take_sent().remove(0);
    assert_eq!(
        (header(&ok, "Session-Expires"), header(&ok, "Require")),
        (Some("1800;refresher=uac"), Some("timer"))
    );
    peer.send(&in_dialog("ACK", 1, &offered.dialog, "", ""));
    peer.take_events();
    peer.wait(seconds(900));
    peer.send(&in_dialog(
        "UPDATE",
        2,
        &offered.dialog,
        "Supported: timer\nSession-Expires: 1800;refresher=uac\n",
        "",
    ));
    assert_eq!(header(&peer.take_sent()[0], "Session-Expires"), Some("1800;refresher=uac"));
    peer.wait(seconds(1_799));
    assert!(peer.events.is_empty());
    peer.wait(seconds(1));
    assert_eq!((peer.ended(), peer.said()), (EndCause::SessionExpired, vec!["BYE".to_owned()]));
}

#[test]
fn a_refreshing_reinvite_without_the_header_stops_the_timer() {
    let mut peer = Peer::new(Transport::Udp);
    let dialog = peer.establish("Supported: timer\nSession-Expires: 90\n");
    peer.send(&in_dialog("INVITE", 2, &dialog, "Content-Type: application/sdp\n", OFFER));
    let offered = peer.invited();
    peer.accept(&offered);
    peer.send(&in_dialog("ACK", 2, &dialog, "", ""));
    peer.take_events();
    peer.wait(seconds(10_000));
    assert!(peer.events.is_empty());
}

// rule: SR17
#[test]
fn we_refresh_where_the_peer_asks_us_to() {
    let mut peer = Peer::new(Transport::Udp);
    let dialog = peer.establish("Supported: timer\nSession-Expires: 100;refresher=uas\n");
    peer.wait(seconds(50));
    let update = peer.take_sent().remove(0);
    assert!(update.starts_with("UPDATE sip:src@192.0.2.1:5062 SIP/2.0\r\n"));
    assert_eq!(header(&update, "Session-Expires"), Some("100;refresher=uac"));
    peer.send(&response_to(&update, "200 OK", "Session-Expires: 100;refresher=uac\n"));
    peer.wait(seconds(50));
    let update = peer.take_sent().remove(0);
    peer.send(&response_to(&update, "405 no UPDATE here", ""));
    peer.wait(seconds(50));
    let update = peer.take_sent().remove(0);
    assert!(peer.events.is_empty());
    peer.send(&response_to(&update, "481 unknown", ""));
    assert_eq!(peer.ended(), EndCause::SessionExpired);
    let _ = dialog;
    // And when the peer says nothing at all, the session runs out.
    let mut peer = Peer::new(Transport::Udp);
    peer.establish("Supported: timer\nSession-Expires: 100;refresher=uas\n");
    peer.wait(seconds(100));
    assert_eq!(peer.ended(), EndCause::SessionExpired);
}

// rule: SR17
#[test]
fn too_short_an_interval_is_refused_with_ours() {
    let mut peer = Peer::new(Transport::Udp);
    peer.send(&invite("1", "Supported: timer\nSession-Expires: 30\n"));
    let refusal = peer.take_sent().remove(0);
    assert!(refusal.starts_with("SIP/2.0 422 "));
    assert_eq!(header(&refusal, "Min-SE"), Some("90"));
    assert!(peer.events.is_empty());
}
