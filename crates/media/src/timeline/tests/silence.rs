//! Which silence is a gap, and of what cause.

use super::*;

fn quiet(n: u64, kind: FrameKind) -> Frame<'static> {
    Frame { kind, ..frame(n, &[]) }
}

#[test]
fn comfort_noise_makes_silence_that_is_no_gap() {
    let payloads = payloads(20);
    let mut frames: Vec<Frame<'_>> = (0..5).map(|n| frame(n, &payloads[n as usize])).collect();
    // One comfort noise packet stands for ten packets of silence; numbers go on without a hole.
    frames.push(quiet(5, FrameKind::ComfortNoise));
    frames.extend((15..20).map(|n| Frame {
        sequence_number: frame(n - 9, &[]).sequence_number,
        ..frame(n, &payloads[n as usize])
    }));
    let timeline = Timeline::assemble(facts(), &frames);
    assert_eq!(timeline.gaps(20 * PACKET), []);
    // With a number missing the hole is a loss from the comfort noise on.
    frames.remove(6);
    let timeline = Timeline::assemble(facts(), &frames);
    assert_eq!(timeline.gaps(20 * PACKET), [gap(5 * PACKET, 11 * PACKET, GapCause::Loss)]);
}

#[test]
fn a_talkspurt_after_meant_silence_is_told_by_its_marker() {
    let payloads = payloads(4);
    let later = |n: u64, marker| Frame {
        marker,
        timestamp: frame(n + 30, &[]).timestamp,
        arrival_sample: (n + 30) * PACKET,
        ..frame(n, &payloads[n as usize])
    };
    for (marker, expected) in [(true, vec![]), (false, vec![gap(2 * PACKET, 30 * PACKET, GapCause::NoMedia)])]
    {
        let frames = [frame(0, &payloads[0]), frame(1, &payloads[1]), later(2, marker), later(3, false)];
        let timeline = Timeline::assemble(facts(), &frames);
        assert_eq!(timeline.gaps(34 * PACKET), expected, "marker {marker}");
    }
}

#[test]
fn a_digit_takes_time_and_numbers_and_is_no_loss() {
    let payloads = payloads(12);
    let digit = |n: u64| Frame {
        timestamp: frame(4, &[]).timestamp,
        ..quiet(n, FrameKind::TelephoneEvent { clock_rate: 8_000 })
    };
    let frames: Vec<Frame<'_>> = (0..12)
        .map(|n| if (4..9).contains(&n) { digit(n) } else { frame(n, &payloads[n as usize]) })
        .collect();
    let timeline = Timeline::assemble(facts(), &frames);
    assert_eq!(timeline.gaps(12 * PACKET), []);
    assert_eq!(timeline.placed_at[6], 4 * PACKET);
}

#[test]
fn on_hold_explains_silence_and_splits_what_it_does_not_cover() {
    let payloads = payloads(2);
    let after = Frame { sequence_number: frame(1, &[]).sequence_number, ..frame(100, &payloads[1]) };
    let also = Frame { sequence_number: frame(2, &[]).sequence_number, ..frame(101, &payloads[1]) };
    let held = ChannelFacts { on_hold: span(320, 15_000), ..facts() };
    let timeline = Timeline::assemble(held, &[frame(0, &payloads[0]), after, also]);
    assert_eq!(
        timeline.gaps(102 * PACKET),
        [
            gap(160, 160, GapCause::NoMedia),
            gap(320, 14_680, GapCause::OnHold),
            gap(15_000, 1_000, GapCause::NoMedia)
        ]
    );
}

#[test]
fn the_end_of_a_leg_that_stops_early_is_named() {
    let payloads = payloads(2);
    let timeline = Timeline::assemble(facts(), &[frame(0, &payloads[0]), frame(1, &payloads[1])]);
    assert_eq!(timeline.gaps(8_000), [gap(320, 7_680, GapCause::NoMedia)]);
    assert_eq!(Timeline::assemble(facts(), &[]).gaps(50), [gap(0, 50, GapCause::NoMedia)]);
}

#[test]
fn an_outage_of_minutes_is_a_loss_to_its_end() {
    let payloads = payloads(4);
    let frames = [
        frame(0, &payloads[0]),
        frame(1, &payloads[1]),
        frame(9_000, &payloads[2]),
        frame(9_001, &payloads[3]),
    ];
    let timeline = Timeline::assemble(facts(), &frames);
    assert_eq!(timeline.gaps(9_002 * PACKET), [gap(320, 8_998 * PACKET, GapCause::Loss)]);
}
