//! Whose voice stands on which channel.

use super::*;

fn on(index: u8, channel: Option<u8>) -> StreamSetup {
    StreamSetup { channel, ..setup(index, None, true) }
}

fn channels_of(streams: Vec<StreamSetup>) -> Vec<(Vec<u8>, bool)> {
    let indexes: Vec<u8> = streams.iter().map(|setup| setup.index).collect();
    let mut desk = Desk::new(streams);
    for n in 0..5 {
        indexes.iter().for_each(|index| desk.rtp(*index, 0, n, &speech(*index, n)));
    }
    desk.seal(SealUntil::LastAudio).segments.into_iter().map(|file| (file.channels, file.mixed)).collect()
}

#[test]
fn signalling_decides_and_what_it_leaves_open_takes_what_is_free() {
    for (case, streams, expected) in [
        ("as told", vec![on(0, Some(1)), on(1, Some(0))], vec![(vec![0, 1], false)]),
        ("nothing told", vec![on(0, None), on(1, None)], vec![(vec![0, 1], false)]),
        ("one told", vec![on(0, None), on(1, Some(0))], vec![(vec![0, 1], false)]),
        ("one stream, not told", vec![on(0, None)], vec![(vec![0], true)]),
        ("one stream, told", vec![on(0, Some(1))], vec![(vec![1], false)]),
        ("one mixed stream", vec![StreamSetup { mixed: true, ..on(0, Some(0)) }], vec![(vec![0], true)]),
        (
            "two and a mix",
            vec![on(0, Some(0)), on(1, Some(1)), on(2, None)],
            vec![(vec![0, 1], false), (vec![2], false)],
        ),
    ] {
        assert_eq!(channels_of(streams), expected, "{case}");
    }
}

#[test]
fn metadata_proved_later_turns_the_channels() {
    let mut desk = Desk::new(vec![on(0, None), on(1, None)]);
    for n in 0..5 {
        desk.rtp(0, 0, n, &speech(0, n));
        desk.rtp(1, 0, n, &speech(1, n));
    }
    desk.update(vec![on(0, Some(1)), on(1, Some(0))]);
    (5..10).for_each(|n| desk.rtp(0, 0, n, &speech(0, n)));
    let sealing = desk.seal(SealUntil::LastAudio);
    assert_eq!(row(&sealing.segments[0], 1), (0..10).flat_map(|n| speech(0, n)).collect::<Vec<u8>>());
}

#[test]
fn a_stream_that_moves_to_another_m_line_stays_on_its_channel() {
    let mut desk = Desk::new(vec![on(0, Some(0)), on(1, Some(1))]);
    (0..5).for_each(|n| desk.rtp(1, 0, n, &speech(1, n)));
    desk.update(vec![on(0, Some(0)), StreamSetup { payload_types: vec![], ..on(1, None) }, on(2, Some(1))]);
    (5..10).for_each(|n| desk.rtp(2, 0, n, &speech(1, n)));
    let sealing = desk.seal(SealUntil::LastAudio);
    assert_eq!(sealing.segments[0].channels, [0, 1], "a refused line that has sent takes no one's place");
    let told: Vec<Vec<u8>> = sealing.segments.iter().map(|file| file.channels.clone()).collect();
    assert!(told.len() <= 2, "{told:?}");
}

#[test]
fn one_payload_number_may_mean_something_else_after_an_offer() {
    let with = |kind| StreamSetup {
        payload_types: vec![(96, crate::stream::PayloadKind::Audio(kind))],
        ..on(0, Some(0))
    };
    let mut desk = Desk::new(vec![with(Codec::Pcmu)]);
    (0..5).for_each(|n| desk.rtp(0, 96, n, &speech(0, n)));
    desk.update(vec![with(Codec::Pcma)]);
    (5..10).for_each(|n| desk.rtp(0, 96, n, &speech(0, n)));
    let sealing = desk.seal(SealUntil::LastAudio);
    let told: Vec<(u64, Codec)> =
        sealing.segments.iter().map(|file| (file.start_sample, file.codec)).collect();
    assert_eq!(told, [(0, Codec::Pcmu), (5 * PACKET, Codec::Pcma)]);
}
