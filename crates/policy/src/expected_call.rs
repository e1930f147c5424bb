//! Calls an exchange says there were, compared with what was recorded: which is which, and why one is not there.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::article::Article;
use crate::closed_list::closed_list;
use crate::coverage::{Fault, GapCause};
use crate::ids::{CallId, ConnectionId};
use crate::policy::Policy;
use crate::recording_scope::{CallFacts, Direction, Judgement, Line, judge};

closed_list! {
    /// What was found of an expected call.
    pub enum ExpectedVerdict {
        /// It is not compared yet: it may still be arriving.
        Waiting = "waiting",
        /// It was found.
        Recorded = "recorded",
        /// By the rules it is not recorded.
        NotDue = "not_due",
        /// It should be there; why it is not is known.
        Missing = "missing",
        /// It should be there, and nothing says why it is not.
        Unexplained = "unexplained",
    }
}

closed_list! {
    /// Why an expected call is not there.
    pub enum ExpectedCause {
        /// Its numbers are on no listed line.
        LineNotListed = "line_not_listed",
        /// Calls of this direction are not recorded.
        DirectionNotRecorded = "direction_not_recorded",
        /// Nobody answered it.
        NotAnswered = "not_answered",
        /// It waited to be started by hand, and nobody did.
        OnDemandNotStarted = "on_demand_not_started",
        /// No recorder was running.
        WorkerDown = "worker_down",
        /// The recorder's disk was full.
        SpoolFull = "spool_full",
        /// The key service was away.
        KeysAway = "keys_away",
        /// It was turned away.
        Refused = "refused",
        /// The exchange sent nothing at that time.
        ConnectionSilent = "connection_silent",
        /// It came, and nothing of it could be kept.
        RecordingFailed = "recording_failed",
    }
}

/// A call the exchange says there was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedCall {
    /// When it began, by the exchange's clock.
    pub started_at: DateTime<Utc>,
    /// How long it was.
    pub duration: Option<TimeDelta>,
    /// The caller's digits, national form where they are a number.
    pub caller: Option<String>,
    /// The called party's digits.
    pub called: Option<String>,
    /// Its direction, when the exchange says so.
    pub direction: Option<Direction>,
}

/// A call we know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownCall {
    /// Which.
    pub call: CallId,
    /// When it began, by our clock.
    pub started_at: DateTime<Utc>,
    /// How long it was.
    pub duration: Option<TimeDelta>,
    /// The caller's digits.
    pub caller: Option<String>,
    /// The called party's digits.
    pub called: Option<String>,
    /// Whether something of it is kept.
    pub kept: bool,
}

/// Clocks of exchanges differ, and some count from the first ring: beginnings may lie so far apart.
pub const SKEW: TimeDelta = TimeDelta::seconds(120);
/// Numbers of which one ends in the other are the same from this many digits on: exchanges leave out prefixes.
const SUFFIX: usize = 4;

/// Which expected call is which known one, by their places: each at most once, the closest first.
pub fn pair(expected: &[ExpectedCall], known: &[KnownCall]) -> Vec<(usize, usize)> {
    let mut by_time: Vec<usize> = (0..known.len()).collect();
    by_time.sort_by_key(|place| known.get(*place).map(|call| (call.started_at, call.call)));
    let mut candidates = Vec::new();
    for (place, call) in expected.iter().enumerate() {
        let earliest = by_time.partition_point(|other| {
            known.get(*other).is_some_and(|other| other.started_at < call.started_at - SKEW)
        });
        let near = by_time.iter().skip(earliest).filter_map(|other| Some((*other, known.get(*other)?)));
        let near = near.take_while(|(_, other)| other.started_at <= call.started_at + SKEW);
        candidates.extend(
            near.filter_map(|(other, found)| Some((distance(call, found)?, found.call, place, other))),
        );
    }
    candidates.sort_unstable();
    let (mut taken, mut paired) = (vec![false; expected.len()], Vec::new());
    let mut used = vec![false; known.len()];
    for (_, _, place, other) in candidates {
        if let (Some(here @ false), Some(there @ false)) = (taken.get_mut(place), used.get_mut(other)) {
            (*here, *there) = (true, true);
            paired.push((place, other));
        }
    }
    paired.sort_unstable();
    paired
}

