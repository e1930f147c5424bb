//! How a call that should be recorded ended: sealed, sealed with gaps, or failed with a cause; exactly one of them.

use rokuon_media::codec::TIMELINE_RATE;
use rokuon_media::gap::{Gap, GapCause};
use serde::{Deserialize, Serialize};

/// Silence that nobody announced counts from this length on (one second): legs never begin and end in the same millisecond.
pub const NOTABLE_SILENCE_SAMPLES: u64 = TIMELINE_RATE as u64;

/// The end of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", content = "cause", rename_all = "snake_case")]
pub enum Outcome {
    /// Everything that was sent is kept.
    Sealed,
    /// Something is missing and listed.
    SealedWithGaps,
    /// There is no audio.
    Failed(FailureCause),
}

/// Why there is no audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureCause {
    /// No packet was ever accepted.
    NoMedia,
    /// Packets came, but in no codec that can be filed.
    UnfiledCodec,
    /// The spool of the call could not be read.
    SpoolUnreadable,
    /// The call was ended by signalling before any media could flow.
    NotEstablished,
}

impl FailureCause {
    /// The name used in JSON and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoMedia => "no_media",
            Self::UnfiledCodec => "unfiled_codec",
            Self::SpoolUnreadable => "spool_unreadable",
            Self::NotEstablished => "not_established",
        }
    }
}

impl Outcome {
    /// The outcome of a recording from all its gaps, whether it has any segment, and how many packets could not be filed.
    ///
    /// Failed: there is no segment. With gaps: at least one gap is notable ([`is_notable`]), or packets could not be filed.
    pub fn judge(has_audio: bool, gaps: &[Gap], unfiled_packets: u64) -> Self {
        match (has_audio, unfiled_packets) {
            (false, 0) => Self::Failed(FailureCause::NoMedia),
            (false, _) => Self::Failed(FailureCause::UnfiledCodec),
            (true, 0) if !gaps.iter().any(is_notable) => Self::Sealed,
            (true, _) => Self::SealedWithGaps,
        }
    }

    /// The name used in JSON and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sealed => "sealed",
            Self::SealedWithGaps => "sealed_with_gaps",
            Self::Failed(_) => "failed",
        }
    }

    /// The cause of a failure.
    pub const fn cause(self) -> Option<FailureCause> {
        match self {
            Self::Failed(cause) => Some(cause),
            Self::Sealed | Self::SealedWithGaps => None,
        }
    }
}

/// Whether a gap is worth a person's attention: every loss and every downtime; unannounced silence of a second or more,
/// also at the front; never silence that signalling announced, nor a pause that somebody entitled to it made.
pub const fn is_notable(gap: &Gap) -> bool {
    match gap.cause {
        GapCause::Loss | GapCause::WorkerDown => true,
        GapCause::NoMedia | GapCause::LateStart => gap.samples >= NOTABLE_SILENCE_SAMPLES,
        GapCause::OnHold | GapCause::Paused => false,
    }
}

/// What a list shows of a recording's gaps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapSummary {
    /// Gaps worth attention.
    pub notable: u32,
    /// Samples during which at least one channel lost audio (loss or downtime); where both did, they count once.
    pub lost_samples: u64,
}

impl GapSummary {
    /// The summary of all gaps of a recording.
    pub fn of(gaps: &[Gap]) -> Self {
        let mut lost: Vec<&Gap> =
            gaps.iter().filter(|gap| matches!(gap.cause, GapCause::Loss | GapCause::WorkerDown)).collect();
        lost.sort_unstable_by_key(|gap| gap.start_sample);
        let (mut covered, mut lost_samples) = (0, 0);
        for gap in lost {
            lost_samples += gap.end_sample().saturating_sub(gap.start_sample.max(covered));
            covered = covered.max(gap.end_sample());
        }
        Self {
            notable: u32::try_from(gaps.iter().filter(|gap| is_notable(gap)).count()).unwrap_or(u32::MAX),
            lost_samples,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap(channel: u8, start_sample: u64, samples: u64, cause: GapCause) -> Gap {
        Gap { channel, start_sample, samples, cause }
    }

    #[test]
    fn each_call_has_exactly_one_outcome() {
        let hairline = gap(1, 0, 90, GapCause::LateStart);
        let silence = gap(1, 0, 8_000, GapCause::NoMedia);
        let loss = gap(0, 160, 160, GapCause::Loss);
        let on_hold = gap(0, 0, 800_000, GapCause::OnHold);
        for (has_audio, gaps, unfiled, expected) in [
            (true, vec![], 0, Outcome::Sealed),
            (true, vec![hairline, on_hold], 0, Outcome::Sealed),
            (true, vec![hairline, loss], 0, Outcome::SealedWithGaps),
            (true, vec![silence], 0, Outcome::SealedWithGaps),
            (true, vec![], 3, Outcome::SealedWithGaps),
            (false, vec![], 0, Outcome::Failed(FailureCause::NoMedia)),
            (false, vec![], 3, Outcome::Failed(FailureCause::UnfiledCodec)),
        ] {
            assert_eq!(Outcome::judge(has_audio, &gaps, unfiled), expected, "{has_audio} {gaps:?} {unfiled}");
        }
    }

    #[test]
    fn time_lost_on_both_channels_counts_once() {
        let gaps = [
            gap(0, 1_000, 500, GapCause::Loss),
            gap(1, 1_200, 800, GapCause::WorkerDown),
            gap(1, 100, 50, GapCause::Loss),
            gap(0, 5_000, 80_000, GapCause::OnHold),
        ];
        assert_eq!(GapSummary::of(&gaps), GapSummary { notable: 3, lost_samples: 1_050 });
    }

    #[test]
    fn an_outcome_is_written_with_its_cause() {
        let json =
            serde_json::to_string(&Outcome::Failed(FailureCause::NoMedia)).expect("an enum of words is JSON");
        assert_eq!(json, r#"{"outcome":"failed","cause":"no_media"}"#);
    }
}
