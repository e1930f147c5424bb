//! Any octets as recording metadata, told as parties and applied to what was known.
#![no_main]
use rokuon_sip::siprec::{metadata::Metadata, metadata_state::MetadataState, told_time::ToldTime};
libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let (first, rest) = octets.split_at(octets.len() / 2);
    let (mut known, _) = Metadata::parse(octets);
    known.apply(Metadata::parse(first).0);
    known.apply(Metadata::parse(rest).0);
    known.parties();
    let mut state = MetadataState::default();
    for (cseq, document) in (0..).zip([octets, first, rest, octets]) {
        state.take(i64::from(cseq) * 1_000, cseq, document);
        for span in state.speakers().spans() {
            let _ = (span.from.at_ms(), span.to.as_ref().map(|to| to.at_ms()));
        }
    }
    let _ = ToldTime::parse(&String::from_utf8_lossy(octets));
});
