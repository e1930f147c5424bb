//! Journal entries of a call → media files: both legs on one clock, cut where a codec changes and at a greatest length.

use rokuon_media::codec::{Codec, TIMELINE_RATE};
use rokuon_media::gap::Gap;
use rokuon_media::timeline::TimelineCounts;
use rokuon_media::waveform::Peaks;
use serde::{Deserialize, Serialize};

use crate::journal::Entry;
use crate::segment::continuation::ContinuationState;

pub mod continuation;

/// Longest segment: half an hour of samples.
pub const MAX_SEGMENT_SAMPLES: u64 = 30 * 60 * TIMELINE_RATE as u64;

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
    /// Codec of all its channels.
    pub codec: Codec,
    /// The one channel carries all parties.
    pub mixed: bool,
    /// The file.
    pub wav: Vec<u8>,
    /// What is missing in it, in samples of the recording's timeline.
    pub gaps: Vec<Gap>,
    /// Its waveform.
    pub peaks: Peaks,
}

/// A key pressed during the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TelephoneEvent {
    /// Channel of the recording.
    pub channel: u8,
    /// RFC 4733 event code.
    pub event: u8,
    /// The key, if it is one.
    pub digit: Option<char>,
    /// When it began on the recording's timeline.
    pub start_sample: u64,
    /// How long it lasted.
    pub samples: u64,
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
    /// Keys pressed.
    pub events: Vec<TelephoneEvent>,
    /// Where the next segment begins.
    pub continuation: ContinuationState,
    /// What happened while packets were placed, by channel.
    pub counts: Vec<(u8, TimelineCounts)>,
    /// Packets negotiated in a codec that cannot be filed, by encoding name.
    pub unfiled: Vec<(String, u64)>,
}

/// Gathers a call's entries in order.
#[derive(Debug, Default)]
pub struct SegmentBuilder {
    max_samples: u64,
}

impl SegmentBuilder {
    /// A builder whose segments hold at most `max_samples` (at least one second; usually [`MAX_SEGMENT_SAMPLES`]).
    pub fn new(max_samples: u64) -> Self {
        Self { max_samples: max_samples.max(u64::from(TIMELINE_RATE)) }
    }

    /// Takes the next entry.
    pub fn push(&mut self, entry: &Entry<'_>) {
        let _ = entry;
    }

    /// Builds the files.
    pub fn seal(&self, until: SealUntil) -> Sealing {
        let _ = (until, self.max_samples);
        Sealing::default()
    }
}
