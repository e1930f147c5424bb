//! Whatever a network does within its bounds, the timeline is the one that was sent; whatever else comes, it stays a timeline.

use proptest::prelude::*;

use super::*;

/// One packet sent: is it lost, how often does it come, and how late each time (less than 200 ms).
fn any_fate() -> impl Strategy<Value = Vec<u64>> {
    prop_oneof![
        6 => proptest::collection::vec(0..1_500_u64, 1),
        1 => Just(Vec::new()),
        1 => proptest::collection::vec(0..1_500_u64, 2..4),
    ]
}

fn any_frame() -> impl Strategy<Value = (u8, u32, u16, u32, bool, u8, u64, Vec<u8>)> {
    let near = prop_oneof![0..4_000_u32, any::<u32>()];
    (
        0..2_u8,
        0..3_u32,
        any::<u16>(),
        near,
        any::<bool>(),
        0..4_u8,
        0..4_000_u64,
        proptest::collection::vec(any::<u8>(), 0..40),
    )
}

proptest! {
    // req: O-5.2
    // rule: RT2
    // rule: RT6
    #[test]
    fn shuffled_doubled_and_lost_packets_give_what_was_sent(
        fates in proptest::collection::vec(any_fate(), 3..60),
        first_number: u16,
        first_timestamp: u32,
        seed: u8,
    ) {
        let sent: Vec<Vec<u8>> = (0..fates.len()).map(|n| (0..PACKET).map(|at| seed.wrapping_mul(31).wrapping_add((n as u64 * 7 + at) as u8)).collect()).collect();
        let mut frames: Vec<Frame<'_>> = Vec::new();
        for (n, fate) in fates.iter().enumerate() {
            frames.extend(fate.iter().map(|delay| Frame {
                sequence_number: first_number.wrapping_add(n as u16),
                timestamp: first_timestamp.wrapping_add(n as u32 * PACKET as u32),
                arrival_sample: n as u64 * PACKET + delay,
                ..frame(0, &sent[n])
            }));
        }
        frames.sort_by_key(|frame| frame.arrival_sample);
        let came: Vec<u64> = (0..fates.len() as u64).filter(|n| !fates[*n as usize].is_empty()).collect();
        let Some((&first, &last)) = came.first().zip(came.last()) else { return Ok(()) };
        let begin = frames[0].arrival_sample;
        let end = begin + (last + 1 - first) * PACKET;

        let timeline = Timeline::assemble(facts(), &frames);

        let mut expected = vec![0xFF; end as usize];
        for n in &came {
            let at = (begin + (n - first) * PACKET) as usize;
            expected[at..at + PACKET as usize].copy_from_slice(&sent[*n as usize]);
        }
        prop_assert_eq!(octets(&timeline), expected);
        let mut gaps: Vec<Gap> = if begin > 0 { vec![gap(0, begin, GapCause::LateStart)] } else { Vec::new() };
        for pair in came.windows(2).filter(|pair| pair[1] > pair[0] + 1) {
            gaps.push(gap(begin + (pair[0] + 1 - first) * PACKET, (pair[1] - pair[0] - 1) * PACKET, GapCause::Loss));
        }
        prop_assert_eq!(timeline.gaps(end), gaps);
        prop_assert_eq!(timeline.counts.duplicates, (frames.len() - came.len()) as u64);
        prop_assert_eq!(timeline.counts.lost, last + 1 - first - came.len() as u64);
    }

    #[test]
    fn cutting_anywhere_and_going_on_gives_the_same_audio(count in 4..40_u64, cut_at in 0..7_000_u64, lost in 0..40_u64) {
        let sent = payloads(count as usize);
        let frames: Vec<Frame<'_>> = (0..count).filter(|n| *n != lost).map(|n| frame(n, &sent[n as usize])).collect();
        let whole = Timeline::assemble(facts(), &frames);
        let end = whole.end_of_audio();
        let cut = cut_at.min(end);
        let resumed = ChannelFacts { start_sample: cut, anchors: whole.anchors.clone(), began: cut > 0, ..facts() };
        let rest = Timeline::assemble(resumed, &frames);
        let tail = octets(&rest);
        let from = (cut as usize).min(tail.len());
        prop_assert_eq!(&tail[from..], &octets(&whole)[from..]);
        let total = |gaps: Vec<Gap>| gaps.iter().map(|gap| gap.samples).sum::<u64>();
        prop_assert_eq!(total(whole.gaps(cut)) + total(rest.gaps(end)), total(whole.gaps(end)));
    }

    #[test]
    fn anything_at_all_makes_a_timeline_without_overlap(parts in proptest::collection::vec(any_frame(), 0..80), floor in 0..500_u64, down in 0..3_000_u64) {
        let frames: Vec<Frame<'_>> = parts.iter().map(|(stream, ssrc, number, timestamp, marker, kind, arrival, payload)| Frame {
            stream: *stream,
            ssrc: *ssrc,
            sequence_number: *number,
            timestamp: *timestamp,
            marker: *marker,
            kind: match kind { 0 => FrameKind::Audio(Codec::Pcmu), 1 => FrameKind::Audio(Codec::Pcma), 2 => FrameKind::ComfortNoise, _ => FrameKind::TelephoneEvent { clock_rate: 8_000 } },
            arrival_sample: *arrival,
            slip: 0,
            payload,
        }).collect();
        let facts = ChannelFacts { start_sample: floor, began: floor > 100, worker_down: span(floor, down), on_hold: span(400, 900), ..facts() };
        let timeline = Timeline::assemble(facts, &frames);
        let end = timeline.end_of_audio();
        let mut covered: Vec<(u64, u64)> = timeline.spans.iter().map(|span| (span.start_sample, span.end_sample())).collect();
        covered.extend(timeline.gaps(end + 500).iter().map(|gap| (gap.start_sample, gap.end_sample())));
        covered.sort_unstable();
        prop_assert!(covered.windows(2).all(|pair| pair[0].1 <= pair[1].0), "audio and gaps never share a sample");
        prop_assert!(covered.iter().all(|(from, until)| *from >= floor && from < until));
    }
}
