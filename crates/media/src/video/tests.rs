//! Pictures out of packets: whole ones only, from a key frame on, untouched.

#![allow(clippy::indexing_slicing)]

use proptest::prelude::*;

use super::*;

/// A VP8 frame of `len` octets; a key frame says 640 × 480.
fn frame(key: bool, len: usize) -> Vec<u8> {
    let mut frame = if key { vec![0x10, 0, 0, 0x9D, 1, 0x2A, 0x80, 2, 0xE0, 1] } else { vec![0x11, 0, 0] };
    frame.resize(len.max(frame.len()), 0x5A);
    frame
}

/// Payloads of one frame, with a descriptor of each form.
fn vp8_payloads(frame: &[u8], form: usize) -> Vec<Vec<u8>> {
    let descriptors: [&[u8]; 4] =
        [&[0x10], &[0x90, 0x80, 0x05], &[0x90, 0x80, 0x81, 0x05], &[0x90, 0xF0, 0x81, 0x05, 3, 0x20]];
    let parts = frame.chunks(500).enumerate();
    parts
        .map(|(n, part)| {
            let mut payload = descriptors[form % 4].to_vec();
            payload[0] &= if n > 0 { 0xEF } else { 0xFF };
            payload.extend_from_slice(part);
            payload
        })
        .collect()
}

fn packets<'a>(payloads: &'a [(i64, Vec<Vec<u8>>)]) -> Vec<VideoPacket<'a>> {
    let mut number = 100;
    let mut packets = Vec::new();
    for (at, parts) in payloads {
        for (n, payload) in parts.iter().enumerate() {
            packets.push(VideoPacket { number, marker: n + 1 == parts.len(), at: *at, payload });
            number += 1;
        }
    }
    packets
}

#[test]
fn frames_of_every_descriptor_come_out_as_they_went_in() {
    let frames: Vec<Vec<u8>> = (0..8).map(|n| frame(n % 4 == 0, 10 + n * 700)).collect();
    let payloads: Vec<(i64, Vec<Vec<u8>>)> =
        frames.iter().enumerate().map(|(n, frame)| (n as i64 * 267, vp8_payloads(frame, n))).collect();
    let read = pictures(Codec::Vp8, &packets(&payloads));
    assert_eq!((read.broken, read.unshowable, read.track.size), (0, 0, (640, 480)));
    let seen: Vec<(i64, bool, Vec<u8>)> =
        read.track.pictures.into_iter().map(|picture| (picture.at, picture.key, picture.octets)).collect();
    let expected: Vec<(i64, bool, Vec<u8>)> =
        frames.into_iter().enumerate().map(|(n, frame)| (n as i64 * 267, n % 4 == 0, frame)).collect();
    assert_eq!(seen, expected);
}

#[test]
fn a_picture_with_a_packet_missing_is_broken_and_what_came_before_the_first_key_frame_is_told() {
    let payloads: Vec<(i64, Vec<Vec<u8>>)> =
        (0..6).map(|n| (n * 267 + 5, vp8_payloads(&frame(n == 2, 1_200), 0))).collect();
    let mut packets = packets(&payloads);
    packets.remove(3 * 3 + 1);
    packets.remove(5 * 3 + 1);
    let read = pictures(Codec::Vp8, &packets);
    assert_eq!((read.broken, read.unshowable), (2, 2), "the last one's end did not come");
    assert_eq!(
        read.track.pictures.iter().map(|picture| picture.at).collect::<Vec<_>>(),
        [2 * 267 + 5, 4 * 267 + 5]
    );
}

#[test]
fn a_file_that_begins_between_key_frames_begins_with_the_last_one() {
    let payloads: Vec<(i64, Vec<Vec<u8>>)> =
        (-6..3).map(|n| (n * 267 + 5, vp8_payloads(&frame(n == -4 || n == -2, 50), 0))).collect();
    let read = pictures(Codec::Vp8, &packets(&payloads));
    assert_eq!(
        read.track.pictures.iter().map(|picture| (picture.at, picture.key)).collect::<Vec<_>>(),
        [(0, true), (0, false), (5, false), (272, false), (539, false)]
    );
    assert_eq!(read.unshowable, 0, "what an earlier file shows is not counted");
}

// Sequence and picture parameter set of x264 (high profile, 1280 × 720).
const SPS: &[u8] = &[
    0x67, 0x64, 0x00, 0x1F, 0xAC, 0xD9, 0x40, 0x50, 0x05, 0xBB, 0x01, 0x10, 0x00, 0x00, 0x03, 0x00, 0x10,
    0x00, 0x00, 0x03, 0x03, 0xC0, 0xF1, 0x83, 0x19, 0x60,
];
const PPS: &[u8] = &[0x68, 0xEB, 0xE3, 0xCB, 0x22, 0xC0];

fn unit(kind: u8, len: usize) -> Vec<u8> {
    let mut unit = vec![0x60 | kind];
    unit.resize(len, kind);
    unit
}

fn fragments(unit: &[u8]) -> Vec<Vec<u8>> {
    let parts: Vec<&[u8]> = unit[1..].chunks(400).collect();
    let last = parts.len() - 1;
    let part = |(n, part): (usize, &&[u8])| {
        let edges = if n == 0 { 0x80 } else { 0 } | if n == last { 0x40 } else { 0 };
        [&[unit[0] & 0xE0 | 28, edges | unit[0] & 0x1F][..], part].concat()
    };
    parts.iter().enumerate().map(part).collect()
}

#[test]
fn nal_units_single_aggregated_and_fragmented_make_access_units() {
    let aggregated = [&[0x78, 0, SPS.len() as u8][..], SPS, &[0, PPS.len() as u8], PPS].concat();
    let (idr, slice) = (unit(5, 2_000), unit(1, 100));
    let first = [vec![aggregated], fragments(&idr)].concat();
    let payloads = vec![(0, first), (267, vec![slice.clone()]), (534, vec![vec![0x7D, 1, 2]])];
    let read = pictures(Codec::H264, &packets(&payloads));
    assert_eq!(read.broken, 1, "interleaved units are of no use");
    let long = |unit: &[u8]| [&(unit.len() as u32).to_be_bytes(), unit].concat();
    let track = read.track;
    assert_eq!(track.size, (1_280, 720));
    assert_eq!(track.pictures[0].octets, [long(SPS), long(PPS), long(&idr)].concat());
    assert_eq!(track.pictures[1], Picture { at: 267, key: false, octets: long(&slice) });
    let record =
        [&[1, 0x64, 0, 0x1F, 0xFF, 0xE1, 0, SPS.len() as u8][..], SPS, &[1, 0, PPS.len() as u8], PPS]
            .concat();
    assert_eq!(track.configuration, record);
}

proptest! {
    #[test]
    fn any_packets_at_all_make_pictures_or_none(parts in proptest::collection::vec((0..5_i64, any::<bool>(), -3..6_i64, proptest::collection::vec(any::<u8>(), 0..60)), 0..60)) {
        let mut number = 0;
        let mut at = -2_000;
        let packets: Vec<VideoPacket<'_>> = parts.iter().map(|(skip, marker, later, payload)| {
            number += skip + 1;
            at += later * 90;
            VideoPacket { number, marker: *marker, at, payload }
        }).collect();
        for codec in [Codec::Vp8, Codec::H264] {
            let read = pictures(codec, &packets);
            prop_assert!(read.track.pictures.first().is_none_or(|picture| picture.key));
            let file = crate::matroska::layout::file(None, Some(&read.track), 5_000);
            prop_assert!(crate::matroska::read::parse_head(&file).is_some());
        }
    }
}
