//! The backstop class: what an object carries as a tag, so that the store's own lifecycle rules erase what we failed to.
//!
//! Our destruction acts on the day a period ends. A rule of the store acts by the age of the object, is blind to holds of ours
//! and to extensions, and so must never be first: the class is the longest that the period can be, and days on top.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::civil::Period;
use crate::media_kind::MediaKind;
use crate::policy::Policy;
use crate::retention::Retention;

/// After how many whole days since it was put the store may erase an object on its own. Objects without a class are never
/// touched by a rule: what is held, what is kept longer, and what has no last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct BackstopClass {
    days: u16,
}

/// A text that names no class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a backstop class: d and 1–36500 days, as in d34")]
pub struct InvalidBackstopClass;

impl BackstopClass {
    /// The tag's key on the object.
    pub const TAG: &str = "rokuon-backstop";

    /// Days between the latest end of the period and the store's rule (standards §5, I4: at most 72 hours).
    pub const MARGIN_DAYS: u16 = 3;

    /// The class of the spools' tails. Ours go minutes after they are of no more use; should every worker and its database be gone for
    /// a long weekend, the rule must not be first. Shorter than the shortest period of any policy we know.
    pub const TAILS: Self = Self { days: 7 };

    /// The longest class, in days: a century.
    const MOST_DAYS: u16 = 36_500;

    /// The class of a retention rule; none where no date ends it: no maximum, or a capacity that decides.
    pub fn of(rule: &Retention) -> Option<Self> {
        let longest = longest_days(rule.maximum.filter(|_| rule.capacity.is_none())?);
        // The day of the call itself is not counted (Civil Code art. 140).
        let days = longest.saturating_add(1).saturating_add(u64::from(Self::MARGIN_DAYS));
        Some(Self { days: u16::try_from(days).unwrap_or(Self::MOST_DAYS).min(Self::MOST_DAYS) })
    }

    /// The class of what a policy keeps of one kind.
    pub fn of_kind(policy: &Policy, kind: MediaKind) -> Option<Self> {
        policy.retention.iter().find(|rule| rule.kind == kind).and_then(Self::of)
    }

    /// Every class that objects may carry while these policies are kept: theirs, and the tails'. Give all versions of a policy:
    /// objects keep the class they were put with.
    pub fn of_policies<'a>(policies: impl IntoIterator<Item = &'a Policy>) -> BTreeSet<Self> {
        policies
            .into_iter()
            .flat_map(|policy| &policy.retention)
            .filter_map(Self::of)
            .chain([Self::TAILS])
            .collect()
    }

    /// Whether a rule of the store would act later by the class `after` than by `before`, or not at all any more.
    pub fn is_later(before: Option<Self>, after: Option<Self>) -> bool {
        before.is_some_and(|before| after.is_none_or(|after| after > before))
    }

    /// Its whole days.
    pub const fn days(self) -> u16 {
        self.days
    }
}

/// The longest a period can be, in days, wherever in the calendar it lies.
fn longest_days(period: Period) -> u64 {
    /// Of 0–11 calendar months in a row.
    const MONTHS: [u64; 12] = [0, 31, 62, 92, 123, 153, 184, 215, 245, 276, 306, 337];
    let years = |years: u32| u64::from(years) * 365 + u64::from(years).div_ceil(4);
    match period {
        Period::Days(days) => u64::from(days),
        Period::Weeks(weeks) => u64::from(weeks) * 7,
        Period::Months(months) => years(months / 12) + MONTHS[(months % 12) as usize],
        Period::Years(count) => years(count),
    }
}

impl fmt::Display for BackstopClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "d{}", self.days)
    }
}

impl FromStr for BackstopClass {
    type Err = InvalidBackstopClass;

    fn from_str(text: &str) -> Result<Self, InvalidBackstopClass> {
        let digits = text.strip_prefix('d').ok_or(InvalidBackstopClass)?;
        let days = digits.parse().ok().filter(|days| (1..=Self::MOST_DAYS).contains(days));
        let class = days.map(|days| Self { days }).ok_or(InvalidBackstopClass)?;
        // One class, one spelling: `d+5` and `d05` are none.
        if class.to_string() == text { Ok(class) } else { Err(InvalidBackstopClass) }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use proptest::prelude::*;

    use super::*;
    use crate::article::Article;
    use crate::civil;
    use crate::text::Text;

    fn rule(maximum: Option<Period>) -> Retention {
        Retention {
            kind: MediaKind::CallAudio,
            article: "6(1)".parse::<Article>().expect("an article"),
            sentence: Text::new("消去します。", "It is erased."),
            minimum: None,
            maximum,
            tiers: Vec::new(),
            capacity: None,
            erasure: None,
            extension: None,
        }
    }

    fn period() -> impl Strategy<Value = Period> {
        prop_oneof![
            (1..400_u32).prop_map(Period::Days),
            (1..60_u32).prop_map(Period::Weeks),
            (1..40_u32).prop_map(Period::Months),
            (1..12_u32).prop_map(Period::Years),
        ]
    }

    // rule: I4
    #[test]
    fn a_rule_without_a_last_day_has_no_class() {
        assert_eq!(BackstopClass::of(&rule(None)), None);
        assert_eq!(BackstopClass::of(&rule(Some(Period::Days(31)))).map(BackstopClass::days), Some(35));
        assert_eq!(BackstopClass::of(&rule(Some(Period::Months(12)))).map(BackstopClass::days), Some(370));
    }

    #[test]
    fn a_class_has_one_spelling() {
        let class = BackstopClass::of(&rule(Some(Period::Weeks(2)))).expect("a class");
        assert_eq!((class.to_string().as_str(), "d18".parse()), ("d18", Ok(class)));
        for wrong in ["", "d", "18", "d0", "d018", "d+18", "d-1", "d36501", "D18", "d18 "] {
            assert_eq!(wrong.parse::<BackstopClass>(), Err(InvalidBackstopClass), "{wrong:?}");
        }
    }

    proptest! {
        /// However early the object was put, the store's rule comes after the end of the period, and days after.
        #[test]
        fn the_store_is_never_first(seconds in 0_i64..4_000_000_000, period in period()) {
            let start = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(seconds);
            let ours = civil::period_ends(start, period);
            let class = BackstopClass::of(&rule(Some(period))).expect("a class");
            let theirs = start + TimeDelta::days(i64::from(class.days()));
            prop_assert!(theirs - ours >= TimeDelta::hours(72), "{} before {}", theirs, ours);
        }
    }
}
