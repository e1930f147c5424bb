//! Packets out, delayed, doubled, lost; and the timeline they make.

#![allow(clippy::indexing_slicing)]

use super::*;
use crate::gap::GapCause;

mod any_network;
mod silence;

const PACKET: u64 = 160;

/// A frame of 160 octets of value `octet`, number `n` of a stream that began at sequence 65,530 and timestamp 2^32 - 480
/// (so that both wrap soon), arriving on time.
fn frame(n: u64, payload: &[u8]) -> Frame<'_> {
    Frame {
        stream: 0,
        ssrc: 7,
        sequence_number: 65_530_u16.wrapping_add(n as u16),
        timestamp: 0_u32.wrapping_sub(480).wrapping_add((n * PACKET) as u32),
        marker: n == 0,
        kind: FrameKind::Audio(Codec::Pcmu),
        arrival_sample: n * PACKET,
        slip: 0,
        payload,
    }
}

/// One span.
fn span(from: u64, until: u64) -> Vec<Range<u64>> {
    std::iter::once(from..until).collect()
}

fn payloads(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|n| vec![n as u8; PACKET as usize]).collect()
}

fn facts() -> ChannelFacts {
    ChannelFacts { channel: 1, ..ChannelFacts::default() }
}

/// The timeline as octets up to its end, with 0xFF where nothing lies.
fn octets(timeline: &Timeline<'_>) -> Vec<u8> {
    let mut octets = vec![0xFF; timeline.end_of_audio() as usize];
    let mut end = 0;
    for span in &timeline.spans {
        assert!(span.start_sample >= end, "spans overlap");
        end = span.end_sample();
        octets[span.start_sample as usize..end as usize].copy_from_slice(span.payload);
    }
    octets
}

fn gap(start_sample: u64, samples: u64, cause: GapCause) -> Gap {
    Gap { channel: 1, start_sample, samples, cause }
}

// rule: RT2
#[test]
fn wraps_of_sequence_and_timestamp_leave_no_seam() {
    let payloads = payloads(12);
    let frames: Vec<Frame<'_>> =
        payloads.iter().enumerate().map(|(n, payload)| frame(n as u64, payload)).collect();
    let timeline = Timeline::assemble(facts(), &frames);
    assert_eq!(octets(&timeline), payloads.concat());
    assert_eq!(timeline.gaps(12 * PACKET), []);
    assert_eq!((timeline.counts.lost, timeline.counts.reordered), (0, 0));
}

// rule: RT3
// rule: RT6
#[test]
fn packets_out_of_order_from_the_first_on_are_put_right_once_each() {
    let payloads = payloads(8);
    let order = [2, 0, 1, 1, 5, 4, 3, 7, 6, 2];
    let frames: Vec<Frame<'_>> = order
        .iter()
        .enumerate()
        .map(|(slot, &n)| Frame {
            arrival_sample: 400 + slot as u64 * PACKET,
            ..frame(n, &payloads[n as usize])
        })
        .collect();
    let timeline = Timeline::assemble(facts(), &frames);
    assert_eq!(octets(&timeline)[400..], payloads.concat());
    assert_eq!(timeline.counts.duplicates, 2);
    assert_eq!(timeline.gaps(400 + 8 * PACKET), [gap(0, 400, GapCause::LateStart)]);
}

// rule: RT6
#[test]
fn the_only_packet_of_a_source_is_kept_once_however_often_it_comes() {
    let payload = [5; PACKET as usize];
    let again = Frame { arrival_sample: PACKET, ..frame(0, &payload) };
    let timeline = Timeline::assemble(facts(), &[frame(0, &payload), again]);
    assert_eq!(octets(&timeline), payload);
    assert_eq!(timeline.counts.duplicates, 1);
}

