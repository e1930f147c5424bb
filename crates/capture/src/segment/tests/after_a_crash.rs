//! A call goes on as a new segment: after a cut, and after the worker was down.

use super::*;

/// What a restarted worker writes: the call again, with where it stopped.
fn reopened(streams: Vec<StreamSetup>, state: ContinuationState, resumed_at: Duration) -> Entry<'static> {
    let state = ContinuationState { resumed_at_micros: Some(resumed_at.as_micros() as u64), ..state };
    Entry::Opened(Box::new(crate::journal::CallOpened { continuation: Some(state), ..opened(streams) }))
}

#[test]
fn a_restart_continues_by_timestamp_and_lists_the_downtime() {
    let mut first = Desk::two_legs();
    for n in 0..50 {
        first.rtp(0, 0, n, &speech(0, n));
        if n < 49 {
            first.rtp(1, 8, n, &speech(1, n));
        }
    }
    let before = first.seal(SealUntil::LastAudio);
    let covered = 50 * PACKET;
    assert_eq!(before.continuation.covered_until_sample, covered);

    let mut second = Desk::two_legs();
    second.journal.clear();
    let entry = reopened(second.streams.clone(), before.continuation.clone(), at(80));
    second.write(&entry);
    for n in 80..100 {
        // Arrival wanders by up to 15 ms; the RTP clock does not.
        let arrival = at(n) + Duration::from_millis(n * 7 % 15);
        second.rtp_at(0, 0, n, arrival, &speech(0, n));
        second.rtp_at(1, 8, n, arrival, &speech(1, n));
    }
    second.end(100);
    let after = second.seal(SealUntil::CallEnd);
    let numbers: Vec<u32> = before.segments.iter().chain(&after.segments).map(|file| file.number).collect();
    assert_eq!(numbers, [0, 1, 2, 3]);
    for (place, file) in after.segments.iter().enumerate() {
        assert_eq!((file.start_sample, file.samples), (covered, 50 * PACKET));
        let expected: Vec<u8> = (80..100).flat_map(|n| speech(place as u8, n)).collect();
        assert_eq!(row(file, 0)[30 * PACKET as usize..], expected);
        assert_eq!(file.gaps, [gap(place as u8, covered, 30 * PACKET, GapCause::WorkerDown)]);
    }
}

#[test]
fn a_new_source_after_a_restart_stands_at_its_arrival() {
    let mut first = Desk::two_legs();
    (0..50).for_each(|n| first.rtp(0, 0, n, &speech(0, n)));
    let state = first.seal(SealUntil::LastAudio).continuation;
    let state = ContinuationState { anchors: Vec::new(), ..state };
    let mut second = Desk::two_legs();
    second.journal.clear();
    second.write(&reopened(second.streams.clone(), state, at(60)));
    (0..10).for_each(|n| second.rtp_at(0, 0, n, at(70 + n), &speech(0, n)));
    let after = second.seal(SealUntil::LastAudio);
    let caller: Vec<Gap> = after.gaps.iter().copied().filter(|gap| gap.channel == 0).collect();
    assert_eq!(
        caller,
        [
            gap(0, 50 * PACKET, 10 * PACKET, GapCause::WorkerDown),
            gap(0, 60 * PACKET, 10 * PACKET, GapCause::NoMedia)
        ]
    );
}

#[test]
fn a_cut_in_a_long_call_leaves_no_seam() {
    let mut desk = Desk::two_legs();
    for n in 0..1_000 {
        desk.rtp(0, 0, n, &speech(0, n));
        if n != 700 {
            desk.rtp(1, 0, n, &speech(1, n));
        }
    }
    let cut = 600 * PACKET + 33;
    let first = desk.seal(SealUntil::Sample(cut));
    assert_eq!(first.segments[0].samples, cut);
    let stored = SegmentSealed {
        number: 0,
        sealed_at: instant(0),
        continuation: first.continuation.clone(),
        stored: serde_json::Value::Null,
    };
    desk.write(&Entry::SegmentSealed(Box::new(stored)));
    (1_000..1_100).for_each(|n| desk.rtp(0, 0, n, &speech(0, n)));
    desk.end(1_100);
    let second = desk.seal(SealUntil::CallEnd);
    assert_eq!(second.segments[0].number, 1);
    assert_eq!(second.segments[0].start_sample, cut);
    let whole = [row(&first.segments[0], 0), row(&second.segments[0], 0)].concat();
    assert_eq!(whole, (0..1_100).flat_map(|n| speech(0, n)).collect::<Vec<u8>>());
    assert_eq!(
        second.gaps,
        [
            gap(1, 700 * PACKET, PACKET, GapCause::Loss),
            gap(1, 1_000 * PACKET, 100 * PACKET, GapCause::NoMedia)
        ]
    );
}

#[test]
fn what_was_sealed_is_not_held_in_memory() {
    let mut desk = Desk::two_legs();
    (0..2_000).for_each(|n| desk.rtp(0, 0, n, &speech(0, n)));
    let first = desk.seal(SealUntil::LastAudio);
    let stored = SegmentSealed {
        number: 0,
        sealed_at: instant(0),
        continuation: first.continuation,
        stored: serde_json::Value::Null,
    };
    desk.live.take_pending(&mut desk.journal);
    let mut builder = SegmentBuilder::new(MAX_SEGMENT_SAMPLES);
    entries(&desk.journal).for_each(|entry| builder.push(&entry.expect("our journal")));
    let before = builder.octets();
    builder.push(&Entry::SegmentSealed(Box::new(stored)));
    assert!(builder.octets() < before / 3, "{} of {before} octets", builder.octets());
    let nothing = builder.seal(SealUntil::CallEnd);
    assert_eq!((nothing.segments.len(), nothing.gaps.len()), (0, 0), "all of it is sealed already");
}

#[test]
fn a_call_that_never_comes_back_lists_its_downtime_without_a_file() {
    let mut first = Desk::two_legs();
    (0..50).for_each(|n| first.rtp(0, 0, n, &speech(0, n)));
    let state = first.seal(SealUntil::LastAudio).continuation;
    let mut second = Desk::two_legs();
    second.journal.clear();
    second.write(&reopened(second.streams.clone(), state, at(200)));
    second.end(300);
    let after = second.seal(SealUntil::CallEnd);
    assert_eq!(after.segments.len(), 0);
    let caller: Vec<Gap> = after.gaps.iter().copied().filter(|gap| gap.channel == 0).collect();
    assert_eq!(
        caller,
        [
            gap(0, 50 * PACKET, 150 * PACKET, GapCause::WorkerDown),
            gap(0, 200 * PACKET, 100 * PACKET, GapCause::NoMedia)
        ]
    );
}

#[test]
fn the_state_between_segments_is_written_and_read_alike() {
    let mut desk = Desk::two_legs();
    (0..50).for_each(|n| desk.rtp(0, 0, n, &speech(0, n)));
    desk.live.set_on_hold(0, true, at(50));
    let state = desk.seal(SealUntil::LastAudio).continuation;
    assert_eq!(
        (state.streams_on_hold.as_slice(), state.channels.as_slice(), state.channels_begun.as_slice()),
        (&[0][..], &[0, 1][..], &[0][..])
    );
    let text = serde_json::to_string(&state).expect("JSON");
    assert_eq!(serde_json::from_str::<ContinuationState>(&text).expect("JSON"), state);
    assert_eq!(
        serde_json::from_str::<ContinuationState>("{}").expect("all has defaults"),
        ContinuationState::default()
    );
}
