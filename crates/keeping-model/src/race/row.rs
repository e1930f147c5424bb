//! A recording of the small model, and the same row as the kernel reads one.

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_policy::article::Article;
use rokuon_policy::keeping::{Cause, DueReason, KeptRecording};
use rokuon_policy::media_kind::MediaKind;
use rokuon_policy::recording_state::{RecordingState, Tier};
use rokuon_policy::retention::RetentionDates;
use rokuon_policy::text::Text;

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the words of RecordingState")]
pub enum Life {
    Primary,
    Due,
    Destroying,
    Destroyed,
}

/// A recording: its row and what the stores hold of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row {
    /// Where it stands.
    pub life: Life,
    /// The counter of active holds.
    pub active_holds: u8,
    /// Its period is over.
    pub over: bool,
    /// Its period was lengthened; once at most, to bound the model.
    pub lengthened: bool,
    /// It is in the day after its last hold.
    pub grace: bool,
    /// Whether its key exists.
    pub keys: bool,
    /// Whether its media exists.
    pub media: bool,
    /// Certificates of its destruction.
    pub certificates: u8,
    /// A transaction has changed it and not committed yet.
    pub locked: bool,
}

impl Row {
    /// A row with all that belongs to it.
    pub const fn sealed(life: Life) -> Self {
        Self {
            life,
            active_holds: 0,
            over: false,
            lengthened: false,
            grace: false,
            keys: true,
            media: true,
            certificates: 0,
            locked: false,
        }
    }

    /// May be destroyed, as a worker that reads the row judges it.
    pub const fn may_be_destroyed(&self) -> bool {
        matches!(self.life, Life::Due) && self.active_holds == 0 && self.over && !self.grace
    }

    /// Becomes due, as the sweeper judges it.
    pub const fn becomes_due(&self) -> bool {
        matches!(self.life, Life::Primary) && self.over && self.active_holds == 0
    }

    /// Goes back to its tier, as the sweeper judges it.
    pub const fn is_kept_after_all(&self) -> bool {
        matches!(self.life, Life::Due) && !self.over && self.active_holds == 0
    }

    /// The same row as the kernel reads one, at `now`.
    pub fn as_kept(&self, now: DateTime<Utc>) -> KeptRecording {
        let state = match self.life {
            Life::Primary => RecordingState::Primary,
            Life::Due => RecordingState::Due,
            Life::Destroying => RecordingState::Destroying,
            Life::Destroyed => RecordingState::Destroyed,
        };
        let second = TimeDelta::seconds(1);
        let article = any_article();
        let has_cause = !matches!(state, RecordingState::Primary);
        KeptRecording {
            state,
            tier: Tier::Primary,
            media: MediaKind::CallAudio,
            started_at: now - TimeDelta::days(30),
            retention: RetentionDates {
                keep_at_least_until: None,
                secondary_from: None,
                keep_until: Some(if self.over { now } else { now + second }),
                article: article.clone(),
                sentence: Text::default(),
            },
            active_holds: u32::from(self.active_holds),
            hold_grace_until: self.grace.then(|| now + second),
            cause: has_cause.then_some(Cause { reason: DueReason::Expired, article }),
            epoch: 1,
        }
    }
}

fn any_article() -> Article {
    "1".parse().expect("1 is an article")
}
