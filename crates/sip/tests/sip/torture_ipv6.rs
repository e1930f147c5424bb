//! IPv6 in every place an address can stand, in the spirit of RFC 5118.

use rokuon_sip::sdp::offered_stream::negotiate;
use rokuon_sip::transport::{Flow, Transport};

use crate::peer::{Peer, header};

fn message(uri: &str, via: &str, sdp: &str) -> String {
    format!(
        "INVITE {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {via}\r\nFrom: <sip:src@[2001:db8::1]>;tag=f\r\nTo: <sip:rec@[2001:db8::9]:5060>\r\nCall-ID: v6@[2001:db8::1]\r\nCSeq: 1 INVITE\r\nContact: <sip:src@[2001:db8::1]:5070>\r\nContent-Type: application/sdp\r\n\r\n{sdp}"
    )
}

fn peer() -> Peer {
    let mut peer = Peer::new(Transport::Udp);
    let local = "[2001:db8::9]:5060".parse().unwrap();
    peer.flow = Flow { local, remote: "[2001:db8::1]:5070".parse().unwrap(), ..peer.flow };
    peer
}

const SDP: &str = "v=0\r\no=- 1 1 IN IP6 2001:db8::1\r\ns=-\r\nc=IN IP6 2001:db8::1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n";

#[test]
fn lawful_addresses_are_served() {
    for (uri, via) in [
        ("sip:rec@[2001:db8::9]", "[2001:db8::1];branch=z9hG4bK1"),
        ("sip:rec@[2001:db8::9:5070]", "[2001:db8::1]:5070;branch=z9hG4bK1"),
        (
            "sip:rec@[2001:db8::9]:5070;transport=udp",
            "[2001:db8::9:1];received=[2001:db8:0:0::255];branch=z9hG4bK1",
        ),
        ("sip:rec@[2001:db8::9]", "[2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bK1"),
        ("sip:rec@[::ffff:192.0.2.9]", "[::ffff:192.0.2.1];branch=z9hG4bK1"),
    ] {
        let mut peer = peer();
        peer.send_raw(message(uri, via, SDP).as_bytes());
        let offered = peer.invited();
        assert_eq!(
            negotiate(offered.offer.as_ref().unwrap())[0].remote,
            Some("[2001:db8::1]:40000".parse().unwrap())
        );
        peer.accept(&offered);
        let ok = peer.take_sent().remove(0);
        assert_eq!(header(&ok, "Contact"), Some("<sip:rec@[2001:db8::9]:5060>;+sip.srs"), "{uri}");
    }
}

#[test]
fn bare_addresses_are_refused() {
    for (uri, via) in [
        ("sip:rec@2001:db8::9", "[2001:db8::1];branch=z9hG4bK1"),
        ("sip:rec@[2001:db8::9", "[2001:db8::1];branch=z9hG4bK1"),
        ("sip:rec@[2001:db8:::9]", "[2001:db8::1];branch=z9hG4bK1"),
        ("sip:rec@[2001:db8::9]", "2001:db8::1;branch=z9hG4bK1"),
    ] {
        let mut peer = peer();
        peer.send_raw(message(uri, via, SDP).as_bytes());
        assert_eq!(peer.said(), ["400"], "{uri} {via}");
    }
}

#[test]
fn our_bye_names_its_addresses_in_brackets() {
    let mut peer = peer();
    peer.send_raw(message("sip:rec@[2001:db8::9]", "[2001:db8::1];rport;branch=z9hG4bK1", SDP).as_bytes());
    let offered = peer.invited();
    peer.accept(&offered);
    let ok = peer.take_sent().remove(0);
    assert_eq!(
        header(&ok, "Via"),
        Some("SIP/2.0/UDP [2001:db8::1];branch=z9hG4bK1;received=2001:db8::1;rport=5070")
    );
    peer.send(&crate::peer::in_dialog("ACK", 1, &offered.dialog, "", ""));
    peer.take_events();
    peer.endpoint.hang_up(peer.now, &offered.dialog, "x");
    peer.collect();
    let bye = peer.take_sent().remove(0);
    assert!(
        bye.starts_with(
            "BYE sip:src@[2001:db8::1]:5070 SIP/2.0\r\nVia: SIP/2.0/UDP [2001:db8::9]:5060;branch="
        ),
        "{bye}"
    );
}
