//! Journal entries of a call → media files: both legs on one clock, cut where a codec changes and at a greatest length.

use std::collections::BTreeMap;
use std::ops::Range;

use rokuon_media::codec::{Codec, TIMELINE_RATE};
use rokuon_media::file_kind::FileKind;
use rokuon_media::gap::Gap;
use rokuon_media::telephone_event::TelephoneEventPayload;
use rokuon_media::timeline::{ChannelFacts, Frame, FrameKind, SourceAnchor, Timeline, TimelineCounts};
use rokuon_media::waveform::Peaks;
use serde::{Deserialize, Serialize};

use crate::journal::Entry;
use crate::segment::continuation::ContinuationState;
use crate::segment::cut::ChannelTimeline;
use crate::segment::gather::{ChannelStreams, Gathered};
use crate::segment::pictures::ChannelPictures;

pub mod continuation;
mod cut;
mod gather;
mod pictures;

/// Longest segment: half an hour of samples.
pub const MAX_SEGMENT_SAMPLES: u64 = 30 * 60 * TIMELINE_RATE as u64;

/// A call that ends this soon after its last audio ends with it: the goodbye takes its time on the wire (one second).
const HANG_UP_SAMPLES: u64 = TIMELINE_RATE as u64;

/// One media file, ready to be sealed.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentFile {
    /// Its number in the recording.
    pub number: u32,
    /// First sample on the recording's timeline.
    pub start_sample: u64,
    /// Samples a channel; never 0.
    pub samples: u64,
    /// Channel of the recording at each place of the file.
    pub channels: Vec<u8>,
    /// Codec of all its channels; that of the pictures where there is no sound beside them.
    pub codec: Codec,
    /// Codec of the pictures, if there are any.
    pub video: Option<Codec>,
    /// The one channel carries all parties.
    pub mixed: bool,
    /// The file.
    pub file: Vec<u8>,
    /// What kind of file it is.
    pub kind: FileKind,
    /// What is missing in it, in samples of the recording's timeline.
    pub gaps: Vec<Gap>,
    /// Its waveform.
    pub peaks: Peaks,
}

impl SegmentFile {
    /// Media type of the file.
    pub const fn media_type(&self) -> &'static str {
        self.kind.media_type(self.video.is_some())
    }
}

/// A key pressed during the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TelephoneEvent {
    /// Channel of the recording.
    pub channel: u8,
    /// RFC 4733 event code. Absent: masked, see [`Self::masked`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<u8>,
    /// The key, if it is one.
    pub digit: Option<char>,
    /// When it began on the recording's timeline.
    pub start_sample: u64,
    /// How long it lasted.
    pub samples: u64,
}

impl TelephoneEvent {
    /// That something was pressed, when and for how long, but not what: keys are mostly numbers nobody else should learn.
    pub const fn masked(self) -> Self {
        Self { event: None, digit: None, ..self }
    }
}

/// How far to seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealUntil {
    /// To the end of the call: the `Ended` entry, or the last audio where there is none.
    CallEnd,
    /// To the last audio received: after a crash, when the call may go on.
    LastAudio,
    /// To this sample, leaving what comes after it for the next segment.
    Sample(u64),
}

/// What sealing yields.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sealing {
    /// The files, in order of their numbers.
    pub segments: Vec<SegmentFile>,
    /// Everything missing in the stretch, also where there is no file because there was no audio at all; not split at the
    /// files' edges as [`SegmentFile::gaps`] is.
    pub gaps: Vec<Gap>,
    /// Keys pressed.
    pub events: Vec<TelephoneEvent>,
    /// Where the next segment begins.
    pub continuation: ContinuationState,
    /// What happened while packets were placed, by channel.
    pub counts: Vec<(u8, TimelineCounts)>,
    /// Packets negotiated in a codec that cannot be filed, by encoding name.
    pub unfiled: Vec<(String, u64)>,
}

