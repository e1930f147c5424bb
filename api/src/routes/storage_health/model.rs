//! The health of the stores, as the API writes it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::routes::deletion_forecast::model::CapacityGauge;
use crate::routes::jobs::model::Job;

/// Where sealed media lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StorageTier {
    /// The first.
    Primary,
    /// The second, where the policy has one.
    Secondary,
}

/// What lies on a tier.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct TierUse {
    /// Which.
    pub tier: StorageTier,
    /// Recordings.
    pub recordings: u64,
    /// Octets of sealed media.
    pub octets: u64,
}

/// Whether the tenant's key can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// A recording's key was unwrapped within the last five minutes.
    Available,
    /// The tenant's key is gone, disabled or about to be erased: nothing can be heard, whoever asks. The tenant is dark.
    Dark,
    /// The key service or the key store does not answer just now.
    Away,
    /// The key service answers, but the newest recording cannot be opened with what it gave or the store has.
    Broken,
    /// There is no sealed recording to try it on yet.
    Untried,
}

/// How the stores and the keys are.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = StorageHealth)]
pub struct Health {
    /// When this was looked at.
    pub at: DateTime<Utc>,
    /// Whether the tenant's key can be had.
    pub keys: KeyState,
    /// What lies where.
    pub tiers: Vec<TierUse>,
    /// The store, where its size decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<CapacityGauge>,
    /// Recordings that are kept.
    pub kept: u64,
    /// Those of them that are held.
    pub held: u64,
    /// Those of them that did not pass their check and are not played.
    pub quarantined: u64,
    /// Recordings that should be destroyed by now and are not.
    pub late: u64,
    /// Recordings that are kept, by when each was last read and hashed again: within the last 28 days.
    pub read_within_28_days: u64,
    /// When the longest unread one was read; absent when one never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest_read_at: Option<DateTime<Utc>>,
    /// The last sweep, comparison and scrub, with their figures.
    pub jobs: Vec<Job>,
}
