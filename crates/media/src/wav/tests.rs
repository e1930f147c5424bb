//! Files written, and read back.

#![allow(clippy::indexing_slicing)]

use proptest::prelude::*;

use super::*;

#[test]
fn a_stereo_header_holds_each_field_at_its_place() {
    let header = header(Codec::Pcma, 2, 3);
    assert_eq!(&header[0..4], b"RIFF");
    assert_eq!(&header[4..8], 56_u32.to_le_bytes(), "58 - 8 + 6 octets");
    assert_eq!(&header[8..16], b"WAVEfmt ");
    assert_eq!(&header[16..20], 18_u32.to_le_bytes());
    assert_eq!(&header[20..24], [6, 0, 2, 0], "A-law, two channels");
    assert_eq!(&header[24..28], 8_000_u32.to_le_bytes());
    assert_eq!(&header[28..32], 16_000_u32.to_le_bytes());
    assert_eq!(&header[32..38], [2, 0, 8, 0, 0, 0], "block, bits, no extra");
    assert_eq!(&header[38..42], b"fact");
    assert_eq!(&header[46..50], 3_u32.to_le_bytes(), "samples a channel");
    assert_eq!(&header[50..54], b"data");
    assert_eq!(&header[54..58], 6_u32.to_le_bytes());
}

#[test]
fn an_odd_file_is_padded_and_says_so() {
    let written = file(Codec::Pcmu, &[&[1, 2, 3]]);
    assert_eq!(written.len(), HEADER_LEN + 4);
    assert_eq!(&written[4..8], u32::try_from(written.len() - 8).expect("small").to_le_bytes());
    assert_eq!(&written[54..58], 3_u32.to_le_bytes());
    assert_eq!(parse(&written).expect("ours").payload, [1, 2, 3]);
}

#[test]
fn a_g722_file_states_its_true_rate_over_an_octet_a_timeline_sample() {
    let written = file(Codec::G722, &[&[0x11; 80]]);
    assert_eq!(&written[20..24], [0x8F, 0x02, 1, 0], "the registered tag, one channel");
    assert_eq!(&written[24..28], 16_000_u32.to_le_bytes());
    assert_eq!(&written[28..32], 8_000_u32.to_le_bytes(), "octets a second");
    assert_eq!(&written[46..50], 160_u32.to_le_bytes(), "samples at its own rate");
    assert_eq!(parse(&written).expect("ours").samples, 80);
}

#[test]
fn a_pcm_header_counts_octets() {
    let header = pcm16_header(2, 8_000);
    assert_eq!(&header[20..24], [1, 0, 2, 0]);
    assert_eq!(&header[28..36], [0x00, 0x7D, 0, 0, 4, 0, 16, 0]);
    assert_eq!(&header[40..44], 32_000_u32.to_le_bytes());
    assert_eq!(&pcm16_header(2, u64::MAX)[40..44], [0xFF; 4], "longer than RIFF can say");
}

#[test]
fn what_is_not_ours_is_refused() {
    let good = file(Codec::Pcmu, &[&[1, 2], &[3, 4]]);
    for len in 0..good.len() {
        assert!(parse(&good[..len]).is_err(), "{len} octets were accepted");
    }
    for (at, octet) in [(0, b'X'), (8, b'X'), (20, 1), (22, 0), (24, 0x80), (32, 1), (34, 16), (50, b'D')] {
        let mut bad = good.clone();
        bad[at] = octet;
        assert!(parse(&bad).is_err(), "octet {at} = {octet} was accepted");
    }
}

proptest! {
    // req: O-5.2
    #[test]
    fn payload_is_stored_octet_for_octet(left in proptest::collection::vec(any::<u8>(), 0..300), right in proptest::collection::vec(any::<u8>(), 0..300), law in 0..3_usize) {
        let codec = [Codec::Pcmu, Codec::Pcma, Codec::G722][law];
        let written = file(codec, &[&left, &right]);
        let wav = parse(&written).expect("ours");
        let samples = left.len().max(right.len());
        prop_assert_eq!((wav.codec, wav.channels, wav.samples), (codec, 2, samples as u64));
        prop_assert_eq!(written.len() % 2, 0);
        for (place, channel) in [(0, &left), (1, &right)] {
            let mut expected = channel.clone();
            expected.resize(samples, codec.silence_octet().expect("an octet a sample"));
            prop_assert_eq!(wav.channel(place).collect::<Vec<u8>>(), expected);
        }
        prop_assert_eq!(wav.channel(2).count(), 0);
    }

    #[test]
    fn reading_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0..58_usize, octet: u8) {
        let _ = parse(&bytes);
        let mut near = file(Codec::Pcma, &[&bytes]);
        near[at] = octet;
        let _ = parse(&near);
    }
}