/// Gathers a call's entries in order and builds the media files of what is not sealed yet.
///
/// It holds the payload of all packets pushed (about 8 kB a second and stream), so it lives only while a call is sealed.
#[derive(Debug, Default)]
pub struct SegmentBuilder {
    max_samples: u64,
    gathered: Gathered,
}

impl SegmentBuilder {
    /// A builder whose segments hold at most `max_samples` (at least one second; usually [`MAX_SEGMENT_SAMPLES`]).
    pub fn new(max_samples: u64) -> Self {
        Self { max_samples: max_samples.max(u64::from(TIMELINE_RATE)), gathered: Gathered::default() }
    }

    /// Takes the next entry of the call.
    pub fn push(&mut self, entry: &Entry<'_>) {
        self.gathered.push(entry);
    }

    /// The sample of a time in microseconds after the call's epoch.
    pub fn sample_of(&self, micros: u64) -> u64 {
        self.gathered.sample_of(micros)
    }

    /// Octets of memory held, roughly.
    pub const fn octets(&self) -> usize {
        self.gathered.octets()
    }

    /// Builds the files from where the last seal stopped.
    pub fn seal(&self, until: SealUntil) -> Sealing {
        let start = &self.gathered.start;
        let from = start.covered_until_sample;
        let cut_at = match until {
            SealUntil::Sample(sample) => Some(sample.max(from)),
            SealUntil::CallEnd | SealUntil::LastAudio => None,
        };
        let streams = self.gathered.channels();
        let frames: Vec<Vec<Frame<'_>>> =
            streams.iter().map(|channel| self.gathered.frames(&channel.streams, false)).collect();
        let mut channels: Vec<ChannelTimeline<'_>> = streams
            .iter()
            .zip(&frames)
            .map(|(channel, frames)| self.assemble(channel, frames, cut_at))
            .collect();
        let heard = channels.iter().filter(|channel| !channel.timeline.spans.is_empty());
        let heard = heard.map(|channel| channel.timeline.end_of_audio());
        let seen = channels.iter().filter_map(|channel| channel.pictures.end());
        let last_media = heard.chain(seen).max();
        let end = self.end(until, last_media).max(from);
        for channel in &mut channels {
            channel.gaps = channel.timeline.gaps(end);
        }
        let anything = channels.iter().any(|channel| {
            channel.timeline.spans.iter().any(|span| span.start_sample < end)
                || channel.pictures.any_in(from, end)
        });
        // Without a single octet of media there is nothing to file; the gaps tell of the stretch.
        let (segments, unshown) = if anything {
            cut::files(&channels, from, end, self.max_samples, start.next_number)
        } else {
            (Vec::new(), BTreeMap::new())
        };
        let mut gaps: Vec<Gap> = if self.gathered.start.origin_micros.is_some() {
            channels.iter().flat_map(|channel| channel.gaps.iter().copied()).collect()
        } else {
            Vec::new()
        };
        gaps.sort_unstable_by_key(|gap| (gap.start_sample, gap.channel));
        let mut events: Vec<TelephoneEvent> = channels
            .iter()
            .zip(&frames)
            .flat_map(|(channel, frames)| events(channel, frames, from..end))
            .collect();
        events.sort_unstable_by_key(|event| (event.start_sample, event.channel));
        // What has come for later samples is left to the next part, and counted there.
        let anchors = channels.iter().flat_map(|channel| channel.timeline.anchors.iter().copied()).collect();
        let counts = channels.iter().map(|channel| (channel.channel, channel.timeline.counts)).collect();
        let continuation = self.continuation(&channels, &streams, anchors, end, segments.len());
        let mut unfiled = self.gathered.unfiled(from..cut_at.unwrap_or(u64::MAX));
        unfiled.extend(unshown.into_iter().map(|(codec, count)| (format!("{codec} pictures"), count)));
        let unfiled = unfiled.into_iter().collect();
        Sealing { segments, gaps, events, continuation, counts, unfiled }
    }

