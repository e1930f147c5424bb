//! What is written is read back at its time, and stays what was received.

#![allow(clippy::indexing_slicing)]

use proptest::prelude::*;

use super::*;

/// A packet of one 20 ms frame.
fn voice(n: usize) -> Vec<u8> {
    [vec![9 << 3], vec![n as u8; 3 + n % 40]].concat()
}

fn packets_of(payloads: &[Vec<u8>], at: impl Fn(usize) -> i64) -> Vec<TimedPacket<'_>> {
    payloads.iter().enumerate().map(|(n, payload)| TimedPacket { at: at(n), payload }).collect()
}

fn read(file: &[u8]) -> (OggOpusHead, Vec<TimedPacket<'_>>) {
    let head = parse_head(file).expect("ours");
    let bytes = head.index.bytes(0..u64::MAX);
    let read = packets(&file[bytes.start as usize..bytes.end as usize], &head);
    (head, read)
}

// rule: RT9
#[test]
fn a_hole_is_filled_with_packets_without_audio_and_time_goes_on() {
    let payloads: Vec<Vec<u8>> = (0..200).map(voice).collect();
    // 160 samples each; after the hundredth nothing is sent for 1.2525 s: 10,020 samples.
    let sent = packets_of(&payloads, |n| n as i64 * 160 + if n < 100 { 0 } else { 10_020 });
    let file = file(1, &sent, 200 * 160 + 10_020);
    let (head, read) = read(&file);
    assert_eq!((head.channels, head.pre_skip), (1, 0));
    let heard: Vec<&TimedPacket<'_>> = read.iter().filter(|packet| packet.payload.len() > 1).collect();
    assert_eq!(heard.len(), 200);
    assert!(heard.iter().zip(&sent).all(|(read, sent)| *read == sent), "each at its time, untouched");
    let filled: u64 = read
        .iter()
        .filter(|packet| packet.payload.len() == 1)
        .map(|packet| opus::timeline_samples(packet.payload))
        .sum();
    assert_eq!(filled, 10_020);
}

#[test]
fn what_reaches_over_either_edge_is_kept_whole_and_cut_by_the_header() {
    let payloads: Vec<Vec<u8>> = (0..3).map(voice).collect();
    let file = file(1, &packets_of(&payloads, |n| n as i64 * 160 - 60), 350);
    let (head, read) = read(&file);
    assert_eq!(u64::from(head.pre_skip), 60 * TICKS_A_SAMPLE);
    assert_eq!(read, packets_of(&payloads, |n| n as i64 * 160 - 60));
    let mut granule = 0;
    let mut rest = file.as_slice();
    while let Some((page, after)) = split_page(rest) {
        (granule, rest) = (page.granule, after);
    }
    assert_eq!(granule - u64::from(head.pre_skip), 350 * TICKS_A_SAMPLE, "as long as it was said to be");
}

#[test]
fn each_two_seconds_are_found_without_reading_the_rest() {
    let payloads: Vec<Vec<u8>> = (0..1_000).map(voice).collect();
    let file = file(9, &packets_of(&payloads, |n| n as i64 * 160), 160_000);
    let head = parse_head(&file[..head_len(&file)]).expect("the headers alone are enough");
    assert_eq!(head.index.blocks(), 10);
    for block in 0..10_u64 {
        let bytes = head.index.bytes(block..block + 1);
        let read = packets(&file[bytes.start as usize..bytes.end as usize], &head);
        let from = (block.saturating_sub(1) * 16_000) as i64;
        assert_eq!(read.first().map(|packet| packet.at), Some(from));
        assert_eq!(read.last().map(|packet| packet.at), Some((block as i64 + 1) * 16_000 - 160));
        assert!(read.iter().all(|packet| packet.payload == voice((packet.at / 160) as usize)));
    }
}

fn head_len(file: &[u8]) -> usize {
    file.len().min(HEAD_LEN as usize)
}

#[test]
fn a_file_without_any_packet_is_as_long_as_it_says() {
    let file = file(3, &[], 8_000);
    let (_, read) = read(&file);
    assert_eq!(read.iter().map(|packet| opus::timeline_samples(packet.payload)).sum::<u64>(), 8_000);
}

proptest! {
    #[test]
    fn whatever_comes_is_read_back_in_order(gaps in proptest::collection::vec(prop_oneof![5 => Just(0_i64), 1 => 0..40_000_i64], 1..120), configs in proptest::collection::vec(0..32_u8, 120), early in 0..100_i64) {
        let payloads: Vec<Vec<u8>> = configs.iter().map(|config| vec![config << 3, 7, *config]).collect();
        let mut at = -early;
        let mut sent = Vec::new();
        for (gap, payload) in gaps.iter().zip(&payloads) {
            at += gap;
            sent.push(TimedPacket { at, payload });
            at += opus::timeline_samples(payload) as i64;
        }
        let file = file(5, &sent, at.max(1) as u64);
        let (_, read) = read(&file);
        let heard: Vec<&TimedPacket<'_>> = read.iter().filter(|packet| packet.payload.len() > 1).collect();
        prop_assert_eq!(heard.len(), sent.len());
        for (read, sent) in heard.iter().zip(&sent) {
            prop_assert_eq!(read.payload, sent.payload);
            prop_assert!((0..20).contains(&(sent.at - read.at)), "{} for {}", read.at, sent.at);
        }
    }

    #[test]
    fn reading_anything_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in any::<prop::sample::Index>(), octet: u8) {
        let payloads: Vec<Vec<u8>> = (0..3).map(voice).collect();
        let mut near = file(1, &packets_of(&payloads, |n| n as i64 * 160), 480);
        let at = at.index(near.len());
        near[at] = octet;
        for bytes in [&bytes, &near] {
            if let Some(head) = parse_head(bytes) {
                packets(bytes, &head);
            }
        }
    }
}
