//! The dry run: what will be destroyed by a day, and under which article; what would be under an amended policy.

use chrono::{DateTime, NaiveDate, Utc};

use super::step::due_for;
use super::{Cause, HOLD_GRACE, KeptRecording, policy_change};
use crate::civil;
use crate::policy::Policy;
use crate::recording_state::RecordingState;
use crate::text::Text;

/// A destruction that is foreseen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreseen {
    /// The first instant it may be committed.
    pub at: DateTime<Utc>,
    /// Why, and on which article.
    pub cause: Cause,
    /// The rule in one sentence.
    pub sentence: Text,
}

/// Whether, when and why a recording will be destroyed by the end of a civil day in Japan, if nobody does anything until then.
///
/// `None` for one that is held, has no date, or is kept longer. Of a full store nothing is foreseen here: that hangs on what comes in,
/// and [`super::capacity::gives_way`] says what would go now.
pub fn by_the_end_of(kept: &KeptRecording, day: NaiveDate) -> Option<Foreseen> {
    use RecordingState as S;
    let end = civil::day_begins(day.succ_opt().unwrap_or(NaiveDate::MAX));
    if kept.is_held() || !matches!(kept.state, S::Primary | S::Secondary | S::Quarantined | S::Due) {
        return None;
    }
    let cause = match (kept.state, &kept.cause) {
        (S::Due, Some(cause)) => cause.clone(),
        _ => due_for(kept, end)?,
    };
    let over = if kept.state == S::Due || kept.cause.is_some() {
        kept.started_at
    } else {
        kept.retention.keep_until?.max(kept.retention.keep_at_least_until.unwrap_or(DateTime::<Utc>::MIN_UTC))
    };
    let at = kept.hold_grace_until.map_or(over, |grace| grace.max(over));
    (at < end).then(|| Foreseen { at, cause, sentence: kept.retention.sentence.clone() })
}

/// The same under an amended policy in force from `in_force_from`. Dates are recomputed by [`policy_change::recomputed`].
pub fn under(
    amended: &Policy,
    kept: &KeptRecording,
    in_force_from: DateTime<Utc>,
    day: NaiveDate,
) -> Option<Foreseen> {
    let retention = policy_change::recomputed(amended, kept, in_force_from);
    by_the_end_of(&KeptRecording { retention, ..kept.clone() }, day)
}

/// The same if its last hold were released at `released_at`: what a person who releases is told.
pub fn if_released(kept: &KeptRecording, released_at: DateTime<Utc>, day: NaiveDate) -> Option<Foreseen> {
    let freed =
        KeptRecording { active_holds: 0, hold_grace_until: Some(released_at + HOLD_GRACE), ..kept.clone() };
    by_the_end_of(&freed, day)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::keeping::DueReason;
    use crate::keeping::testing::kept;
    use crate::testing::{at, source};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_dry_run_tells_the_day_and_the_article() {
        let one = kept("toyonaka", at("2026-06-15T10:00:00+09:00"));
        assert_eq!(by_the_end_of(&one, day("2026-07-16")), None);
        let foreseen = by_the_end_of(&one, day("2026-07-17")).unwrap();
        assert_eq!(foreseen.at, at("2026-07-17T00:00:00+09:00"));
        assert_eq!((foreseen.cause.reason, foreseen.cause.article.as_str()), (DueReason::Expired, "5(2)"));
        let held = KeptRecording { active_holds: 1, ..one.clone() };
        assert_eq!(by_the_end_of(&held, day("2030-01-01")), None);
        let at_noon = at("2026-07-20T12:00:00+09:00");
        assert_eq!(if_released(&held, at_noon, day("2026-07-20")), None, "a day of grace");
        assert_eq!(
            if_released(&held, at_noon, day("2026-07-21")).unwrap().at,
            at_noon + TimeDelta::hours(24)
        );
    }

    #[test]
    fn what_has_no_date_is_not_foreseen() {
        let one = kept("takikawa", at("2026-06-15T10:00:00+09:00"));
        assert_eq!(by_the_end_of(&one, day("2036-06-15")), None);
        let gone = KeptRecording { state: RecordingState::Destroyed, ..kept("kobe", one.started_at) };
        assert_eq!(by_the_end_of(&gone, day("2036-06-15")), None);
    }

    #[test]
    fn an_amended_policy_is_tried_before_it_takes_force() {
        let one = kept("kobe", at("2026-06-15T10:00:00+09:00"));
        let shorter =
            Policy::parse(&source("kobe").replacen("maximum = { weeks = 2 }", "maximum = { weeks = 1 }", 1))
                .unwrap();
        let from = at("2026-06-25T00:00:00+09:00");
        assert_eq!(by_the_end_of(&one, day("2026-06-25")), None);
        assert_eq!(under(&shorter, &one, from, day("2026-06-24")), None, "never backdated");
        assert_eq!(under(&shorter, &one, from, day("2026-06-25")).unwrap().at, from);
    }
}
