//! Any octets as an offer, and the answer to it.
#![no_main]
use rokuon_sip::sdp::{answer::recording_answer, session_description::SessionDescription};
libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    if let Ok(offer) = SessionDescription::parse(octets) {
        let answer = recording_answer(&offer, std::net::Ipv4Addr::LOCALHOST.into(), &[Some(30_000); 64], 1, 1);
        assert_eq!(SessionDescription::parse(answer.as_bytes()).map(|answer| answer.media.len()), Ok(offer.media.len()));
    }
});
