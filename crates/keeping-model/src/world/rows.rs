//! The rows of the model's database: what a backup takes and a restore brings back.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rokuon_policy::keeping::KeptRecording;

use super::store::Bucket;

/// What a hold belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HoldId {
    /// A person's.
    Person(u8),
    /// An open request's.
    Request(u8),
    /// The request to erase it.
    Erasure,
}

/// A row of the table of holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldRow {
    /// Whether it stands.
    pub stands: bool,
    /// When it is released by itself: a refused request after its appeal period.
    pub lets_go_at: Option<DateTime<Utc>>,
}

/// The store's own hold on the recording's objects, as its row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectHolds {
    /// None.
    Off,
    /// To be set.
    Wanted,
    /// Set.
    On,
    /// To be taken off.
    Unwanted,
}

/// A recording's row and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// As the kernel reads it.
    pub kept: KeptRecording,
    /// Its holds.
    pub holds: BTreeMap<HoldId, HoldRow>,
    /// The store's hold.
    pub object_holds: ObjectHolds,
    /// Where its media lies, and which version.
    pub media: (Bucket, u64),
    /// What its media hashes to.
    pub content: u64,
    /// What it takes in the store.
    pub octets: u64,
}

impl Row {
    /// Holds that stand.
    pub fn standing(&self) -> u32 {
        u32::try_from(self.holds.values().filter(|hold| hold.stands).count()).unwrap_or(u32::MAX)
    }
}
