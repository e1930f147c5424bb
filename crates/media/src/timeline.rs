//! One channel's packets put onto the recording's timeline: reordered, once each, never overlapping, holes named.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::codec::{Codec, TIMELINE_RATE};
use crate::gap::Gap;

mod holes;
mod placing;
mod source;
mod taken;

/// What a packet of a stream holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameKind {
    /// Audio, to be kept.
    Audio(Codec),
    /// Comfort noise (RFC 3389): the sender says that it is silent.
    ComfortNoise,
    /// A telephone event (RFC 4733): it takes sequence numbers and time, and is no audio. Its clock rate in Hz is what was
    /// negotiated for it; it may differ from that of the audio beside it only on paper (RFC 4733 §2.1).
    TelephoneEvent {
        /// RTP clock rate in Hz.
        clock_rate: u32,
    },
    /// A packet of a video stream: it has a place in time, and no audio.
    Video(Codec),
}

impl FrameKind {
    /// RTP clock rate in Hz (comfort noise runs on the clock of G.711).
    pub const fn clock_rate(self) -> u32 {
        match self {
            Self::Audio(codec) | Self::Video(codec) => codec.clock_rate(),
            Self::ComfortNoise => TIMELINE_RATE,
            Self::TelephoneEvent { clock_rate } => clock_rate,
        }
    }
}

/// One received packet of a channel.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// Which stream of the call it came on; two streams may feed one channel, and may use the same SSRC.
    pub stream: u8,
    /// RTP synchronisation source.
    pub ssrc: u32,
    /// RTP sequence number.
    pub sequence_number: u16,
    /// RTP timestamp.
    pub timestamp: u32,
    /// RTP marker bit.
    pub marker: bool,
    /// What the payload is.
    pub kind: FrameKind,
    /// When it arrived, in samples of the recording's timeline.
    pub arrival_sample: u64,
    /// Samples that its source's clock has been set forward so far, against drift.
    pub slip: u64,
    /// The payload as received.
    pub payload: &'a [u8],
}

impl Frame<'_> {
    /// Samples of audio in it.
    pub fn samples(&self) -> u64 {
        match self.kind {
            FrameKind::Audio(codec) => codec.samples_of(self.payload),
            FrameKind::ComfortNoise | FrameKind::TelephoneEvent { .. } | FrameKind::Video(_) => 0,
        }
    }
}

/// Where a source's clock stood: enough to go on aligning by RTP timestamp after a cut or a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceAnchor {
    /// Stream of the call.
    pub stream: u8,
    /// RTP synchronisation source.
    pub ssrc: u32,
    /// Highest sequence number seen.
    pub sequence_number: u16,
    /// Rate of its clock in Hz; 0 where an earlier release did not say.
    #[serde(default)]
    pub clock_rate: u32,
    /// An RTP timestamp …
    pub timestamp: u32,
    /// … and the sample it stands for, before its clock was set forward against drift.
    pub sample: u64,
    /// Samples that the source's clock ran ahead of arrival of late (drift).
    #[serde(default)]
    pub ahead: i64,
    /// The source had sent comfort noise last: what follows is meant silence.
    #[serde(default)]
    pub silent: bool,
    /// Samples that its clock had been set forward against drift.
    #[serde(default)]
    pub slip: u64,
}

/// What is known about a channel beside its packets.
#[derive(Debug, Clone, Default)]
pub struct ChannelFacts {
    /// Channel of the recording.
    pub channel: u8,
    /// Nothing before this sample is placed: it is sealed already.
    pub start_sample: u64,
    /// Sources known from before `start_sample`.
    pub anchors: Vec<SourceAnchor>,
    /// The channel had packets before `start_sample`: a hole at the front is no late start.
    pub began: bool,
    /// Spans during which the party was on hold.
    pub on_hold: Vec<Range<u64>>,
    /// Spans during which recording was paused.
    pub paused: Vec<Range<u64>>,
    /// Spans during which the worker was down.
    pub worker_down: Vec<Range<u64>>,
    /// Anchors and counts tell how things stood at this sample, whatever has come for later ones; at the end if none is given.
    pub cut_at: Option<u64>,
}

/// Audio at its place; the payload is a received packet's, or of a codec with one octet a sample, a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span<'a> {
    /// First sample on the recording's timeline that it is heard at.
    pub start_sample: u64,
    /// How many samples it is heard for.
    pub samples: u64,
    /// Samples of the payload that come before `start_sample` and are not heard: what is sealed already, or another packet's.
    /// Always 0 for a codec whose payload can be cut.
    pub lead: u64,
    /// Codec of the payload.
    pub codec: Codec,
    /// The octets as received.
    pub payload: &'a [u8],
}

impl Span<'_> {
    /// The first sample after it.
    pub const fn end_sample(&self) -> u64 {
        self.start_sample.saturating_add(self.samples)
    }
}

/// How often something happened while packets were placed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TimelineCounts {
    /// Packets handed in.
    pub frames: u64,
    /// Packets that came twice.
    pub duplicates: u64,
    /// Packets that came after one with a higher sequence number.
    pub reordered: u64,
    /// Packets that never came, by their sequence numbers.
    pub lost: u64,
    /// Samples not kept because the place was taken by another packet.
    pub overlapped_samples: u64,
    /// Samples not kept because they lie before what is sealed already.
    pub late_samples: u64,
    /// Sources (stream and SSRC) beyond the first.
    pub source_changes: u64,
    /// Times a timestamp jumped so far that arrival decided.
    pub re_anchored: u64,
}

/// A channel's timeline.
#[derive(Debug, Clone, Default)]
pub struct Timeline<'a> {
    /// Audio in order of start; never overlapping.
    pub spans: Vec<Span<'a>>,
    /// For each frame handed in, the sample it stands at (audio or not).
    pub placed_at: Vec<u64>,
    /// The sources as they stood at the end, or at the cut.
    pub anchors: Vec<SourceAnchor>,
    /// What happened on the way there.
    pub counts: TimelineCounts,
    points: holes::Points,
    facts: ChannelFacts,
}

impl<'a> Timeline<'a> {
    /// Places `frames` (in order of arrival).
    pub fn assemble(facts: ChannelFacts, frames: &[Frame<'a>]) -> Self {
        let placing::Placed { spans, placed_at, anchors, counts, points } = placing::place(&facts, frames);
        Self { spans, placed_at, anchors, counts, points, facts }
    }

    /// The first sample after the last audio, or the start if there is none.
    pub fn end_of_audio(&self) -> u64 {
        self.spans.last().map_or(self.facts.start_sample, Span::end_sample)
    }

    /// Every run of missing samples from the start to `end_sample`, in order, without meant silence (comfort noise, telephone events).
    pub fn gaps(&self, end_sample: u64) -> Vec<Gap> {
        self.points.gaps(&self.facts, end_sample)
    }
}

#[cfg(test)]
mod tests;
