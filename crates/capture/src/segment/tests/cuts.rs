//! A call that is sealed in parts is the call that is sealed at once, in every codec.

use proptest::prelude::*;

use super::codecs::{any_codec, packets};
use super::*;

/// Payload type, codec, and a packet of 20 ms of it.
fn payload(codec: Codec, n: u64) -> (u8, Vec<u8>) {
    match codec {
        Codec::Opus => (111, [&[9 << 3][..], &n.to_be_bytes()].concat()),
        Codec::G729 => (18, [&[7; 12][..], &n.to_be_bytes()].concat()),
        Codec::G722 => (9, speech(0, n)),
        _ => (0, speech(0, n)),
    }
}

/// Everything one leg's files hold, on the recording's timeline: octets where each is a sample, else packets.
fn heard(sealings: &[Sealing]) -> Vec<(u64, Vec<u8>)> {
    let files =
        sealings.iter().flat_map(|sealing| &sealing.segments).filter(|file| file.channels.contains(&0));
    let mut heard: Vec<(u64, Vec<u8>)> = Vec::new();
    for file in files {
        if file.codec.silence_octet().is_some() {
            heard.extend((file.start_sample..).zip(row(file, 0)).map(|(at, octet)| (at, vec![octet])));
        } else {
            let placed = packets(file).into_iter();
            heard.extend(placed.map(|(at, payload)| (file.start_sample.saturating_add_signed(at), payload)));
        }
    }
    // A packet over the edge of two files is in both, in the second at its beginning where times below 0 cannot be written.
    heard.dedup_by(|again, first| again.1.len() > 1 && again.1 == first.1);
    heard
}

fn missing(sealings: &[Sealing]) -> u64 {
    sealings
        .iter()
        .flat_map(|sealing| &sealing.gaps)
        .filter(|gap| gap.channel == 0)
        .map(|gap| gap.samples)
        .sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    // rule: RT2
    #[test]
    fn cut_anywhere_it_is_the_same(codec in 0..4_usize, count in 60..200_u64, cuts in proptest::collection::vec(0..200_u64, 1..4), off in 0..160_u64, lost in proptest::collection::vec(0..200_u64, 0..6), jitter in proptest::collection::vec(0..60_u64, 1..8), drift in -200..200_i64) {
        let codec = [Codec::Pcmu, Codec::G722, Codec::Opus, Codec::G729][codec];
        let ticks = codec.clock_rate() / 50;
        let mut arrivals: Vec<(u64, u64)> = (0..count)
            .filter(|n| *n == 0 || !lost.contains(n))
            .map(|n| ((n * 20_000).saturating_add_signed(n as i64 * drift * 20 / 1_000) + 1_000 * jitter[n as usize % jitter.len()], n))
            .collect();
        arrivals.sort_unstable();
        let mut cuts: Vec<u64> = cuts.into_iter().filter(|cut| *cut < count).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let run = |cuts: &[u64]| -> Vec<Sealing> {
            let mut desk = Desk::new(vec![any_codec(0)]);
            let mut builder = SegmentBuilder::new(MAX_SEGMENT_SAMPLES);
            let (mut sealings, mut cuts) = (Vec::new(), cuts.iter().peekable());
            let take = |desk: &mut Desk, builder: &mut SegmentBuilder| {
                desk.live.take_pending(&mut desk.journal);
                entries(&desk.journal).for_each(|entry| builder.push(&entry.expect("our journal")));
                desk.journal.clear();
            };
            for (micros, n) in &arrivals {
                let (payload_type, payload) = payload(codec, *n);
                let timestamp = 0_u32.wrapping_sub(3 * ticks).wrapping_add(*n as u32 * ticks);
                let sent = super::codecs::Sent { payload_type, n: *n, timestamp, micros: *micros, marker: false, payload: &payload };
                desk.send(0, &sent);
                take(&mut desk, &mut builder);
                // A second later, so that nothing that belongs before the cut is still on its way.
                if cuts.next_if(|cut| **cut + 50 <= *n).is_some() {
                    let sealing = builder.seal(SealUntil::Sample((n - 50) * PACKET + off));
                    let sealed = SegmentSealed { number: 0, sealed_at: instant(0), continuation: sealing.continuation.clone(), stored: serde_json::Value::Null };
                    builder.push(&Entry::SegmentSealed(Box::new(sealed)));
                    sealings.push(sealing);
                }
            }
            sealings.push(builder.seal(SealUntil::LastAudio));
            sealings
        };
        let (whole, parts) = (run(&[]), run(&cuts));
        prop_assert_eq!(heard(&parts), heard(&whole), "{}", codec);
        prop_assert_eq!(missing(&parts), missing(&whole), "{}", codec);
    }
}
