//! Any octets as a stored media file.
#![no_main]
use rokuon_media::file_head::FileHead;
use rokuon_media::file_kind::FileKind;
use rokuon_media::codec::Codec;
use rokuon_media::{wav, waveform::Peaks};
libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let _ = wav::parse(octets);
    let _ = Peaks::from_bytes(octets);
    for kind in [FileKind::Ogg, FileKind::Matroska] {
        if let Some(head) = FileHead::parse(kind, octets) {
            let range = head.octets_of(0..1);
            let from = usize::try_from(range.start).unwrap_or(usize::MAX).min(octets.len());
            for codec in [Codec::Opus, Codec::Pcmu, Codec::G722] {
                head.block(codec, 0, &octets[from..]);
            }
        }
    }
});
