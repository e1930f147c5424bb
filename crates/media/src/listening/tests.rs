//! Any range of the rendition is the slice of the whole.

#![allow(clippy::indexing_slicing)]

use proptest::prelude::*;

use super::*;
use crate::wav;

/// A segment and its media file.
type Stored = (RenditionSegment, Vec<u8>);

fn stored(number: u32, start_sample: u64, codec: Codec, rows: &[(u8, &[u8])]) -> Stored {
    let payloads: Vec<&[u8]> = rows.iter().map(|(_, row)| *row).collect();
    let samples = payloads.iter().map(|row| row.len()).max().unwrap_or(0) as u64;
    let channels = rows.iter().map(|(channel, _)| *channel).collect();
    let kind = FileKind::Wav;
    (RenditionSegment { number, start_sample, samples, channels, codec, kind }, wav::file(codec, &payloads))
}

fn rendition(stored: &[Stored], total: u64) -> ListeningRendition {
    ListeningRendition::new(stored.iter().map(|(segment, _)| segment.clone()).collect(), total)
}

/// Renders a range as a server would: plan, fetch exactly what is named, render.
fn heard(rendition: &ListeningRendition, stored: &[Stored], range: Range<u64>) -> Vec<u8> {
    let heads: Vec<(u32, FileHead)> = stored
        .iter()
        .filter_map(|(segment, file)| Some((segment.number, FileHead::parse(segment.kind, file)?)))
        .collect();
    let mut out = Vec::new();
    let mut at = range.start;
    for piece in rendition.plan(range) {
        assert_eq!(piece.output.start, at, "pieces follow each other");
        at = piece.output.end;
        let fetched: Vec<Fetched<'_>> = piece
            .needs
            .iter()
            .map(|need| {
                let (_, file) = stored
                    .iter()
                    .find(|(segment, _)| segment.number == need.segment)
                    .expect("a segment of ours");
                let (head, range) = match &need.media {
                    Wanted::Octets(range) => (None, range.clone()),
                    Wanted::Blocks(blocks) => {
                        let head = &heads.iter().find(|(number, _)| *number == need.segment).expect("read").1;
                        (Some(head), head.octets_of(blocks.clone()))
                    }
                };
                let octets = &file[range.start as usize..range.end as usize];
                Fetched { segment: need.segment, head, media_start: range.start, octets }
            })
            .collect();
        rendition.render(&piece, &fetched, &mut out).expect("all was fetched");
    }
    out
}

/// What each side should hear, sample by sample, told in the plainest way.
fn expected(stored: &[Stored], total: u64) -> Vec<u8> {
    let mut whole = pcm16_header(2, total).to_vec();
    let mut ordered: Vec<&Stored> = stored.iter().collect();
    ordered.sort_by_key(|(segment, _)| (segment.start_sample, segment.number));
    for sample in 0..total {
        for side in 0..2_u8 {
            let source = ordered.iter().find_map(|(segment, file)| {
                let place = segment.channels.iter().position(|channel| *channel == side)?;
                let offset =
                    sample.checked_sub(segment.start_sample).filter(|offset| *offset < segment.samples)?;
                let octet = file[HEADER_LEN + offset as usize * segment.channels.len() + place];
                Some(g711::decode(segment.codec.law().expect("G.711"), octet))
            });
            whole.extend_from_slice(&source.unwrap_or(0).to_le_bytes());
        }
    }
    whole
}

#[test]
fn a_recording_of_one_channel_is_heard_on_both_sides() {
    let stored = [stored(0, 2, Codec::Pcma, &[(1, &[0x2A, 0xAA])])];
    let rendition = rendition(&stored, 5);
    let whole = heard(&rendition, &stored, 0..u64::MAX);
    assert_eq!(whole.len() as u64, rendition.len_bytes());
    let (low, high) = ((-32_256_i16).to_le_bytes(), 32_256_i16.to_le_bytes());
    assert_eq!(whole[44..], [[0; 4].as_slice(), &[0; 4], &low, &low, &high, &high, &[0; 4]].concat());
}

#[test]
fn an_hour_is_planned_without_fetching_more_than_a_window() {
    let segments = (0..2).map(|number| RenditionSegment {
        number,
        start_sample: u64::from(number) * 14_400_000,
        samples: 14_400_000,
        channels: vec![0, 1],
        codec: Codec::Pcmu,
        kind: FileKind::Wav,
    });
    let rendition = ListeningRendition::new(segments.collect(), 0);
    assert_eq!(rendition.len_bytes(), 44 + 28_800_000 * 4);
    let window = 44 + 14_400_000 * 4 - 32_768..44 + 14_400_000 * 4 + 32_768;
    let pieces = rendition.plan(window);
    assert_eq!(pieces.len(), 2);
    assert_eq!(
        pieces[0].needs,
        [Need { segment: 0, media: Wanted::Octets(58 + 28_800_000 - 16_384..58 + 28_800_000) }]
    );
    assert_eq!(pieces[1].needs, [Need { segment: 1, media: Wanted::Octets(58..58 + 16_384) }]);
}

#[test]
fn bytes_that_were_not_fetched_are_an_error_and_nothing_is_written() {
    let stored = [stored(7, 0, Codec::Pcmu, &[(0, &[1, 2, 3]), (1, &[4, 5, 6])])];
    let rendition = rendition(&stored, 3);
    let pieces = rendition.plan(44..56);
    let mut out = vec![9];
    for fetched in [
        vec![],
        vec![Fetched { segment: 7, head: None, media_start: 58, octets: &[0; 5] }],
        vec![Fetched { segment: 7, head: None, media_start: 59, octets: &[0; 9] }],
    ] {
        assert_eq!(rendition.render(&pieces[0], &fetched, &mut out), Err(MissingMedia { segment: 7 }));
    }
    assert_eq!(out, [9]);
}

