//! Recording by hand: what people can order of a live call, and what follows for its capture (TK-4).

use serde::Serialize;

use crate::announcement::AnnouncementStatus;
use crate::closed_list::closed_list;
use crate::recording_scope::RecordingStart;

closed_list! {
    /// What somebody orders of a recording while its call goes on.
    pub enum CaptureOrder {
        /// Begin to take sound.
        Start = "start",
        /// Take none for a while; the stretch becomes a gap of the recording.
        Pause = "pause",
        /// Go on after a pause.
        Resume = "resume",
        /// Take none any more of this call.
        Stop = "stop",
    }
}

closed_list! {
    /// Whether a live call's sound is taken.
    pub enum Capture {
        /// Not yet: somebody has to start it.
        Waiting = "waiting",
        /// It is.
        Running = "running",
        /// Not at this moment.
        Paused = "paused",
        /// Not any more.
        Stopped = "stopped",
    }
}

closed_list! {
    /// Why sound is not taken for a while, or not any more.
    pub enum PauseReason {
        /// The other party asked for it.
        AskedByParty = "asked_by_party",
        /// A secret is being told: a card's number, a password.
        SecretTold = "secret_told",
        /// What is said is no business of the office.
        NotBusiness = "not_business",
        /// What it was started for is over.
        NoLongerNeeded = "no_longer_needed",
        /// Something else.
        Other = "other",
    }
}

impl Capture {
    /// How a call's capture begins.
    pub const fn at_start(start: RecordingStart) -> Self {
        match start {
            RecordingStart::Automatic => Self::Running,
            RecordingStart::OnDemand => Self::Waiting,
        }
    }

    /// Where an order leads from here; nothing when it makes no sense here.
    pub const fn after(self, order: CaptureOrder) -> Option<Self> {
        match (self, order) {
            (Self::Waiting, CaptureOrder::Start) | (Self::Paused, CaptureOrder::Resume) => {
                Some(Self::Running)
            }
            (Self::Running, CaptureOrder::Pause) => Some(Self::Paused),
            (Self::Running | Self::Paused, CaptureOrder::Stop) => Some(Self::Stopped),
            _ => None,
        }
    }
}

impl CaptureOrder {
    /// Whether it needs a reason.
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Pause | Self::Stop)
    }
}

/// What the rules need to know of a call before somebody may order something of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct OrderedCall {
    /// How its recording starts.
    pub start: RecordingStart,
    /// Whether the other party was told.
    pub announcement: AnnouncementStatus,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_order_leads_where_it_should_and_nowhere_else() {
        use Capture::{Paused, Running, Stopped, Waiting};
        use CaptureOrder::{Pause, Resume, Start, Stop};
        let mut led = Vec::new();
        for from in Capture::ALL {
            for order in CaptureOrder::ALL {
                led.extend(from.after(*order).map(|to| (*from, *order, to)));
            }
        }
        let want = [
            (Waiting, Start, Running),
            (Running, Pause, Paused),
            (Running, Stop, Stopped),
            (Paused, Resume, Running),
            (Paused, Stop, Stopped),
        ];
        assert_eq!(led, want);
    }

    proptest! {
        #[test]
        fn whatever_is_ordered_a_stopped_capture_stays_so_and_nothing_waits_twice(orders in proptest::collection::vec(0..4_usize, 0..20)) {
            let mut capture = Capture::at_start(RecordingStart::OnDemand);
            let mut stopped = false;
            for order in orders.iter().filter_map(|place| CaptureOrder::ALL.get(*place)) {
                if let Some(next) = capture.after(*order) {
                    prop_assert!(!stopped);
                    prop_assert!(next != Capture::Waiting);
                    capture = next;
                }
                stopped = capture == Capture::Stopped;
            }
        }
    }
}
