//! What is written is found again by its cues.

#![allow(clippy::indexing_slicing)]

use proptest::prelude::*;

use super::*;
use crate::matroska::layout::file;
use crate::matroska::{Picture, PictureTrack, SoundTrack};

fn voice(n: usize) -> Vec<u8> {
    vec![n as u8; 10 + n % 3]
}

fn film(seconds: usize) -> (Vec<Vec<u8>>, PictureTrack) {
    let sound = (0..seconds * 50).map(voice).collect();
    let picture =
        |n: usize| Picture { at: n as i64 * 267, key: n.is_multiple_of(90), octets: vec![n as u8; 1_000] };
    let pictures = (0..seconds * 30).map(picture).collect();
    (sound, PictureTrack { codec: Codec::Vp8, size: (640, 480), configuration: Vec::new(), pictures })
}

#[test]
fn sound_is_read_two_seconds_at_a_time_without_the_rest() {
    let (payloads, pictures) = film(30);
    let packets = payloads.iter().enumerate().map(|(n, payload)| TimedPacket { at: n as i64 * 160, payload });
    let sound = SoundTrack { codec: Codec::Opus, packets: packets.collect() };
    let file = file(Some(&sound), Some(&pictures), 240_000);
    let head = parse_head(&file).expect("ours");
    assert_eq!((head.sound, head.index.blocks()), (Some(Codec::Opus), 15));
    for block in 0..15_u64 {
        let bytes = head.index.bytes(block..block + 1);
        assert!(block == 0 || bytes.end - bytes.start < file.len() as u64 / 4);
        let read = super::packets(&file[bytes.start as usize..bytes.end as usize]);
        let (from, until) = (block as i64 * 16_000, (block as i64 + 1) * 16_000);
        let here: Vec<&TimedPacket<'_>> =
            read.iter().filter(|packet| (from..until).contains(&packet.at)).collect();
        assert_eq!(here.len(), 100);
        assert!(here.iter().all(|packet| packet.payload == voice((packet.at / 160) as usize)));
    }
}

#[test]
fn a_front_that_is_cut_short_is_not_taken() {
    let (payloads, pictures) = film(4);
    let packets = payloads.iter().enumerate().map(|(n, payload)| TimedPacket { at: n as i64 * 160, payload });
    let sound = SoundTrack { codec: Codec::G729, packets: packets.collect() };
    let file = file(Some(&sound), Some(&pictures), 32_000);
    let whole = (0..file.len()).find(|len| parse_head(&file[..*len]).is_some()).expect("ours");
    assert!(whole < 2_000, "the index stands at the front: {whole}");
}

proptest! {
    #[test]
    fn reading_anything_never_panics(noise in proptest::collection::vec(any::<u8>(), 0..300), at in any::<prop::sample::Index>(), octet: u8) {
        let (payloads, pictures) = film(1);
        let packets = payloads.iter().enumerate().map(|(n, payload)| TimedPacket { at: n as i64 * 160, payload });
        let sound = SoundTrack { codec: Codec::Pcmu, packets: packets.collect() };
        let mut near = file(Some(&sound), Some(&pictures), 8_000);
        let at = at.index(near.len().min(2_000));
        near[at] = octet;
        for bytes in [&noise, &near] {
            let _ = parse_head(bytes);
            let _ = super::packets(bytes);
            let _ = super::packets(&bytes[bytes.len().min(700)..]);
        }
    }
}
