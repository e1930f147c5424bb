//! Any octets as recording metadata, told as parties and applied to what was known.
#![no_main]
use rokuon_sip::siprec::metadata::Metadata;
libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let (first, rest) = octets.split_at(octets.len() / 2);
    let (mut known, _) = Metadata::parse(octets);
    known.apply(Metadata::parse(first).0);
    known.apply(Metadata::parse(rest).0);
    known.parties();
});
