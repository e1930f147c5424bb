//! A call that is sealed in parts is the call that is sealed at once, in every codec.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::codecs::{Sent, any_codec, packets};
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
    // A part without a single octet of media has no file; the gap tells of it.
    let gaps: Vec<&Gap> =
        sealings.iter().flat_map(|sealing| &sealing.gaps).filter(|gap| gap.channel == 0).collect();
    let is_missing = |at| gaps.iter().any(|gap| (gap.start_sample..gap.end_sample()).contains(&at));
    let mut heard: Vec<(u64, Vec<u8>)> = Vec::new();
    for file in files {
        if file.codec.silence_octet().is_some() {
            let octets = (file.start_sample..).zip(row(file, 0)).filter(|(at, _)| !is_missing(*at));
            heard.extend(octets.map(|(at, octet)| (at, vec![octet])));
        } else {
            let placed = packets(file).into_iter();
            heard.extend(placed.map(|(at, payload)| (file.start_sample.saturating_add_signed(at), payload)));
        }
    }
    // A packet over the edge of two files is in both, in the second at its beginning where times below 0 cannot be written.
    heard.dedup_by(|again, first| again.1.len() > 1 && again.1 == first.1);
    heard
}

fn payloads(heard: &[(u64, Vec<u8>)]) -> Vec<&[u8]> {
    heard.iter().map(|(_, payload)| payload.as_slice()).collect()
}

fn missing(sealings: &[Sealing]) -> u64 {
    sealings
        .iter()
        .flat_map(|sealing| &sealing.gaps)
        .filter(|gap| gap.channel == 0)
        .map(|gap| gap.samples)
        .sum()
}

/// Packets, of them lost, doubled, out of order; samples that came late; changes of source, jumps.
fn counted(sealings: &[Sealing]) -> [u64; 7] {
    let counts = sealings.iter().flat_map(|sealing| &sealing.counts).filter(|(channel, _)| *channel == 0);
    counts.fold([0; 7], |sum, (_, of)| {
        let packets = [of.frames, of.lost, of.duplicates, of.reordered];
        let of = [&packets[..], &[of.late_samples, of.source_changes, of.re_anchored]].concat();
        std::array::from_fn(|at| sum[at] + of[at])
    })
}

/// Everything pushed so far is sealed to a sample, and the builder goes on from there.
fn cut(builder: &mut SegmentBuilder, until: u64) -> Sealing {
    let sealing = builder.seal(SealUntil::Sample(until));
    let continuation = sealing.continuation.clone();
    let sealed =
        SegmentSealed { number: 0, sealed_at: instant(0), continuation, stored: serde_json::Value::Null };
    builder.push(&Entry::SegmentSealed(Box::new(sealed)));
    sealing
}

/// What waits at the desk goes to the builder.
fn take(desk: &mut Desk, builder: &mut SegmentBuilder) {
    desk.live.take_pending(&mut desk.journal);
    entries(&desk.journal).for_each(|entry| builder.push(&entry.expect("our journal")));
    desk.journal.clear();
}

/// Speech goes on while a key is held, its packets between those of the key (RFC 4733 §2.5): those tell the time at which it
/// was pressed until it is let go, so that their numbers run ahead of the speech that follows the cut.
#[test]
fn speech_beside_a_key_that_is_held_over_the_cut_is_kept() {
    let run = |cut_at: Option<u64>| {
        let mut desk = Desk::new(vec![any_codec(0)]);
        let mut builder = SegmentBuilder::new(MAX_SEGMENT_SAMPLES);
        let mut number = 0;
        for n in 0..200_u64 {
            let timestamp = (n * PACKET) as u32;
            let mut send = |payload_type, timestamp, payload: &[u8]| {
                let sent =
                    Sent { payload_type, n: number, timestamp, micros: n * 20_000, marker: false, payload };
                desk.send(0, &sent);
                number += 1;
            };
            send(0, timestamp, &speech(0, n));
            if (100..130).contains(&n) {
                let [high, low] = ((n - 99) as u16 * PACKET as u16).to_be_bytes();
                send(101, 100 * PACKET as u32, &[5, 10, high, low]);
            }
        }
        take(&mut desk, &mut builder);
        let mut sealings: Vec<Sealing> = cut_at.map(|at| cut(&mut builder, at)).into_iter().collect();
        sealings.push(builder.seal(SealUntil::LastAudio));
        sealings
    };
    let (whole, parts) = (run(None), run(Some(110 * PACKET + 7)));
    assert_eq!(missing(&whole), 0);
    assert_eq!(missing(&parts), 0);
    assert_eq!(heard(&parts), heard(&whole));
    let keys = |sealings: &[Sealing]| -> Vec<TelephoneEvent> {
        sealings.iter().flat_map(|sealing| sealing.events.clone()).collect()
    };
    assert_eq!(keys(&parts), keys(&whole));
    assert_eq!(keys(&whole).len(), 1);
}

/// The packet that tied the clock stands behind the cut, those that it overtook before it.
#[test]
fn a_cut_within_a_beginning_that_was_overtaken_moves_nothing() {
    let run = |cut_at: Option<u64>| {
        let mut desk = Desk::new(vec![any_codec(0)]);
        let mut builder = SegmentBuilder::new(MAX_SEGMENT_SAMPLES);
        for n in [2, 0, 1].into_iter().chain(3..60) {
            let micros = if n < 2 { 41_000 } else { n * 20_000 };
            let (timestamp, payload) = ((n * PACKET) as u32, speech(0, n));
            desk.send(0, &Sent { payload_type: 0, n, timestamp, micros, marker: false, payload: &payload });
        }
        take(&mut desk, &mut builder);
        let mut sealings: Vec<Sealing> = cut_at.map(|at| cut(&mut builder, at)).into_iter().collect();
        sealings.push(builder.seal(SealUntil::LastAudio));
        sealings
    };
    assert_eq!(heard(&run(Some(1))), heard(&run(None)));
}

