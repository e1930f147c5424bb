//! Crash and lost streams: snapshots, restored dialogs, flows that close.

use rokuon_sip::endpoint::dialog::DialogSnapshot;
use rokuon_sip::endpoint::event::EndCause;
use rokuon_sip::transport::Transport;

use crate::peer::{OFFER, Peer, header, in_dialog, invite, seconds};

// rule: SR18
#[test]
fn a_restored_dialog_goes_on() {
    let mut before = Peer::new(Transport::Udp);
    let dialog = before.establish("Supported: timer\nSession-Expires: 300\nRecord-Route: <sip:p;lr>\n");
    let text = serde_json::to_string(&before.endpoint.snapshot(&dialog).unwrap()).unwrap();
    let mut after = Peer::new(Transport::Udp);
    after.endpoint.restore(after.now, serde_json::from_str::<DialogSnapshot>(&text).unwrap());
    assert_eq!(after.endpoint.snapshot(&dialog), before.endpoint.snapshot(&dialog));
    after.send(&in_dialog(
        "INVITE",
        2,
        &dialog,
        "Supported: timer\nSession-Expires: 300\nContent-Type: application/sdp\n",
        OFFER,
    ));
    let offered = after.invited();
    after.accept(&offered);
    after.send(&in_dialog("ACK", 2, &dialog, "", ""));
    after.take_events();
    after.take_sent();
    after.wait(seconds(299));
    assert!(after.events.is_empty());
    after.endpoint.hang_up(after.now, &dialog, "x");
    after.collect();
    let bye = after.take_sent().remove(0);
    assert_eq!((header(&bye, "Route"), header(&bye, "Call-ID")), (Some("<sip:p;lr>"), Some("call-1")));
    assert_eq!(after.ended(), EndCause::HungUp);
    assert_eq!(after.endpoint.snapshot(&dialog), None);
}

#[test]
fn a_restored_session_timer_runs_from_the_start() {
    let mut before = Peer::new(Transport::Udp);
    let dialog = before.establish("Supported: timer\nSession-Expires: 300\n");
    let mut after = Peer::new(Transport::Udp);
    after.endpoint.restore(after.now, before.endpoint.snapshot(&dialog).unwrap());
    after.wait(seconds(300));
    assert_eq!(after.ended(), EndCause::SessionExpired);
}

// rule: SR16
#[test]
fn without_a_snapshot_the_peer_hears_that_the_dialog_is_unknown() {
    let mut before = Peer::new(Transport::Udp);
    let dialog = before.establish("");
    let mut after = Peer::new(Transport::Udp);
    after.send(&in_dialog("UPDATE", 2, &dialog, "", ""));
    assert_eq!(after.said(), ["481"]);
}

// rule: SR18
#[test]
fn a_lost_stream_does_not_end_the_call() {
    let mut peer = Peer::new(Transport::Tcp);
    let dialog = peer.establish("");
    peer.endpoint.flow_closed(peer.now, peer.flow);
    peer.wait(seconds(100));
    assert!(peer.events.is_empty());
    peer.flow.connection = 8;
    peer.flow.remote.set_port(6_000);
    peer.send(&in_dialog("BYE", 2, &dialog, "", ""));
    assert_eq!((peer.said(), peer.ended()), (vec!["200".to_owned()], EndCause::Bye));
}

#[test]
fn nothing_is_sent_on_a_lost_stream() {
    let mut peer = Peer::new(Transport::Tcp);
    let dialog = peer.establish("");
    peer.endpoint.flow_closed(peer.now, peer.flow);
    peer.endpoint.hang_up(peer.now, &dialog, "x");
    peer.collect();
    assert_eq!((peer.said(), peer.ended(), peer.endpoint.dialogs()), (vec![], EndCause::HungUp, 0));
}

// rule: SR18
#[test]
fn an_unanswered_invite_ends_with_its_stream() {
    let mut peer = Peer::new(Transport::Tls);
    peer.send(&invite("1", ""));
    let offered = peer.invited();
    peer.endpoint.flow_closed(peer.now, peer.flow);
    peer.collect();
    assert_eq!(peer.ended(), EndCause::FlowLost);
    peer.accept(&offered);
    assert_eq!((peer.said(), peer.endpoint.transactions()), (vec![], 0));
}