    fn assemble<'a>(
        &'a self,
        channel: &ChannelStreams,
        frames: &[Frame<'a>],
        cut_at: Option<u64>,
    ) -> ChannelTimeline<'a> {
        let start = &self.gathered.start;
        let from = start.covered_until_sample;
        let anchors = start.anchors.iter().filter(|anchor| channel.streams.contains(&anchor.stream));
        let down = start.resumed_at_micros.map(|resumed| from..self.gathered.sample_of(resumed));
        let facts = ChannelFacts {
            channel: channel.channel,
            start_sample: from,
            anchors: anchors.copied().collect(),
            began: start.channels_begun.contains(&channel.channel),
            on_hold: self.gathered.on_hold(&channel.streams),
            paused: self.gathered.paused(),
            worker_down: down.into_iter().collect(),
            cut_at,
        };
        let pictures = ChannelPictures::new(facts.clone(), &self.gathered.frames(&channel.streams, true));
        let timeline = Timeline::assemble(facts, frames);
        ChannelTimeline {
            channel: channel.channel,
            mixed: channel.mixed,
            timeline,
            pictures,
            gaps: Vec::new(),
        }
    }

    fn end(&self, until: SealUntil, last_media: Option<u64>) -> u64 {
        let last = last_media.unwrap_or(self.gathered.start.covered_until_sample);
        match (until, self.gathered.ended_at_micros) {
            (SealUntil::Sample(sample), _) => sample,
            (SealUntil::CallEnd, Some(ended)) => {
                let ended = self.gathered.sample_of(ended);
                if ended > last.saturating_add(HANG_UP_SAMPLES) { ended } else { last }
            }
            (SealUntil::CallEnd, None) | (SealUntil::LastAudio, _) => last,
        }
    }

    fn continuation(
        &self,
        channels: &[ChannelTimeline<'_>],
        streams: &[ChannelStreams],
        anchors: Vec<SourceAnchor>,
        end: u64,
        files: usize,
    ) -> ContinuationState {
        let start = &self.gathered.start;
        let mut begun = start.channels_begun.clone();
        let now = channels
            .iter()
            .filter(|channel| channel.timeline.spans.first().is_some_and(|span| span.start_sample < end));
        begun.extend(now.map(|channel| channel.channel));
        begun.sort_unstable();
        begun.dedup();
        ContinuationState {
            next_number: start.next_number.saturating_add(u32::try_from(files).unwrap_or(u32::MAX)),
            covered_until_sample: end,
            origin_micros: start.origin_micros,
            anchors,
            channels: streams.iter().map(|channel| channel.channel).collect(),
            channels_begun: begun,
            streams_on_hold: self.gathered.streams_on_hold(),
            paused: self.gathered.is_paused(),
            drift: self.gathered.drift.clone(),
            // A cut within downtime leaves the rest of it to the next part.
            resumed_at_micros: start
                .resumed_at_micros
                .filter(|resumed| self.gathered.sample_of(*resumed) > end),
        }
    }
}

/// The telephone events of a channel that began in `within`: the packets of one event share its timestamp (RFC 4733 §2.5.1.1).
fn events(channel: &ChannelTimeline<'_>, frames: &[Frame<'_>], within: Range<u64>) -> Vec<TelephoneEvent> {
    let mut events: BTreeMap<(u8, u32, u32), TelephoneEvent> = BTreeMap::new();
    for (frame, &start_sample) in frames.iter().zip(&channel.timeline.placed_at) {
        let FrameKind::TelephoneEvent { clock_rate } = frame.kind else { continue };
        if !within.contains(&start_sample) {
            continue;
        }
        let Some(payload) = TelephoneEventPayload::parse(frame.payload) else { continue };
        let event = events.entry((frame.stream, frame.ssrc, frame.timestamp)).or_insert(TelephoneEvent {
            channel: channel.channel,
            event: Some(payload.event),
            digit: payload.digit(),
            start_sample,
            samples: 0,
        });
        let lasted = u64::from(payload.duration) * u64::from(TIMELINE_RATE) / u64::from(clock_rate.max(1));
        event.samples = event.samples.max(lasted);
    }
    events.into_values().collect()
}

#[cfg(test)]
mod tests;
