//! Calls without an offer: ours goes out in the 200, the answer comes in the ACK (RFC 3261 §13.2.1, RFC 6337).

use rokuon_sip::endpoint::event::{EndCause, Event};
use rokuon_sip::sdp::format::Encoding;
use rokuon_sip::sdp::offer::{StreamOffer, recording_offer};
use rokuon_sip::sdp::offered_stream::negotiate;
use rokuon_sip::sdp::own_session::OwnSession;
use rokuon_sip::sdp::session_description::SessionDescription;
use rokuon_sip::transport::Transport;

use crate::peer::{OFFER, Peer, header, in_dialog, request, seconds};

const SDP: &str = "Content-Type: application/sdp\n";

fn our_offer() -> String {
    let own = OwnSession { address: "192.0.2.9".parse().unwrap(), session_id: 1, version: 1 };
    let encodings = vec![Encoding::Pcmu, Encoding::Pcma];
    recording_offer(own, &[StreamOffer { port: 30_000, encodings, ..StreamOffer::default() }])
}

#[test]
fn the_answer_in_the_ack_tells_the_streams() {
    for transport in [Transport::Udp, Transport::Tls] {
        let mut peer = Peer::new(transport);
        peer.send(&request("INVITE", "1", "", ""));
        let offered = peer.invited();
        assert!(offered.offer.is_none());
        peer.endpoint.accept(peer.now, offered.id, &our_offer());
        peer.collect();
        let ok = peer.take_sent().remove(0);
        assert!(
            ok.contains("m=audio 30000 RTP/AVP 0 8 101 13\r\n") && ok.ends_with("a=recvonly\r\n"),
            "{ok}"
        );
        let answer = "v=0\nc=IN IP4 192.0.2.1\nm=audio 40000 RTP/AVP 8 101\na=rtpmap:101 telephone-event/8000\na=sendonly\n";
        peer.send(&in_dialog("ACK", 1, &offered.dialog, SDP, answer));
        let [Event::Confirmed { late_answer: Some(sdp), .. }] = &peer.take_events()[..] else { panic!() };
        let streams = negotiate(&SessionDescription::parse(sdp).unwrap());
        assert_eq!(streams[0].remote, Some("192.0.2.1:40000".parse().unwrap()));
        assert_eq!(streams[0].payload_types(|_| true), [8, 101]);
        peer.send(&in_dialog("ACK", 1, &offered.dialog, SDP, answer));
        assert_eq!(peer.take_events().len(), 0, "an ACK that comes again says nothing");
    }
}

#[test]
fn an_ack_without_answer_ends_the_call_with_a_reason() {
    for (extra, body) in [("", ""), ("Content-Type: text/plain\n", "x")] {
        let mut peer = Peer::new(Transport::Udp);
        peer.send(&request("INVITE", "1", "", ""));
        let offered = peer.invited();
        peer.endpoint.accept(peer.now, offered.id, &our_offer());
        peer.collect();
        peer.take_sent();
        peer.send(&in_dialog("ACK", 1, &offered.dialog, extra, body));
        assert_eq!(peer.ended(), EndCause::NoAnswer);
        let bye = peer.take_sent().remove(0);
        assert!(bye.starts_with("BYE ") && header(&bye, "Reason").unwrap().contains("no answer"), "{bye}");
        peer.wait(seconds(100));
        assert_eq!((peer.endpoint.dialogs(), peer.endpoint.transactions()), (0, 0));
    }
}

#[test]
fn a_reinvite_without_offer_opens_what_was_on_hold() {
    let mut peer = Peer::new(Transport::Udp);
    let dialog = peer.establish("");
    let held = OFFER.replace("a=sendonly", "a=inactive");
    peer.send(&in_dialog("INVITE", 2, &dialog, SDP, &held));
    let offered = peer.invited();
    peer.accept(&offered);
    peer.send(&in_dialog("ACK", 2, &dialog, "", ""));
    peer.take_events();
    peer.take_sent();
    peer.send(&in_dialog("INVITE", 3, &dialog, "", ""));
    let ok = peer.take_sent().remove(0);
    assert!(ok.contains("o=- 1 2 IN IP4") && ok.matches("a=recvonly").count() == 2, "{ok}");
    // While our offer waits for its answer, theirs is glare.
    peer.send(&in_dialog("UPDATE", 4, &dialog, SDP, OFFER));
    peer.send(&in_dialog("INVITE", 5, &dialog, SDP, OFFER));
    assert_eq!(peer.said(), ["491", "491"]);
    peer.send(&in_dialog("ACK", 3, &dialog, "", ""));
    assert!(
        matches!(&peer.take_events()[..], [Event::Confirmed { late_answer: None, .. }]),
        "the call goes on"
    );
    peer.send(&in_dialog("UPDATE", 6, &dialog, SDP, OFFER));
    peer.invited();
}
