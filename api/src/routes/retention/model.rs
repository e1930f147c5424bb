//! What is kept and until when, as the API writes it.

use chrono::{DateTime, NaiveDate, Utc};
use rokuon_policy::retention::{Capacity, RetentionExtension, RetentionTier};
use serde::Serialize;
use utoipa::ToSchema;

use crate::text::Text;

/// How long one kind of media is kept, and how much of it there is.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = RetentionRule)]
pub struct Rule {
    /// Which kind: `call_audio`, `call_log` or `camera`.
    #[schema(example = "call_audio")]
    pub kind: String,
    /// The article.
    pub article: String,
    /// That article as written.
    pub article_label: String,
    /// The rule in one sentence.
    pub sentence: Text,
    /// The period before which nothing expires.
    pub minimum: Option<Text>,
    /// The period after which it is erased; absent where no date ends it.
    pub maximum: Option<Text>,
    /// The last civil day (Japan) that a call of today is kept.
    pub todays_last_day: Option<NaiveDate>,
    /// Where it lies one after another; empty where it stays in one place.
    pub tiers: Vec<Tier>,
    /// Where it is kept until the store is full.
    pub capacity: Option<CapacityRule>,
    /// How it is erased.
    pub erasure: Option<Text>,
    /// On whose word it is kept longer.
    pub extension: Option<Extension>,
    /// How much there is; absent for what is no recording (the call log).
    pub kept: Option<Kept>,
}

/// A place and how long media stays there.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = KeptTier)]
pub struct Tier {
    /// `primary` or `secondary`.
    #[schema(example = "primary")]
    pub tier: String,
    /// How long.
    pub keep: Text,
    /// Where that is.
    pub place: Text,
}

impl From<&RetentionTier> for Tier {
    fn from(tier: &RetentionTier) -> Self {
        Self { tier: tier.tier.to_string(), keep: (&tier.keep.text()).into(), place: (&tier.place).into() }
    }
}

/// Keeping until the store is full: the oldest that nobody holds gives way.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CapacityRule {
    /// The article.
    pub article: String,
    /// That article as written.
    pub article_label: String,
    /// The tenant's share of the store, in gibibytes.
    pub gibibytes: u32,
    /// At which share of it, in percent, the oldest gives way.
    pub gives_way_at_percent: u32,
}

impl From<&Capacity> for CapacityRule {
    fn from(capacity: &Capacity) -> Self {
        Self {
            article: capacity.article.to_string(),
            article_label: capacity.article.label_ja(),
            gibibytes: capacity.gibibytes,
            gives_way_at_percent: capacity.gives_way_at_percent,
        }
    }
}

/// The exception that keeps longer.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = RetentionExtension)]
pub struct Extension {
    /// The article.
    pub article: String,
    /// That article as written.
    pub article_label: String,
    /// The rule in one sentence.
    pub sentence: Text,
    /// On whose decision.
    pub decided_by: Text,
}

impl From<&RetentionExtension> for Extension {
    fn from(extension: &RetentionExtension) -> Self {
        Self {
            article: extension.article.to_string(),
            article_label: extension.article.label_ja(),
            sentence: (&extension.sentence).into(),
            decided_by: (&extension.decided_by).into(),
        }
    }
}

/// How many recordings of a kind there are.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[schema(as = KeptRecordings)]
pub struct Kept {
    /// In the first place.
    pub primary: u64,
    /// In the second place.
    pub secondary: u64,
    /// Of all, how many are held: nothing erases them.
    pub held: u64,
    /// Of all, how many wait to be erased.
    pub due: u64,
    /// When the call of the oldest began.
    pub oldest_started_at: Option<DateTime<Utc>>,
    /// How many have their last day in which month, earliest first.
    pub months: Vec<Month>,
    /// How many have no last day.
    pub without_date: u64,
}

/// How many recordings have their last day in a month.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = RetentionMonth)]
pub struct Month {
    /// The month in Japan, year and month.
    #[schema(example = "2026-12")]
    pub month: String,
    /// How many recordings.
    pub recordings: u64,
}

/// What is kept, for how long and why.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = RetentionPage)]
pub struct Page {
    /// In force since.
    pub effective_from: NaiveDate,
    /// One rule a kind of media.
    pub rules: Vec<Rule>,
}
