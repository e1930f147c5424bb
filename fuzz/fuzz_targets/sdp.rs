//! Any octets as an offer, the answer to it, and as a crypto line.
#![no_main]
use rokuon_sip::sdp::answer::{StreamAnswer, recording_answer};
use rokuon_sip::sdp::{crypto::CryptoLine, offered_stream::negotiate, own_session::OwnSession, session_description::SessionDescription};
libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    if let Some(line) = CryptoLine::parse(&String::from_utf8_lossy(octets)) {
        assert_eq!(CryptoLine::parse(&line.value()).as_ref(), Some(&line));
    }
    if let Ok(offer) = SessionDescription::parse(octets) {
        let own = OwnSession { address: std::net::Ipv4Addr::LOCALHOST.into(), session_id: 1, version: 1 };
        let take = |stream: &rokuon_sip::sdp::offered_stream::OfferedStream| {
            Some(StreamAnswer { port: 30_000, payload_types: stream.payload_types(|_| true), ..StreamAnswer::default() })
        };
        let streams: Vec<_> = negotiate(&offer).iter().map(take).collect();
        let answer = recording_answer(&offer, own, &streams);
        assert_eq!(SessionDescription::parse(answer.as_bytes()).map(|answer| answer.media.len()), Ok(offer.media.len()));
    }
});
