//! A Content-Type line and a body, split.
#![no_main]
use rokuon_sip::multipart::split;
libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let end = octets.iter().position(|octet| *octet == b'\n').unwrap_or(octets.len());
    let (kind, body) = octets.split_at(end);
    let parts = split(&String::from_utf8_lossy(kind), body).unwrap_or_default();
    assert!(parts.iter().map(|part| part.body.len()).sum::<usize>() <= body.len());
});
