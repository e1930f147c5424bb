//! The retention kernel (standards §5): what must happen to a recording next, and what may be done to it. Values in, decisions out.
//!
//! The life of a recording is [`crate::recording_state`]; the words on top of it are here:
//!
//! | event | decided by |
//! | --- | --- |
//! | seal | [`crate::retention::dates`] from the start of the call and the policy version |
//! | tier move, expiry, capacity, destruction | [`step::next_step`]; capacity chooses by [`capacity::gives_way`] |
//! | hold placed, released, extended | [`hold_rules`] |
//! | request opened, closed | [`open_request`]: a hold that opens and closes by itself |
//! | erasure asked for, approved | [`erasure_rules`] |
//! | destruction's steps and its end | [`destruction`] |
//! | policy changed | [`policy_change`] |
//! | restored from a backup | [`restored`] |
//! | objects without a row, a spool that may hold more | [`spools`] |
//!
//! Nothing is destroyed while [`clocks::Clocks::agree`] does not say so, nor more in a day than [`guard::allowed`] says.
//! The counter of active holds on the row is the truth (INV-9): the one statement that commits a destruction repeats
//! [`step::may_commit`] in its WHERE clause, and the model in `crates/keeping-model` shows why nothing weaker will do.

pub mod capacity;
pub mod clocks;
pub mod destruction;
pub mod erasure_rules;
pub mod forecast;
pub mod frames;
pub mod guard;
pub mod hold_rules;
pub mod open_request;
pub mod policy_change;
pub mod restored;
pub mod spools;
pub mod step;
pub mod two_persons;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::article::Article;
use crate::closed_list::closed_list;
use crate::media_kind::MediaKind;
use crate::recording_state::{RecordingState, Tier};
use crate::retention::RetentionDates;

/// How long a recording is left alone after its last hold was released: time to notice a mistake.
pub const HOLD_GRACE: TimeDelta = TimeDelta::hours(24);

closed_list! {
    /// Why a recording is to be destroyed.
    pub enum DueReason {
        /// Its period is over.
        Expired = "expired",
        /// Its erasure was approved.
        Erasure = "erasure",
        /// The store is full and it is the oldest that nothing keeps.
        Capacity = "capacity",
    }
}

/// Why a recording is to be destroyed, and on which article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// The reason.
    pub reason: DueReason,
    /// The article it rests on.
    pub article: Article,
}

/// What the kernel knows of a recording: its row, as it was read in this transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRecording {
    /// Where it stands.
    pub state: RecordingState,
    /// Where its sealed media lies.
    pub tier: Tier,
    /// What it is.
    pub media: MediaKind,
    /// When the call began.
    pub started_at: DateTime<Utc>,
    /// Its dates.
    pub retention: RetentionDates,
    /// Holds and open requests on it (INV-9).
    pub active_holds: u32,
    /// It is not touched before this: its last hold was released a day earlier.
    pub hold_grace_until: Option<DateTime<Utc>>,
    /// Why it is to be destroyed. On a recording that is not due yet: an erasure that was approved and waits behind holds.
    pub cause: Option<Cause>,
    /// The writer's epoch.
    pub epoch: u64,
}

impl KeptRecording {
    /// Whether a hold or an open request keeps it.
    pub const fn is_held(&self) -> bool {
        self.active_holds > 0
    }

    /// Whether it is within the day after its last hold.
    pub fn is_in_grace(&self, now: DateTime<Utc>) -> bool {
        self.hold_grace_until.is_some_and(|until| now < until)
    }

    /// Whether its shortest period still runs. It protects from expiry and from a full store, not from an approved erasure: whether
    /// that may come earlier was decided by [`erasure_rules::may_approve`].
    pub fn is_within_minimum(&self, now: DateTime<Utc>) -> bool {
        self.retention.keep_at_least_until.is_some_and(|until| now < until)
    }
}

#[cfg(test)]
mod testing;