// rule: RT4, SR14
#[test]
fn a_new_ssrc_goes_on_on_the_same_channel_at_its_arrival() {
    let payloads = payloads(6);
    let frames: Vec<Frame<'_>> = (0..6)
        .map(|n| {
            let old = frame(n, &payloads[n as usize]);
            if n < 3 {
                old
            } else {
                Frame {
                    ssrc: 99,
                    sequence_number: 9 + n as u16,
                    timestamp: n as u32 * 160,
                    arrival_sample: n * PACKET + 40,
                    ..old
                }
            }
        })
        .collect();
    let timeline = Timeline::assemble(facts(), &frames);
    assert_eq!(octets(&timeline).len() as u64, 6 * PACKET + 40);
    assert_eq!(timeline.gaps(6 * PACKET + 40), [gap(480, 40, GapCause::NoMedia)]);
    assert_eq!(timeline.counts.source_changes, 1);
}

#[test]
fn a_new_ssrc_that_comes_a_little_early_loses_nothing() {
    let payloads = payloads(6);
    let early =
        |n: u64| Frame { ssrc: 99, arrival_sample: n * PACKET - 90, ..frame(n, &payloads[n as usize]) };
    let frames: Vec<Frame<'_>> =
        (0..6).map(|n| if n < 3 { frame(n, &payloads[n as usize]) } else { early(n) }).collect();
    let timeline = Timeline::assemble(facts(), &frames);
    assert_eq!(octets(&timeline), payloads.concat());
    assert_eq!(timeline.counts.overlapped_samples, 0);
}

// rule: RT4
#[test]
fn two_streams_with_one_ssrc_are_two_sources() {
    let payloads = payloads(4);
    let second = |n: u64| Frame {
        stream: 1,
        timestamp: 5,
        sequence_number: 5,
        arrival_sample: 640,
        ..frame(n, &payloads[n as usize])
    };
    let frames = [frame(0, &payloads[0]), frame(1, &payloads[1]), second(2)];
    let timeline = Timeline::assemble(facts(), &frames);
    assert_eq!(timeline.spans.iter().map(|span| span.start_sample).collect::<Vec<_>>(), [0, 160, 640]);
}

// rule: RT11
#[test]
fn a_codec_change_keeps_the_timeline() {
    let payloads = payloads(4);
    let law = |n: u64| if n < 2 { Codec::Pcmu } else { Codec::Pcma };
    let frames: Vec<Frame<'_>> =
        (0..4).map(|n| Frame { kind: FrameKind::Audio(law(n)), ..frame(n, &payloads[n as usize]) }).collect();
    let timeline = Timeline::assemble(facts(), &frames);
    assert_eq!(octets(&timeline), payloads.concat());
    assert_eq!(
        timeline.spans.iter().map(|span| span.codec).collect::<Vec<_>>(),
        [Codec::Pcmu, Codec::Pcmu, Codec::Pcma, Codec::Pcma]
    );
}

#[test]
fn a_jump_of_the_timestamp_is_followed_by_arrival_and_stragglers_find_their_place() {
    let payloads = payloads(8);
    let jumped = |n: u64| Frame { timestamp: 1_000_000 + n as u32 * 160, ..frame(n, &payloads[n as usize]) };
    let order = [0, 1, 3, 4, 2, 5, 6, 7];
    let frames: Vec<Frame<'_>> = order
        .iter()
        .enumerate()
        .map(|(slot, &n)| Frame {
            arrival_sample: slot as u64 * PACKET,
            ..if n < 4 { frame(n, &payloads[n as usize]) } else { jumped(n) }
        })
        .collect();
    let timeline = Timeline::assemble(facts(), &frames);
    assert_eq!(octets(&timeline), payloads.concat());
    assert_eq!(timeline.counts.re_anchored, 1);
}

#[test]
fn one_packet_with_a_wild_timestamp_moves_no_clock() {
    let payloads = payloads(6);
    for wild in [0x7000_0000, 0x9000_0000, 40_000_000] {
        let frames: Vec<Frame<'_>> = (0..6)
            .map(|n| Frame {
                timestamp: frame(n, &[]).timestamp.wrapping_add(if n == 3 { wild } else { 0 }),
                ..frame(n, &payloads[n as usize])
            })
            .collect();
        let timeline = Timeline::assemble(facts(), &frames);
        assert_eq!(octets(&timeline), payloads.concat(), "it takes the place where it arrived");
        assert_eq!(timeline.counts.re_anchored, 0);
    }
}