/// How far two are from being the same call; nothing when they are not. First how little the numbers say, then seconds.
fn distance(expected: &ExpectedCall, known: &KnownCall) -> Option<(u8, i64)> {
    let sides = [(&expected.caller, &known.caller), (&expected.called, &known.called)];
    let mut matches = 0;
    for (theirs, ours) in sides {
        match (theirs, ours) {
            (Some(theirs), Some(ours)) if same_number(theirs, ours) => matches += 1,
            (Some(_), Some(_)) => return None,
            _ => {}
        }
    }
    // Of a call without any number in common only the time speaks: not enough to say that it is this one.
    let unknown = 2_u8.checked_sub(matches).filter(|unknown| *unknown < 2)?;
    let apart = (expected.started_at - known.started_at).num_seconds().abs();
    let longer = match (expected.duration, known.duration) {
        (Some(theirs), Some(ours)) => (theirs - ours).num_seconds().abs(),
        _ => 0,
    };
    Some((unknown, apart + longer))
}

/// Whether two numbers are the same, one of them perhaps without its prefix.
fn same_number(one: &str, other: &str) -> bool {
    one == other || one.len().min(other.len()) >= SUFFIX && (one.ends_with(other) || other.ends_with(one))
}

/// Calls that were turned away or never started in one minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untaken {
    /// The minute, at its beginning.
    pub minute: DateTime<Utc>,
    /// By which connection.
    pub connection: ConnectionId,
    /// Whether it waited for somebody to start it; otherwise it was refused.
    pub not_started: bool,
    /// How many are not yet accounted for.
    pub left: u64,
}

/// What is known of the time around expected calls.
#[derive(Debug, Clone)]
pub struct Surroundings<'a> {
    /// The rules.
    pub policy: &'a Policy,
    /// The tenant's lines.
    pub lines: &'a [Line],
    /// What was wrong, and when.
    pub faults: Vec<Fault>,
    /// Calls that were not taken; each explains one expected call.
    pub untaken: Vec<Untaken>,
}

/// What is said of an expected call that was not found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// In one word.
    pub verdict: ExpectedVerdict,
    /// Why.
    pub cause: Option<ExpectedCause>,
    /// The article, where a rule is the cause.
    pub article: Option<Article>,
}

impl Surroundings<'_> {
    /// Why an expected call was not found.
    pub fn explain(&mut self, call: &ExpectedCall) -> Explanation {
        let said = |verdict, cause| Explanation { verdict, cause: Some(cause), article: None };
        if call.duration == Some(TimeDelta::zero()) {
            return said(ExpectedVerdict::NotDue, ExpectedCause::NotAnswered);
        }
        let facts =
            CallFacts { caller: call.caller.clone(), called: call.called.clone(), direction: call.direction };
        if let Judgement::DoNotKeep { decision } = judge(self.policy, self.lines, &facts) {
            let unlisted = decision.rule.ends_with("line_not_listed");
            let cause =
                if unlisted { ExpectedCause::LineNotListed } else { ExpectedCause::DirectionNotRecorded };
            let article = Some(decision.article);
            return Explanation { verdict: ExpectedVerdict::NotDue, cause: Some(cause), article };
        }
        if let Some(fault) = self.fault_at(call.started_at, |cause| cause != GapCause::ConnectionSilent) {
            return said(ExpectedVerdict::Missing, fault);
        }
        let near = |untaken: &&mut Untaken| {
            let middle = untaken.minute + TimeDelta::seconds(30);
            untaken.left > 0 && (middle - call.started_at).abs() <= SKEW + TimeDelta::seconds(30)
        };
        let apart = |untaken: &&mut Untaken| (untaken.minute - call.started_at).abs();
        if let Some(untaken) = self.untaken.iter_mut().filter(near).min_by_key(apart) {
            untaken.left -= 1;
            return if untaken.not_started {
                said(ExpectedVerdict::NotDue, ExpectedCause::OnDemandNotStarted)
            } else {
                said(ExpectedVerdict::Missing, ExpectedCause::Refused)
            };
        }
        match self.fault_at(call.started_at, |cause| cause == GapCause::ConnectionSilent) {
            Some(fault) => said(ExpectedVerdict::Missing, fault),
            None => Explanation { verdict: ExpectedVerdict::Unexplained, cause: None, article: None },
        }
    }

    fn fault_at(&self, at: DateTime<Utc>, counts: impl Fn(GapCause) -> bool) -> Option<ExpectedCause> {
        let near = |fault: &&Fault| {
            // A clock that differs a little may put the call just outside.
            counts(fault.cause) && fault.span.from - SKEW <= at && at < fault.span.until + SKEW
        };
        let found = self.faults.iter().filter(near).min_by_key(|fault| {
            (!fault.span.holds(at), GapCause::ALL.iter().position(|cause| *cause == fault.cause))
        });
        found.map(|fault| match fault.cause {
            GapCause::WorkerDown => ExpectedCause::WorkerDown,
            GapCause::SpoolFull => ExpectedCause::SpoolFull,
            GapCause::KeysAway => ExpectedCause::KeysAway,
            GapCause::ConnectionSilent => ExpectedCause::ConnectionSilent,
        })
    }
}

#[cfg(test)]
mod tests;
