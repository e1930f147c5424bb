//! Any octets as a call's journal, replayed into media files.
#![no_main]
use rokuon_capture::journal::decode::entries;
use rokuon_capture::segment::{SealUntil, SegmentBuilder};
libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let mut builder = SegmentBuilder::new(8_000);
    for entry in entries(octets) {
        if let Ok(entry) = entry {
            builder.push(&entry);
        }
    }
    builder.seal(SealUntil::Sample(80_000));
});
