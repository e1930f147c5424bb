//! A run of samples that a recording does not hold, and why.

use serde::{Deserialize, Serialize};

/// Why samples are missing from a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapCause {
    /// Packets were sent (their sequence numbers were used) and never reached us.
    Loss,
    /// The party was on hold by signalling.
    OnHold,
    /// Nothing was sent, and nothing said that this was meant.
    NoMedia,
    /// The worker was down.
    WorkerDown,
    /// The leg began later than the recording.
    LateStart,
    /// Recording was paused by somebody who may.
    Paused,
}

impl GapCause {
    /// Every cause.
    pub const ALL: [Self; 6] =
        [Self::Loss, Self::OnHold, Self::NoMedia, Self::WorkerDown, Self::LateStart, Self::Paused];

    /// The name used in JSON and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::OnHold => "on_hold",
            Self::NoMedia => "no_media",
            Self::WorkerDown => "worker_down",
            Self::LateStart => "late_start",
            Self::Paused => "paused",
        }
    }
}

/// Samples `[start_sample, start_sample + samples)` of one channel are silence because nothing is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Gap {
    /// 0 = left = caller, 1 = right = called party.
    pub channel: u8,
    /// First missing sample on the recording's timeline (8,000 Hz).
    pub start_sample: u64,
    /// How many samples are missing; never 0.
    pub samples: u64,
    /// Why.
    pub cause: GapCause,
}

impl Gap {
    /// The first sample after the gap.
    pub const fn end_sample(&self) -> u64 {
        self.start_sample.saturating_add(self.samples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_spelled_alike_in_json_and_in_code() {
        for cause in GapCause::ALL {
            let gap = Gap { channel: 1, start_sample: 3, samples: 4, cause };
            assert_eq!(gap.end_sample(), 7);
            assert!(!cause.as_str().contains(char::is_uppercase));
        }
    }
}
