//! Timelines → media files: where to cut, which channels share a file, and filling it.

use std::collections::BTreeMap;

use rokuon_media::block_index::TimedPacket;
use rokuon_media::codec::Codec;
use rokuon_media::decode::{can_decode, decode};
use rokuon_media::file_kind::FileKind;
use rokuon_media::gap::Gap;
use rokuon_media::matroska::{self, PictureTrack, SoundTrack};
use rokuon_media::ogg_opus;
use rokuon_media::timeline::{Span, Timeline};
use rokuon_media::wav;
use rokuon_media::waveform::Peaks;

use crate::segment::SegmentFile;
use crate::segment::pictures::ChannelPictures;

/// A channel, assembled.
pub(super) struct ChannelTimeline<'a> {
    pub channel: u8,
    pub mixed: bool,
    pub timeline: Timeline<'a>,
    pub pictures: ChannelPictures<'a>,
    pub gaps: Vec<Gap>,
}

/// The files of `[start, end)`, numbered from `first_number`; and how many pictures of a codec cannot be shown.
pub(super) fn files(
    channels: &[ChannelTimeline<'_>],
    start: u64,
    end: u64,
    max_samples: u64,
    first_number: u32,
) -> (Vec<SegmentFile>, BTreeMap<Codec, u64>) {
    let (mut files, mut unshown) = (Vec::new(), BTreeMap::new());
    let cuts = cuts(channels, start, end, max_samples);
    for (&from, &until) in cuts.iter().zip(cuts.iter().skip(1)) {
        let stretch = |files: &Vec<SegmentFile>| Stretch {
            number: first_number.saturating_add(u32::try_from(files.len()).unwrap_or(u32::MAX)),
            from,
            until,
        };
        for channel in channels {
            let Some(pictures) = channel.pictures.in_stretch(from, until) else { continue };
            *unshown.entry(pictures.track.codec).or_insert(0) += pictures.broken + pictures.unshowable;
            files.push(stretch(&files).film(channel, &pictures.track));
        }
        for (codec, together) in share(channels, from, until) {
            files.push(stretch(&files).sound(codec, &together));
        }
    }
    unshown.retain(|_, count| *count > 0);
    (files, unshown)
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

/// Which channels go into one file: caller and called party if both are of one G.711 law, every other channel alone.
/// What has pictures has a file already.
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
        if channel.pictures.any_in(from, until) {
            continue;
        }
        let spans = &channel.timeline.spans;
        let before = spans.partition_point(|span| span.start_sample < until).checked_sub(1);
        let earlier = || before.and_then(|last| spans.get(last)).map(|span| span.codec);
        let codec = own.or(heard).or_else(earlier).unwrap_or(Codec::Pcmu);
        let pair = groups.iter_mut().find(|(shared, together)| {
            *shared == codec
                && codec.law().is_some()
                && channel.channel <= 1
                && together.iter().all(|other| other.channel <= 1)
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

/// A stretch of the timeline that becomes one file.
struct Stretch {
    number: u32,
    from: u64,
    until: u64,
}

impl Stretch {
    fn sound(&self, codec: Codec, together: &[&ChannelTimeline<'_>]) -> SegmentFile {
        let samples = self.until - self.from;
        let (file, peaks) = if codec.silence_octet().is_some() {
            let rows: Vec<Vec<u8>> =
                together.iter().map(|channel| row(&channel.timeline, codec, self.from, self.until)).collect();
            let rows: Vec<&[u8]> = rows.iter().map(Vec::as_slice).collect();
            let decoded = || {
                rows.iter().map(|row| self.decoded(codec, &[TimedPacket { at: 0, payload: row }])).collect()
            };
            let peaks = codec.law().map_or_else(|| peaks(decoded()), |law| Peaks::of_g711(law, &rows));
            (wav::file(codec, &rows), peaks)
        } else {
            // Such a file has one channel.
            let packets = together.first().map(|channel| self.packets(channel, codec)).unwrap_or_default();
            let heard = can_decode(codec).then(|| self.decoded(codec, &packets));
            let file = if codec == Codec::Opus {
                ogg_opus::file(self.number.wrapping_add(1), &packets, samples)
            } else {
                matroska::layout::file(Some(&SoundTrack { codec, packets }), None, samples)
            };
            (file, peaks(heard.into_iter().collect()))
        };
        self.segment(codec, None, together, file, peaks)
    }

    fn film(&self, channel: &ChannelTimeline<'_>, pictures: &PictureTrack) -> SegmentFile {
        let sound = codec_in(&channel.timeline, self.from, self.until)
            .map(|codec| SoundTrack { codec, packets: self.packets(channel, codec) });
        let file = matroska::layout::file(sound.as_ref(), Some(pictures), self.until - self.from);
        let heard = sound.as_ref().filter(|sound| can_decode(sound.codec));
        let peaks = peaks(heard.map(|sound| self.decoded(sound.codec, &sound.packets)).into_iter().collect());
        let codec = sound.map_or(pictures.codec, |sound| sound.codec);
        self.segment(codec, Some(pictures.codec), &[channel], file, peaks)
    }

    fn segment(
        &self,
        codec: Codec,
        video: Option<Codec>,
        together: &[&ChannelTimeline<'_>],
        file: Vec<u8>,
        peaks: Peaks,
    ) -> SegmentFile {
        let sound = Some(codec).filter(|codec| !codec.is_video());
        SegmentFile {
            number: self.number,
            start_sample: self.from,
            samples: self.until - self.from,
            channels: together.iter().map(|channel| channel.channel).collect(),
            codec,
            video,
            mixed: together.iter().any(|channel| channel.mixed),
            file,
            kind: FileKind::of(sound, video),
            gaps: together.iter().flat_map(|channel| within(&channel.gaps, self.from, self.until)).collect(),
            peaks,
        }
    }

    /// The packets of a channel that are heard in the stretch, at their times in it.
    fn packets<'a>(&self, channel: &ChannelTimeline<'a>, codec: Codec) -> Vec<TimedPacket<'a>> {
        let spans = spans_in(&channel.timeline.spans, self.from, self.until);
        let packet = |span: &Span<'a>| {
            let begin =
                i64::try_from(span.start_sample).unwrap_or(i64::MAX).saturating_sub_unsigned(span.lead);
            TimedPacket { at: begin.saturating_sub_unsigned(self.from), payload: span.payload }
        };
        spans.iter().filter(|span| span.codec == codec).map(packet).collect()
    }

    fn decoded(&self, codec: Codec, packets: &[TimedPacket<'_>]) -> Vec<i16> {
        let mut heard = vec![0; usize::try_from(self.until - self.from).unwrap_or(0)];
        decode(codec, packets, 0, &mut heard);
        heard
    }
}

/// The waveform of what was decoded; of no channel where there is no decoder, which is not the same as silence.
fn peaks(channels: Vec<Vec<i16>>) -> Peaks {
    Peaks::of_samples(&channels.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// A channel's octets in a stretch: as received, and silence between.
fn row(timeline: &Timeline<'_>, codec: Codec, from: u64, until: u64) -> Vec<u8> {
    let mut row = vec![codec.silence_octet().unwrap_or(0); usize::try_from(until - from).unwrap_or(0)];
    for span in spans_in(&timeline.spans, from, until) {
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
