//! The life of a recording as a closed state machine (standards §5).

use crate::closed_list::closed_list;

closed_list! {
    /// Where a recording stands between its first packet and its erasure.
    pub enum RecordingState {
        /// Packets are arriving.
        Recording = "recording",
        /// The call is over; its media is being sealed.
        Sealing = "sealing",
        /// Sealed, on the first tier.
        Primary = "primary",
        /// Sealed, on the second tier.
        Secondary = "secondary",
        /// Its period is over; it waits for destruction.
        Due = "due",
        /// Destruction was committed: the point of no return.
        Destroying = "destroying",
        /// Gone, with its certificate.
        Destroyed = "destroyed",
        /// No media could be kept; the cause is on the row.
        Failed = "failed",
        /// The media did not pass its integrity check.
        Quarantined = "quarantined",
    }
}

closed_list! {
    /// A storage tier of sealed media.
    pub enum Tier {
        /// The first.
        Primary = "primary",
        /// The second, where the policy has one.
        Secondary = "secondary",
    }
}

impl Tier {
    /// The state of a recording that lies on this tier.
    pub const fn state(self) -> RecordingState {
        match self {
            Self::Primary => RecordingState::Primary,
            Self::Secondary => RecordingState::Secondary,
        }
    }
}

/// Something that moves a recording on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transition {
    /// The call ended.
    CallEnded,
    /// Nothing could be kept.
    CaptureFailed,
    /// Every segment was read back equal.
    Sealed,
    /// The date of the second tier was reached and the copy verified.
    TierMoved,
    /// Nothing keeps it any longer: its period is over, its erasure was approved, or the store is full.
    BecameDue {
        /// Holds on the row at that moment.
        active_holds: u32,
    },
    /// The period was lengthened while the recording waited for destruction. (A hold leaves it due, and keeps it.)
    KeptAfterAll {
        /// Where its media lies.
        tier: Tier,
    },
    /// Destruction is committed.
    DestructionCommitted {
        /// Holds on the row at that moment.
        active_holds: u32,
    },
    /// Keys and every version of the media are gone.
    DestructionDone,
    /// The integrity check failed.
    IntegrityBroken,
    /// The integrity check passed again after repair.
    Repaired {
        /// Where its media lies.
        tier: Tier,
    },
}

/// A transition that the state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransitionRefused {
    /// This state has no such way out.
    #[error("a recording in state {from} cannot take {event:?}")]
    NotFromHere {
        /// The state.
        from: RecordingState,
        /// What was asked.
        event: Transition,
    },
    /// Holds keep it.
    #[error("{active_holds} active holds keep this recording")]
    Held {
        /// Holds on the row.
        active_holds: u32,
    },
}

impl RecordingState {
    /// The state after `event`, or why not.
    ///
    /// # Errors
    /// [`TransitionRefused::Held`] when holds keep it; [`TransitionRefused::NotFromHere`] for any other wrong way.
    pub const fn after(self, event: Transition) -> Result<Self, TransitionRefused> {
        use RecordingState as S;
        use Transition as T;
        Ok(match (self, event) {
            (S::Recording, T::CallEnded) => S::Sealing,
            (S::Recording | S::Sealing, T::CaptureFailed) => S::Failed,
            (S::Sealing, T::Sealed) => S::Primary,
            (S::Primary, T::TierMoved) => S::Secondary,
            (S::Primary | S::Secondary | S::Quarantined, T::BecameDue { active_holds: 0 }) => S::Due,
            (S::Due, T::KeptAfterAll { tier }) | (S::Quarantined, T::Repaired { tier }) => tier.state(),
            (S::Due, T::DestructionCommitted { active_holds: 0 }) => S::Destroying,
            (S::Destroying, T::DestructionDone) => S::Destroyed,
            (S::Primary | S::Secondary | S::Due, T::IntegrityBroken) => S::Quarantined,
            (S::Primary | S::Secondary | S::Quarantined, T::BecameDue { active_holds })
            | (S::Due, T::DestructionCommitted { active_holds }) => {
                return Err(TransitionRefused::Held { active_holds });
            }
            (from, event) => return Err(TransitionRefused::NotFromHere { from, event }),
        })
    }

    /// Whether sealed media can be read in this state (due ones only while held: the caller asks [`crate::access::may_use`]).
    pub const fn has_sealed_media(self) -> bool {
        matches!(self, Self::Primary | Self::Secondary | Self::Due)
    }
}

#[cfg(test)]
mod tests;