/// A leg of 20 ms packets and what a network did to it.
#[derive(Debug, Clone)]
struct Network {
    codec: Codec,
    count: u64,
    /// When each packet arrived (µs) and its number; some never do, some twice.
    arrivals: Vec<(u64, u64)>,
    /// From this packet on it is another source.
    changes_at: u64,
    /// Packets within which it is cut, so many samples after they begin.
    cuts: Vec<u64>,
    off: u64,
}

fn any_network() -> impl Strategy<Value = Network> {
    let codec = prop_oneof![Just(Codec::Pcmu), Just(Codec::G722), Just(Codec::Opus), Just(Codec::G729)];
    let cuts = proptest::collection::vec(prop_oneof![2 => 0..200_u64, 1 => 0..4_u64], 1..4);
    let some = |most| proptest::collection::vec(0..200_u64, 0..most);
    let jitter = proptest::collection::vec(prop_oneof![0..60_u64, 0..150_u64], 1..8);
    let changes_at = prop_oneof![Just(u64::MAX), 0..200_u64, 0..8_u64];
    let off = prop_oneof![Just(0), 0..160_u64];
    (codec, 60..200_u64, (cuts, off), (some(6), some(6)), jitter, -200..200_i64, changes_at).prop_map(
        |(codec, count, (mut cuts, off), (lost, doubled), jitter, drift, changes_at)| {
            let mut arrivals: Vec<(u64, u64)> = (0..count)
                .filter(|n| *n == 0 || !lost.contains(n))
                .flat_map(|n| {
                    let sent = (n * 20_000).saturating_add_signed(n as i64 * drift * 20 / 1_000);
                    let late = |copy: u64| jitter[(n + copy) as usize % jitter.len()] * 1_000;
                    (0..=u64::from(doubled.contains(&n)))
                        .map(|copy| (sent + late(copy), n))
                        .collect::<Vec<_>>()
                })
                .collect();
            // A new source begins when the old one is through.
            let through = arrivals.iter().filter(|(_, n)| *n < changes_at).map(|(at, _)| *at).max();
            for (at, _) in arrivals.iter_mut().filter(|(_, n)| *n >= changes_at) {
                *at = (*at).max(through.unwrap_or(0));
            }
            arrivals.sort_unstable();
            cuts.retain(|cut| *cut < count);
            cuts.sort_unstable();
            cuts.dedup();
            Network { codec, count, arrivals, changes_at, cuts, off }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    // rule: RT2
    #[test]
    fn cut_anywhere_it_is_the_same(network in any_network()) {
        let Network { codec, count, arrivals, changes_at, cuts, off } = &network;
        let ticks = codec.clock_rate() / 50;
        let run = |cuts: &[u64]| -> Vec<Sealing> {
            let mut desk = Desk::new(vec![any_codec(0)]);
            let mut builder = SegmentBuilder::new(MAX_SEGMENT_SAMPLES);
            let (mut sealings, mut cuts) = (Vec::new(), cuts.iter().peekable());
            for &(micros, n) in arrivals {
                let (payload_type, payload) = payload(*codec, n);
                let (ssrc, base) = if n < *changes_at { (0xABCD, 0) } else { (0xBEEF, 1_000_000) };
                let timestamp = 0_u32.wrapping_sub(3 * ticks).wrapping_add(base).wrapping_add(n as u32 * ticks);
                desk.send_as(ssrc, 0, &Sent { payload_type, n, timestamp, micros, marker: false, payload: &payload });
                take(&mut desk, &mut builder);
                // A second later, so that nothing that belongs before the cut is still on its way.
                if let Some(at) = cuts.next_if(|cut| **cut + 50 <= n) {
                    sealings.push(cut(&mut builder, at * PACKET + off));
                }
            }
            sealings.push(builder.seal(SealUntil::LastAudio));
            sealings
        };
        let (whole, parts) = (run(&[]), run(cuts));
        let (in_parts, at_once) = (heard(&parts), heard(&whole));
        prop_assert_eq!(payloads(&in_parts), payloads(&at_once), "{} of {}", codec, count);
        // Packets of one file cannot overlap: where a new source comes a little early, the rest of that file stands later.
        let moved = if changes_at < count && codec.silence_octet().is_none() { PACKET } else { 0 };
        for ((part, _), (whole, _)) in in_parts.iter().zip(&at_once) {
            prop_assert!(part.abs_diff(*whole) <= moved, "{} of {}: {} at {}", codec, count, part, whole);
        }
        prop_assert!(missing(&parts).abs_diff(missing(&whole)) <= moved, "{} of {}", codec, count);
        // The only packet of a source has no clock that could be handed on; after a cut it is counted again, as late.
        let sent = |new: bool| arrivals.iter().map(|(_, n)| *n).filter(|n| (n >= changes_at) == new).collect::<BTreeSet<_>>();
        if [false, true].into_iter().all(|new| sent(new).len() != 1) {
            prop_assert_eq!(counted(&parts), counted(&whole), "{} of {}", codec, count);
        }
    }
}
