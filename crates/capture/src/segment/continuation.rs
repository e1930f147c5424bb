//! Where a recording stood when a segment was cut: all that the next one needs to go on without a seam.

use rokuon_media::drift::DriftFollower;
use rokuon_media::timeline::SourceAnchor;
use serde::{Deserialize, Serialize};

/// The state between two segments.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContinuationState {
    /// Number of the next segment.
    pub next_number: u32,
    /// The next segment begins at this sample.
    pub covered_until_sample: u64,
    /// Arrival of the recording's first packet (sample 0), in microseconds since the call's epoch; `None` before any packet.
    pub origin_micros: Option<u64>,
    /// Clocks of the sources heard so far.
    pub anchors: Vec<SourceAnchor>,
    /// Channels of the recording so far.
    pub channels: Vec<u8>,
    /// Channels that have had audio.
    pub channels_begun: Vec<u8>,
    /// Streams that were on hold.
    pub streams_on_hold: Vec<u8>,
    /// How the sources' clocks stood against the wall.
    pub drift: DriftFollower,
    /// Recording was paused.
    pub paused: bool,
    /// The worker was down from `covered_until_sample` until this time (microseconds since the call's epoch); set by who restarts it.
    pub resumed_at_micros: Option<u64>,
}
