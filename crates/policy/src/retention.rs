//! How long each kind of media is kept, and the dates that follow from a call's start.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::article::Article;
use crate::civil::{self, Period};
use crate::media_kind::MediaKind;
use crate::policy::Policy;
use crate::recording_state::Tier;
use crate::text::Text;

/// The rule for one kind of media.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Retention {
    /// The kind.
    pub kind: MediaKind,
    /// The article.
    pub article: Article,
    /// The rule in one sentence.
    pub sentence: Text,
    /// Never erased by expiry before this has passed.
    pub minimum: Option<Period>,
    /// Unreadable and erased after this, unless held; no date when absent.
    pub maximum: Option<Period>,
    /// Tiers in order; empty means everything stays on the primary.
    pub tiers: Vec<RetentionTier>,
    /// Kept until the store is full: the oldest unheld gives way first.
    pub capacity: Option<Capacity>,
    /// How it is erased.
    pub erasure: Option<Text>,
    /// Longer keeping: on whose word.
    pub extension: Option<RetentionExtension>,
}

/// A tier and how long media stays on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RetentionTier {
    /// Which.
    pub tier: Tier,
    /// How long.
    pub keep: Period,
    /// Where that is.
    pub place: Text,
}

/// Keeping until the store is full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Capacity {
    /// The article.
    pub article: Article,
    /// Share of the store, in percent, at which the oldest unheld gives way.
    pub gives_way_at_percent: u32,
    /// The tenant's share of the store, in gibibytes.
    pub gibibytes: u32,
}

/// The exception that keeps media longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RetentionExtension {
    /// The article.
    pub article: Article,
    /// The rule in one sentence.
    pub sentence: Text,
    /// On whose decision, in words.
    pub decided_by: Text,
    /// Posts that enter the decision.
    pub entered_by: Vec<String>,
}

/// The dates of one recording. Each instant is the first one after the last civil day (JST) of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RetentionDates {
    /// Expiry never destroys it before.
    pub keep_at_least_until: Option<DateTime<Utc>>,
    /// It moves to the second tier then.
    pub secondary_from: Option<DateTime<Utc>>,
    /// It is unreadable from then, unless held; absent when capacity decides.
    pub keep_until: Option<DateTime<Utc>>,
    /// The article.
    pub article: Article,
    /// Why, in one sentence.
    pub sentence: Text,
}

/// The dates for media of `kind` whose call began at `started_at`. Periods always count from the start of the call:
/// a call across midnight counts from the day it began.
///
/// A kind for which the policy has no rule is kept without a date (nothing is erased without a rule).
pub fn dates(policy: &Policy, kind: MediaKind, started_at: DateTime<Utc>) -> RetentionDates {
    let Some(rule) = policy.retention.iter().find(|rule| rule.kind == kind) else {
        return RetentionDates {
            keep_at_least_until: None,
            secondary_from: None,
            keep_until: None,
            article: policy.access.article.clone(),
            sentence: Text::new(
                "保存期間の定めがないため、自動では消去しません。",
                "The policy gives no period, so nothing is erased by itself.",
            ),
        };
    };
    let ends = |period: Option<Period>| period.map(|period| civil::period_ends(started_at, period));
    let second = rule.tiers.iter().any(|tier| tier.tier == Tier::Secondary);
    let first = rule.tiers.iter().find(|tier| tier.tier == Tier::Primary).map(|tier| tier.keep);
    RetentionDates {
        keep_at_least_until: ends(rule.minimum),
        secondary_from: if second { ends(first) } else { None },
        keep_until: if rule.capacity.is_some() { None } else { ends(rule.maximum) },
        article: rule.article.clone(),
        sentence: rule.sentence.clone(),
    }
}

#[cfg(test)]
mod tests;