#[test]
fn a_fast_clock_loses_nothing_and_is_no_jump() {
    // 160 samples every 19.2 ms: four per cent fast, so that three seconds are reached soon.
    let payloads = payloads(8_000);
    let frames: Vec<Frame<'_>> =
        (0..8_000).map(|n| Frame { arrival_sample: n * 154, ..frame(n, &payloads[n as usize]) }).collect();
    let timeline = Timeline::assemble(facts(), &frames);
    assert!(octets(&timeline) == payloads.concat());
    assert_eq!((timeline.counts.overlapped_samples, timeline.counts.re_anchored), (0, 0));
    // Cut when it is seconds ahead: the next segment still knows the clock.
    let half = Timeline::assemble(facts(), &frames[..6_000]);
    let from = half.end_of_audio();
    let rest = Timeline::assemble(
        ChannelFacts { start_sample: from, anchors: half.anchors, began: true, ..facts() },
        &frames[6_000..],
    );
    assert!(octets(&rest)[from as usize..] == payloads[6_000..].concat());
    assert_eq!(rest.counts.re_anchored, 0);
}

#[test]
fn a_stray_source_never_takes_the_place_of_a_proven_one() {
    let payloads = payloads(6);
    let stray = [0xEE; 400];
    let mut frames: Vec<Frame<'_>> = (0..6).map(|n| frame(n, &payloads[n as usize])).collect();
    frames.insert(2, Frame { ssrc: 1, arrival_sample: 300, ..frame(40, &stray) });
    let timeline = Timeline::assemble(facts(), &frames);
    assert_eq!(octets(&timeline), payloads.concat());
    assert_eq!(timeline.counts.overlapped_samples, 400);
}

#[test]
fn timestamps_that_stand_still_still_give_audio() {
    let payloads = payloads(100);
    let frames: Vec<Frame<'_>> =
        (0..100).map(|n| Frame { timestamp: 5, ..frame(n, &payloads[n as usize]) }).collect();
    let timeline = Timeline::assemble(facts(), &frames);
    assert_eq!(octets(&timeline), payloads.concat());
}

#[test]
fn a_restart_goes_on_by_timestamp_and_names_the_downtime() {
    let payloads = payloads(60);
    let all: Vec<Frame<'_>> = (0..60).map(|n| frame(n, &payloads[n as usize])).collect();
    let before = Timeline::assemble(facts(), &all[..20]);
    let from = before.end_of_audio();
    // 25 packets went by unheard; the first after them is delayed by 30 samples and one more is lost.
    let mut after: Vec<Frame<'_>> = all[45..].to_vec();
    after[0].arrival_sample += 30;
    after.remove(5);
    let resumed = ChannelFacts {
        start_sample: from,
        anchors: before.anchors.clone(),
        began: true,
        worker_down: span(from, 44 * PACKET),
        ..facts()
    };
    let timeline = Timeline::assemble(resumed, &after);
    assert_eq!(timeline.spans[0].start_sample, 45 * PACKET);
    assert_eq!(
        timeline.gaps(60 * PACKET),
        [
            gap(from, 24 * PACKET, GapCause::WorkerDown),
            gap(44 * PACKET, PACKET, GapCause::Loss),
            gap(50 * PACKET, PACKET, GapCause::Loss)
        ]
    );
}

#[test]
fn what_is_sealed_is_not_placed_again() {
    let payloads = payloads(10);
    let frames: Vec<Frame<'_>> = (0..10).map(|n| frame(n, &payloads[n as usize])).collect();
    let whole = Timeline::assemble(facts(), &frames);
    let cut = 5 * PACKET + 70;
    let rest = Timeline::assemble(
        ChannelFacts { start_sample: cut, anchors: whole.anchors, began: true, ..facts() },
        &frames[2..],
    );
    assert_eq!(octets(&rest)[cut as usize..], payloads.concat()[cut as usize..]);
    assert_eq!(rest.counts.late_samples, 3 * PACKET + 70);
    assert_eq!(rest.gaps(10 * PACKET), []);
}
