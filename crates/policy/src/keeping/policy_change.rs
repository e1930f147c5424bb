//! A policy that changes: shorter keeping needs two persons, a look at what would go, and seven days; nothing is backdated.

use std::cmp::{max, min};

use chrono::{DateTime, TimeDelta, Utc};

use super::KeptRecording;
use super::two_persons::{Actor, are_two};
use crate::civil::{self, Period};
use crate::decision::Decision;
use crate::media_kind::MediaKind;
use crate::policy::Policy;
use crate::recording_state::RecordingState;
use crate::retention::{self, Retention, RetentionDates};
use crate::text::Text;

/// How long before it takes force a shorter period must have been approved.
pub const DELAY: TimeDelta = TimeDelta::days(7);

/// An amended policy that is to take force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amendment {
    /// Who proposed it.
    pub proposed_by: Actor,
    /// Who approved it, and when.
    pub approved: Option<(Actor, DateTime<Utc>)>,
    /// Whether both saw the list of what it would destroy.
    pub previewed: bool,
    /// The first instant it is in force.
    pub in_force_from: DateTime<Utc>,
}

/// The kinds of media whose keeping becomes shorter: an earlier end, an end where there was none, or a shorter minimum.
pub fn shortened(old: &Policy, new: &Policy) -> Vec<MediaKind> {
    let rule =
        |policy: &Policy, kind| policy.retention.iter().find(|rule: &&Retention| rule.kind == kind).cloned();
    let is_shorter = |kind: &MediaKind| match (rule(old, *kind), rule(new, *kind)) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(old), Some(new)) => {
            ends_earlier(old.maximum, new.maximum)
                || ends_earlier(new_minimum(&old), new_minimum(&new))
                || capacity_shrinks(&old, &new)
        }
    };
    MediaKind::ALL.iter().copied().filter(is_shorter).collect()
}

// A minimum that is taken away is a shorter one: no minimum is a minimum of nothing.
fn new_minimum(rule: &Retention) -> Option<Period> {
    Some(rule.minimum.unwrap_or(Period::Days(0)))
}

/// Whether a period may end earlier than another for some start. None is without end.
fn ends_earlier(old: Option<Period>, new: Option<Period>) -> bool {
    match (old, new) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(old), Some(new)) if std::mem::discriminant(&old) == std::mem::discriminant(&new) => {
            count(new) < count(old)
        }
        (Some(old), Some(new)) => new.days_range().0 < old.days_range().1,
    }
}

const fn count(period: Period) -> u32 {
    match period {
        Period::Days(n) | Period::Weeks(n) | Period::Months(n) | Period::Years(n) => n,
    }
}

fn capacity_shrinks(old: &Retention, new: &Retention) -> bool {
    match (&old.capacity, &new.capacity) {
        (Some(old), Some(new)) => new.threshold() < old.threshold(),
        (None, Some(_)) => true,
        (_, None) => false,
    }
}

/// Whether an amended policy may take force: at once when nothing is kept for a shorter time, else with two persons, a preview and
/// [`DELAY`]. It never takes force in the past.
pub fn may_take_force(old: &Policy, new: &Policy, amendment: &Amendment, now: DateTime<Utc>) -> Decision {
    let article = &new.document.article;
    let refuse = |rule, ja: &str, en: &str| Decision::refuse(rule, article.clone(), Text::new(ja, en));
    if amendment.in_force_from < now {
        return refuse(
            "policy.backdated",
            "施行日を過去にはできません。",
            "It cannot take force in the past.",
        );
    }
    let shorter = shortened(old, new);
    if shorter.is_empty() {
        return Decision::allow(
            "policy.takes_force",
            article.clone(),
            Text::new("保存期間を短くする改正ではありません。", "It shortens nothing."),
        );
    }
    if !amendment.previewed {
        return refuse(
            "policy.not_previewed",
            "保存期間を短くする改正です。消去される録音の一覧を先に確かめてください。",
            "It shortens a period: look first at what it would destroy.",
        );
    }
    let Some((approver, approved_at)) = &amendment.approved else {
        return refuse(
            "policy.not_approved",
            "もう一人の承認が必要です。",
            "A second person must approve it.",
        );
    };
    if !are_two(&amendment.proposed_by, approver) {
        return refuse(
            "policy.two_persons",
            "提案した本人（またはその指定を受けた人）は承認できません。",
            "Whoever proposed it, or their delegate, cannot approve it.",
        );
    }
    if amendment.in_force_from < *approved_at + DELAY {
        return refuse(
            "policy.too_soon",
            "保存期間を短くする改正は、承認から7日以上後に施行してください。",
            "A shorter period takes force seven days after its approval at the earliest.",
        );
    }
    Decision::allow(
        "policy.shortening_takes_force",
        article.clone(),
        Text::new(
            "二人の承認と7日の猶予により、短い保存期間が施行されます。",
            "With two persons and seven days the shorter period takes force.",
        ),
    )
}

/// A recording's dates under an amended policy, in force from `in_force_from`: counted from the start of its call, and never backdated.
///
/// A period that becomes shorter ends at the amendment's day at the earliest; the shortest period a recording was promised when it was
/// made is never shortened (I5), and its end never lies before that. What destruction was committed of keeps its dates.
pub fn recomputed(policy: &Policy, kept: &KeptRecording, in_force_from: DateTime<Utc>) -> RetentionDates {
    let before = &kept.retention;
    if matches!(kept.state, RecordingState::Destroying | RecordingState::Destroyed) {
        return before.clone();
    }
    let mut dates = retention::dates(policy, kept.media, kept.started_at);
    dates.keep_at_least_until = later(before.keep_at_least_until, dates.keep_at_least_until);
    if let Some(until) = dates.keep_until {
        let not_backdated = match before.keep_until {
            Some(old) => max(until, min(old, civil::day_begins(civil::civil_day(in_force_from)))),
            None => max(until, civil::day_begins(civil::civil_day(in_force_from))),
        };
        dates.keep_until =
            Some(dates.keep_at_least_until.map_or(not_backdated, |least| max(not_backdated, least)));
    }
    dates
}

fn later(a: Option<DateTime<Utc>>, b: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(max(a, b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests;
