//! Timelines → media files: where to cut, which channels share a file, and filling it.

use rokuon_media::codec::Codec;
use rokuon_media::file_kind::FileKind;
use rokuon_media::gap::Gap;
use rokuon_media::timeline::{Span, Timeline};
use rokuon_media::wav;
use rokuon_media::waveform::Peaks;

use crate::segment::SegmentFile;

/// A channel, assembled.
pub(super) struct ChannelTimeline<'a> {
    pub channel: u8,
    pub mixed: bool,
    pub timeline: Timeline<'a>,
    pub gaps: Vec<Gap>,
}

/// The files of `[start, end)`, numbered from `first_number`.
pub(super) fn files(
    channels: &[ChannelTimeline<'_>],
    start: u64,
    end: u64,
    max_samples: u64,
    first_number: u32,
) -> Vec<SegmentFile> {
    let mut files = Vec::new();
    let cuts = cuts(channels, start, end, max_samples);
    for (&from, &until) in cuts.iter().zip(cuts.iter().skip(1)) {
        for (codec, together) in share(channels, from, until) {
            let number = first_number.saturating_add(u32::try_from(files.len()).unwrap_or(u32::MAX));
            files.push(file(number, codec, &together, from, until));
        }
    }
    files
}

/// Start, end and everything between where a file must end: a channel's codec changes, or the file would be too long.
fn cuts(channels: &[ChannelTimeline<'_>], start: u64, end: u64, max_samples: u64) -> Vec<u64> {
    if end <= start {
        return Vec::new();
    }
    let mut edges = vec![start, end];
    for channel in channels {
        let spans = &channel.timeline.spans;
        let changes =
            spans.iter().zip(spans.iter().skip(1)).filter(|(before, after)| before.codec != after.codec);
        edges.extend(changes.map(|(_, after)| after.start_sample).filter(|at| (start..end).contains(at)));
    }
    edges.sort_unstable();
    edges.dedup();
    let mut cuts = Vec::with_capacity(edges.len());
    for (&from, &until) in edges.iter().zip(edges.iter().skip(1)) {
        let mut at = from;
        while at < until {
            cuts.push(at);
            at = at.saturating_add(max_samples.max(1));
        }
    }
    cuts.push(end);
    cuts
}

/// Which channels go into one file: caller and called party if their codecs are equal, every other channel alone.
fn share<'c, 'a>(
    channels: &'c [ChannelTimeline<'a>],
    from: u64,
    until: u64,
) -> Vec<(Codec, Vec<&'c ChannelTimeline<'a>>)> {
    let own: Vec<Option<Codec>> =
        channels.iter().map(|channel| codec_in(&channel.timeline, from, until)).collect();
    // A channel that is silent throughout takes the codec of one that is not, so that both share a file.
    let heard = own.iter().flatten().next().copied();
    let mut groups: Vec<(Codec, Vec<&ChannelTimeline<'a>>)> = Vec::new();
    for (channel, own) in channels.iter().zip(own) {
        let spans = &channel.timeline.spans;
        let before = spans.partition_point(|span| span.start_sample < until).checked_sub(1);
        let earlier = || before.and_then(|last| spans.get(last)).map(|span| span.codec);
        let codec = own.or(heard).or_else(earlier).unwrap_or(Codec::Pcmu);
        let pair = groups.iter_mut().find(|(shared, together)| {
            *shared == codec && channel.channel <= 1 && together.iter().all(|other| other.channel <= 1)
        });
        match pair {
            Some((_, together)) => together.push(channel),
            None => groups.push((codec, vec![channel])),
        }
    }
    groups
}

/// The codec of the first audio in a stretch; cuts see to it that there is only one.
fn codec_in(timeline: &Timeline<'_>, from: u64, until: u64) -> Option<Codec> {
    spans_in(&timeline.spans, from, until).first().map(|span| span.codec)
}

fn spans_in<'s, 'a>(spans: &'s [Span<'a>], from: u64, until: u64) -> &'s [Span<'a>] {
    let first = spans.partition_point(|span| span.end_sample() <= from);
    let last = spans.partition_point(|span| span.start_sample < until);
    spans.get(first..last).unwrap_or_default()
}

fn file(number: u32, codec: Codec, together: &[&ChannelTimeline<'_>], from: u64, until: u64) -> SegmentFile {
    let samples = until - from;
    let rows: Vec<Vec<u8>> =
        together.iter().map(|channel| row(&channel.timeline, codec, from, until)).collect();
    let borrowed: Vec<&[u8]> = rows.iter().map(Vec::as_slice).collect();
    let peaks = codec.law().map(|law| Peaks::of_g711(law, &borrowed)).unwrap_or_default();
    SegmentFile {
        number,
        start_sample: from,
        samples,
        channels: together.iter().map(|channel| channel.channel).collect(),
        codec,
        video: None,
        kind: FileKind::Wav,
        mixed: together.iter().any(|channel| channel.mixed),
        peaks,
        file: wav::file(codec, &borrowed),
        gaps: together.iter().flat_map(|channel| within(&channel.gaps, from, until)).collect(),
    }
}

/// A channel's octets in a stretch: as received, and silence between.
fn row(timeline: &Timeline<'_>, codec: Codec, from: u64, until: u64) -> Vec<u8> {
    let mut row = vec![codec.silence_octet().unwrap_or(0); usize::try_from(until - from).unwrap_or(0)];
    for span in spans_in(&timeline.spans, from, until) {
        // One octet is one sample in every codec there is so far.
        let skip = usize::try_from(from.saturating_sub(span.start_sample)).unwrap_or(usize::MAX);
        let payload = span.payload.get(skip..).unwrap_or_default();
        let at = usize::try_from(span.start_sample.saturating_sub(from)).unwrap_or(usize::MAX);
        let room = row.get_mut(at..).unwrap_or_default();
        let len = room.len().min(payload.len());
        if let (Some(room), Some(payload)) = (room.get_mut(..len), payload.get(..len)) {
            room.copy_from_slice(payload);
        }
    }
    row
}

/// The parts of gaps (in order, apart from each other) that lie in a stretch.
fn within(gaps: &[Gap], from: u64, until: u64) -> impl Iterator<Item = Gap> + '_ {
    let first = gaps.partition_point(|gap| gap.end_sample() <= from);
    let here = gaps.iter().skip(first).take_while(move |gap| gap.start_sample < until);
    here.map(move |gap| {
        let start_sample = gap.start_sample.max(from);
        Gap { start_sample, samples: gap.end_sample().min(until) - start_sample, ..*gap }
    })
}
