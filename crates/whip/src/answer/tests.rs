//! The answer to a browser's offer, line by line where a client would stumble.

use super::*;
use crate::offer::tests::browser;

// rule: WI1
// rule: WI2
// rule: WI7
#[test]
fn the_answer_receives_only_over_one_transport_with_every_candidate_and_one_fingerprint() {
    let identity = DtlsIdentity::generate().expect("randomness");
    let ice = IceCredentials::from_entropy(&[7; 24]);
    let candidates: Vec<SocketAddr> =
        vec!["192.0.2.7:20100".parse().expect("v4"), "[2001:db8::7]:20100".parse().expect("v6")];
    let parts = AnswerParts { session_id: 42, identity: &identity, ice: &ice, candidates: &candidates };
    let answer = parts.answer(&Offer::parse(&browser()).expect("an offer"));
    let count = |what: &str| answer.lines().filter(|line| line.starts_with(what)).count();
    assert!(answer.ends_with("\r\n") && !answer.contains("\n\n"));
    assert_eq!((count("m="), count("a=recvonly"), count("a=inactive")), (3, 2, 1));
    assert_eq!((count("a=fingerprint:"), count("a=fingerprint:sha-256 ")), (1, 1));
    assert_eq!(count("a=candidate:"), 2);
    assert!(answer.contains("a=candidate:1 1 udp 2130706431 192.0.2.7 20100 typ host\r\n"));
    assert!(answer.contains("2001:db8::7 20100 typ host\r\n"));
    assert_eq!(count("a=end-of-candidates"), 1);
    assert!(answer.contains("a=group:BUNDLE 0 1\r\n"), "what is turned down leaves the bundle");
    assert!(answer.contains("a=ice-lite\r\n"));
    assert_eq!(count("a=rtcp-mux"), 2);
    assert!(answer.contains("m=audio 9 UDP/TLS/RTP/SAVPF 111 110\r\n"));
    assert!(answer.contains("a=rtpmap:111 opus/48000/2\r\n"));
    assert!(answer.contains("m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n"));
    assert!(answer.contains("a=rtcp-fb:96 nack pli\r\n"));
    assert!(!answer.contains("red/") && !answer.contains("rtx/") && !answer.contains("transport-cc"));
}
