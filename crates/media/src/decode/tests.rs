//! What was spoken is heard: a tone through an encoder and back, with packets lost, silent, or of any octets at all.

#![allow(clippy::indexing_slicing)]

use proptest::prelude::*;

use super::*;

/// A voice-like tone whose pitch moves, as 20 ms packets of wideband Opus with in-band FEC.
pub(crate) fn speech(packets: usize) -> Vec<Vec<u8>> {
    let mut encoder = ruopus::OpusEncoder::new(1);
    encoder.set_bandwidth(ruopus::Bandwidth::WideBand);
    encoder.set_bitrate(Some(24_000));
    encoder.set_inband_fec(true);
    encoder.set_packet_loss_perc(20);
    let mut phase = 0.0_f32;
    let frame = |n: usize| -> Vec<f32> {
        (0..960)
            .map(|at| {
                let seconds = (n * 960 + at) as f32 / 48_000.0;
                phase += (180.0 + 40.0 * (seconds * 3.0).sin()) / 48_000.0;
                [1.0, 2.0, 3.0, 5.0]
                    .iter()
                    .map(|part| (phase * part * std::f32::consts::TAU).sin() * 0.1)
                    .sum()
            })
            .collect()
    };
    let frames: Vec<Vec<f32>> = (0..packets).map(frame).collect();
    frames.iter().map(|frame| encoder.encode_silk(frame, 300).expect("a frame of 20 ms")).collect()
}

fn heard(packets: &[TimedPacket<'_>], samples: usize) -> Vec<i16> {
    let mut out = vec![0; samples];
    decode(Codec::Opus, packets, 0, &mut out);
    out
}

fn placed(payloads: &[Vec<u8>]) -> Vec<TimedPacket<'_>> {
    payloads.iter().enumerate().map(|(n, payload)| TimedPacket { at: n as i64 * 160, payload }).collect()
}

fn loudness(samples: &[i16]) -> f64 {
    (samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len() as f64).sqrt()
}

// rule: RT9
#[test]
fn speech_is_heard_and_what_is_not_sent_is_silence() {
    let payloads = speech(100);
    let whole = heard(&placed(&payloads), 16_000);
    assert!(loudness(&whole[1_600..]) > 1_000.0, "{}", loudness(&whole[1_600..]));
    let mut packets = placed(&payloads);
    packets.drain(30..60);
    let with_pause = heard(&packets, 16_000);
    assert_eq!(with_pause[..30 * 160], whole[..30 * 160]);
    assert!(
        with_pause[30 * 160..60 * 160].iter().all(|sample| *sample == 0),
        "a pause of the sender is silence"
    );
    assert!(loudness(&with_pause[70 * 160..]) > 1_000.0);
}

// rule: RT9
#[test]
fn a_lost_packet_is_recovered_from_the_one_after_it() {
    let payloads = speech(60);
    let whole = heard(&placed(&payloads), 60 * 160);
    let mut packets = placed(&payloads);
    packets.remove(40);
    let mended = heard(&packets, 60 * 160);
    let (from, until) = (40 * 160, 41 * 160);
    let loud = loudness(&mended[from..until]) / loudness(&whole[from..until]);
    assert!((0.5..1.5).contains(&loud), "as loud as what was lost: {loud}");
    let off: Vec<i16> =
        whole[from..until].iter().zip(&mended[from..until]).map(|(a, b)| a.wrapping_sub(*b)).collect();
    assert!(loudness(&off) < loudness(&whole[from..until]), "and like it: off by {}", loudness(&off));
}

#[test]
fn a_decoder_warmed_up_for_80_ms_hears_nearly_the_same() {
    let payloads = speech(100);
    let packets = placed(&payloads);
    let whole = heard(&packets, 16_000);
    let mut late = vec![0; 1_600];
    decode(Codec::Opus, &packets[46..60], 50 * 160, &mut late);
    let off: Vec<i16> =
        whole[50 * 160..60 * 160].iter().zip(&late).map(|(a, b)| a.wrapping_sub(*b)).collect();
    assert!(loudness(&off) < loudness(&late) / 20.0, "{} of {}", loudness(&off), loudness(&late));
}

#[test]
fn each_codec_without_a_decoder_leaves_what_was_there() {
    for codec in Codec::ALL {
        let mut out = [7_i16; 4];
        decode(codec, &[TimedPacket { at: 0, payload: &[0xFF; 12] }], 0, &mut out);
        assert_eq!(can_decode(codec), out != [7; 4] || codec == Codec::Opus, "{codec}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_octets_at_all_give_as_many_samples_as_they_say(packets in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..80), 1..12)) {
        let mut decoder = OpusDecoder::new();
        for packet in &packets {
            prop_assert_eq!(decoder.decode(packet).len() as u64, opus::timeline_samples(packet));
            decoder.recover(packet, 160);
            decoder.conceal(160);
        }
    }
}

#[test]
fn damaged_speech_never_stops_the_decoder() {
    let payloads = speech(50);
    let mut decoder = OpusDecoder::new();
    let mut seed = 1_u32;
    for round in 0..4_000_usize {
        let mut packet = payloads[round % payloads.len()].clone();
        for _ in 0..round % 5 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = (seed >> 8) as usize % packet.len();
            packet[at] ^= (seed >> 3) as u8;
        }
        packet.truncate(1 + (seed >> 16) as usize % packet.len());
        decoder.decode(&packet);
        if round % 7 == 0 {
            decoder.recover(&packet, 160);
        }
    }
}
