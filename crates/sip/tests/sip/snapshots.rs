//! Lost metadata: noticed, asked for anew, replaced (RFC 7866 §9; SR7, SR8).

use rokuon_sip::endpoint::event::EndCause;
use rokuon_sip::siprec::metadata::Metadata;
use rokuon_sip::transport::Transport;

use crate::peer::{Peer, header, in_dialog, response_to, seconds};

const XML: &str = "Content-Type: application/rs-metadata+xml\nContent-Disposition: recording-session\n";

// rule: SR6
// rule: SR8
#[test]
fn a_snapshot_is_asked_for_by_an_update_without_offer() {
    let mut peer = Peer::new(Transport::Udp);
    let dialog = peer.establish("");
    assert!(peer.endpoint.request_snapshot(peer.now, &dialog, "restart <&\r\nX: y"));
    peer.collect();
    let update = peer.take_sent().remove(0);
    assert!(update.starts_with("UPDATE sip:src@192.0.2.1:5062 SIP/2.0\r\n"), "{update}");
    assert_eq!(header(&update, "Content-Type"), Some("application/rs-metadata-request"));
    assert_eq!(header(&update, "Content-Disposition"), Some("recording-session"));
    let (_, body) = update.split_once("\r\n\r\n").unwrap();
    assert_eq!(header(&update, "Content-Length"), Some(body.len().to_string().as_str()));
    assert!(body.contains("<requestsnapshot xmlns=\"urn:ietf:params:xml:ns:recording:1\">"), "{body}");
    assert!(body.contains("<requestreason xml:lang=\"en\">restart X y</requestreason>"), "{body}");
    assert!(!peer.endpoint.request_snapshot(peer.now, &dialog, "again"), "one at a time");
    peer.send(&response_to(&update, "200 OK", ""));
    // The whole state comes and replaces all.
    let whole = "<recording xmlns=\"urn:ietf:params:xml:ns:recording:1\"><datamode>complete</datamode><participant participant_id=\"p2\"/></recording>";
    peer.send(&in_dialog("UPDATE", 2, &dialog, XML, whole));
    let (_, body) = peer.metadata();
    let mut known = Metadata::parse(b"<recording><participant participant_id=\"p1\"/></recording>").0;
    known.apply(Metadata::parse(&body.raw).0);
    assert_eq!(known.participants.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["p2"]);
    assert!(peer.endpoint.request_snapshot(peer.now, &dialog, ""), "it may be asked again");
}

#[test]
fn a_peer_that_cannot_tell_keeps_its_call() {
    for status in ["405 Method Not Allowed", "415 Unsupported", "488 No", "491 Pending", "500 x", "603 x"] {
        let mut peer = Peer::new(Transport::Udp);
        let dialog = peer.establish("");
        peer.endpoint.request_snapshot(peer.now, &dialog, "x");
        peer.collect();
        let update = peer.take_sent().remove(0);
        peer.send(&response_to(&update, status, ""));
        assert_eq!((peer.take_events().len(), peer.endpoint.dialogs()), (0, 1), "{status}");
    }
    let mut peer = Peer::new(Transport::Udp);
    let dialog = peer.establish("");
    peer.endpoint.request_snapshot(peer.now, &dialog, "x");
    peer.wait(seconds(40));
    assert_eq!((peer.take_events().len(), peer.endpoint.dialogs(), peer.said().len()), (0, 1, 11));
    assert!(peer.endpoint.request_snapshot(peer.now, &dialog, "x"));
    peer.endpoint.hang_up(peer.now, &dialog, "x");
    peer.collect();
    assert_eq!(peer.ended(), EndCause::HungUp);
    assert!(!peer.endpoint.request_snapshot(peer.now, &dialog, "x"), "a dialog that is over");
}

// rule: SR7
#[test]
fn a_jump_of_the_peers_numbers_shows_that_something_was_missed() {
    let mut peer = Peer::new(Transport::Udp);
    let dialog = peer.establish("");
    peer.send(&in_dialog("INFO", 2, &dialog, "", ""));
    assert!(!peer.endpoint.take_missed(&dialog));
    peer.send(&in_dialog("INFO", 4, &dialog, "", ""));
    assert!(peer.endpoint.take_missed(&dialog));
    assert!(!peer.endpoint.take_missed(&dialog), "told once");
}

#[test]
fn a_refresh_that_is_too_frequent_is_made_less_so() {
    let mut peer = Peer::new(Transport::Udp);
    peer.establish("Supported: timer\nSession-Expires: 100;refresher=uas\n");
    peer.wait(seconds(50));
    let update = peer.take_sent().remove(0);
    peer.send(&response_to(&update, "422 Session Interval Too Small", "Min-SE: 300\n"));
    let update = peer.take_sent().remove(0);
    assert_eq!(header(&update, "Session-Expires"), Some("300;refresher=uac"));
    peer.send(&response_to(&update, "422 Session Interval Too Small", "Min-SE: 300\n"));
    assert_eq!(peer.said(), Vec::<String>::new(), "the same wish again changes nothing");
    peer.wait(seconds(100));
    assert!(peer.events.is_empty());
}