#[test]
fn an_empty_or_distant_range_has_no_pieces() {
    let rendition = rendition(&[], 10);
    for range in [0..0, 5..5, 84..90, 1_000..2_000, std::ops::Range { start: 9, end: 3 }] {
        assert_eq!(rendition.plan(range.clone()), [], "{range:?}");
    }
}

/// Two legs of Opus as they are kept, three segments of seconds each; and G.722 beside them.
fn packet_codecs() -> Vec<Stored> {
    let payloads: Vec<Vec<u8>> = crate::decode::tests::speech(400);
    let opus = |number: u32, start_sample: u64, channel: u8, kind: FileKind, range: Range<usize>| {
        let packets: Vec<TimedPacket<'_>> = payloads[range.clone()]
            .iter()
            .enumerate()
            .filter(|(n, _)| n % 50 != 20)
            .map(|(n, payload)| TimedPacket { at: n as i64 * 160 - 37, payload })
            .collect();
        let samples = range.len() as u64 * 160 - 37;
        let file = if kind == FileKind::Ogg {
            crate::ogg_opus::file(number, &packets, samples)
        } else {
            let sound = crate::matroska::SoundTrack { codec: Codec::Opus, packets };
            crate::matroska::layout::file(Some(&sound), None, samples)
        };
        (
            RenditionSegment {
                number,
                start_sample,
                samples,
                channels: vec![channel],
                codec: Codec::Opus,
                kind,
            },
            file,
        )
    };
    let wide: Vec<u8> = (0..40_000_u32).map(|n| (n * n / 7) as u8 | 0x20).collect();
    vec![
        opus(0, 500, 0, FileKind::Ogg, 0..250),
        opus(1, 41_000, 0, FileKind::WebM, 250..400),
        stored(2, 100, Codec::G722, &[(1, &wide)]),
    ]
}

#[test]
fn any_range_of_packets_sounds_like_the_whole() {
    let stored = packet_codecs();
    let rendition = rendition(&stored, 0);
    let whole = heard(&rendition, &stored, 0..rendition.len_bytes());
    assert_eq!(whole.len() as u64, rendition.len_bytes());
    assert!(
        whole.chunks_exact(4).filter(|frame| frame[1] != 0 || frame[3] != 0).count() > 30_000,
        "it is heard"
    );
    let end = rendition.len_bytes();
    for from in (0..end).step_by(20_011) {
        for len in [1, 3, 44, 4_096, 65_536] {
            let until = (from + len).min(end);
            assert!(
                heard(&rendition, &stored, from..until) == whole[from as usize..until as usize],
                "{from} {len}"
            );
        }
    }
}

#[test]
fn what_has_no_decoder_is_an_error_and_never_silence() {
    let segment = RenditionSegment {
        number: 0,
        start_sample: 0,
        samples: 80,
        channels: vec![0],
        codec: Codec::G729,
        kind: FileKind::Matroska,
    };
    let payload = [1; 10];
    let sound = crate::matroska::SoundTrack {
        codec: Codec::G729,
        packets: vec![TimedPacket { at: 0, payload: &payload }],
    };
    let file = crate::matroska::layout::file(Some(&sound), None, 80);
    let head = FileHead::parse(FileKind::Matroska, &file).expect("ours");
    let rendition = ListeningRendition::new(vec![segment], 0);
    let piece = rendition.plan(44..48).remove(0);
    let fetched = [Fetched { segment: 0, head: Some(&head), media_start: 0, octets: &file }];
    assert_eq!(rendition.render(&piece, &fetched, &mut Vec::new()), Err(MissingMedia { segment: 0 }));
}

fn any_stored() -> impl Strategy<Value = Vec<Stored>> {
    let channels =
        prop_oneof![Just(vec![0_u8, 1]), Just(vec![0]), Just(vec![1]), Just(vec![1, 0]), Just(vec![2])];
    let one = (0..150_u64, channels, 0..2_usize, proptest::collection::vec(any::<u8>(), 0..200));
    proptest::collection::vec(one, 0..6).prop_map(|parts| {
        let numbered = parts.into_iter().enumerate();
        numbered
            .map(|(number, (start, channels, law, octets))| {
                let rows: Vec<(u8, &[u8])> =
                    channels.iter().map(|channel| (*channel, octets.as_slice())).collect();
                stored(u32::try_from(number).expect("few"), start, Codec::ALL[law], &rows)
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn any_range_equals_the_slice_of_the_whole(stored in any_stored(), total in 0..300_u64, from in 0..1_500_u64, len in 0..400_u64) {
        let rendition = rendition(&stored, total);
        let whole = heard(&rendition, &stored, 0..rendition.len_bytes());
        let channels: std::collections::BTreeSet<u8> = stored.iter().flat_map(|(segment, _)| segment.channels.clone()).collect();
        if channels.len() > 1 || channels.is_empty() {
            prop_assert_eq!(&whole, &expected(&stored, rendition.total_samples()));
        }
        let end = (from + len).min(rendition.len_bytes());
        let slice = whole.get(from as usize..end as usize).unwrap_or_default();
        prop_assert_eq!(heard(&rendition, &stored, from..from + len), slice);
    }
}
