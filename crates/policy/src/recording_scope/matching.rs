//! Which line covers a number, and what follows for the call.

use std::cmp::Reverse;

use super::{CallFacts, Direction, Judgement, Line, LinesFrom, normalise_number};
use crate::decision::Decision;
use crate::ids::DepartmentId;
use crate::policy::Policy;
use crate::text::Text;

/// One party of the call, as far as it is known.
#[derive(Clone, Copy)]
enum Party<'l> {
    Unknown,
    NotListed,
    Listed(&'l Line),
}

impl<'l> Party<'l> {
    /// What an unknown party could be; a known one is what it is.
    fn possibilities(self, outside_only: bool) -> &'static [bool] {
        match self {
            Self::Listed(_) => &[true],
            Self::NotListed => &[false],
            Self::Unknown if outside_only => &[false],
            Self::Unknown => &[false, true],
        }
    }
    const fn line(self) -> Option<&'l Line> {
        match self {
            Self::Listed(line) => Some(line),
            Self::Unknown | Self::NotListed => None,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Keep(Direction),
    NotListed,
    NotThisDirection(Direction),
}

pub(super) fn judge(policy: &Policy, lines: &[Line], facts: &CallFacts) -> Judgement {
    let candidates = candidates(policy, lines);
    let party = |raw: &Option<String>| match raw.as_deref().and_then(normalise_number) {
        None => Party::Unknown,
        Some(number) => most_specific(&candidates, &number).map_or(Party::NotListed, Party::Listed),
    };
    let (caller, called) = (party(&facts.caller), party(&facts.called));
    let mut outcomes = Vec::with_capacity(4);
    for caller_listed in caller.possibilities(facts.direction == Some(Direction::Inbound)) {
        for called_listed in called.possibilities(facts.direction == Some(Direction::Outbound)) {
            outcomes.push(outcome(policy, facts.direction, *caller_listed, *called_listed));
        }
    }
    // The first one takes every unknown party for an outsider: the most likely reading when all agree.
    let likely = outcomes.first().copied().unwrap_or(Outcome::NotListed);
    let kept = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Keep(_))).count();
    if kept > 0 && kept < outcomes.len() {
        return Judgement::Unproved { decision: unproved(policy) };
    }
    match likely {
        Outcome::Keep(direction) => {
            let line = match direction {
                Direction::Outbound => caller.line().or(called.line()),
                Direction::Inbound | Direction::Internal => called.line().or(caller.line()),
            };
            line.map_or_else(
                || Judgement::Unproved { decision: unproved(policy) },
                |line| Judgement::Record {
                    line: line.key.clone(),
                    direction,
                    department: line.department.clone(),
                    decision: listed(policy, line, direction),
                },
            )
        }
        Outcome::NotListed => Judgement::DoNotKeep { decision: not_listed(policy) },
        Outcome::NotThisDirection(direction) => {
            Judgement::DoNotKeep { decision: not_this_direction(policy, direction) }
        }
    }
}

fn outcome(policy: &Policy, given: Option<Direction>, caller_listed: bool, called_listed: bool) -> Outcome {
    use Direction::{Inbound, Internal, Outbound};
    let readings: &[Direction] = match (given, caller_listed, called_listed) {
        (_, false, false) => return Outcome::NotListed,
        (Some(Internal), ..) => &[Internal],
        (Some(Inbound), true, true) => &[Inbound, Internal, Outbound],
        (Some(Outbound), true, true) => &[Outbound, Internal, Inbound],
        // A call between two lines was also received by a line: it is kept where only inbound calls are.
        (None, true, true) => &[Internal, Inbound, Outbound],
        (_, false, true) => &[Inbound],
        (_, true, false) => &[Outbound],
    };
    let recorded = readings.iter().find(|direction| policy.recording.directions.contains(direction));
    match (recorded, readings) {
        (Some(direction), _) => Outcome::Keep(*direction),
        (None, [first, ..]) => Outcome::NotThisDirection(*first),
        (None, []) => Outcome::NotListed,
    }
}

/// The lines that count under this policy.
fn candidates(policy: &Policy, stored: &[Line]) -> Vec<Line> {
    match policy.recording.lines_from {
        LinesFrom::Register => stored.to_vec(),
        LinesFrom::Policy => {
            let with_department = |line: &Line| {
                let department: Option<DepartmentId> = stored
                    .iter()
                    .find(|other| other.key == line.key)
                    .and_then(|other| other.department.clone());
                Line { department: department.or_else(|| line.department.clone()), ..line.clone() }
            };
            policy.lines.iter().map(with_department).collect()
        }
    }
}

fn most_specific<'l>(lines: &'l [Line], number: &str) -> Option<&'l Line> {
    lines
        .iter()
        .filter(|line| covers(line, number))
        .min_by_key(|line| (Reverse(specificity(line)), line.key.as_str()))
}

/// Exact before pattern, then by the number of fixed digits.
fn specificity(line: &Line) -> (bool, usize) {
    match &line.pattern {
        None => (true, line.number.len()),
        Some(pattern) => (false, pattern.bytes().filter(u8::is_ascii_digit).count()),
    }
}

pub(super) fn covers(line: &Line, number: &str) -> bool {
    let Some(pattern) = &line.pattern else {
        return !line.number.is_empty()
            && normalise_number(&line.number).is_some_and(|listed| listed == number);
    };
    let (body, open_ended) = pattern.strip_suffix('*').map_or((pattern.as_str(), false), |body| (body, true));
    let long_enough = if open_ended { number.len() >= body.len() } else { number.len() == body.len() };
    !body.is_empty()
        && long_enough
        && body.bytes().zip(number.bytes()).all(|(p, n)| p == n || (p == b'?' && n.is_ascii_digit()))
}

pub(super) fn overlap(a: &Line, b: &Line) -> bool {
    let (Some(first), Some(second)) = (&a.pattern, &b.pattern) else {
        return a.pattern.is_none() && b.pattern.is_none() && !a.number.is_empty() && a.number == b.number;
    };
    let parts = |pattern: &str| -> (Vec<u8>, bool) {
        let body = pattern.strip_suffix('*').unwrap_or(pattern);
        (body.bytes().collect(), body.len() < pattern.len())
    };
    let ((first_body, first_open), (second_body, second_open)) = (parts(first), parts(second));
    let lengths_meet = match (first_open, second_open) {
        (true, true) => true,
        (true, false) => second_body.len() >= first_body.len(),
        (false, true) => first_body.len() >= second_body.len(),
        (false, false) => first_body.len() == second_body.len(),
    };
    let digits_meet = first_body.iter().zip(&second_body).all(|(x, y)| x == y || *x == b'?' || *y == b'?');
    specificity(a) == specificity(b) && lengths_meet && digits_meet
}

fn direction_name(direction: Direction) -> (&'static str, &'static str) {
    match direction {
        Direction::Inbound => ("着信", "inbound"),
        Direction::Outbound => ("発信", "outbound"),
        Direction::Internal => ("内線", "internal"),
    }
}

fn listed(policy: &Policy, line: &Line, direction: Direction) -> Decision {
    let (ja, en) = direction_name(direction);
    let sentence = Text::new(
        format!("録音対象の回線「{}」の{ja}なので、録音します。", line.name.ja),
        format!("An {en} call on the recorded line “{}”: it is kept.", line.name.en),
    );
    Decision::allow("recording_scope.listed", policy.recording.article.clone(), sentence)
}

fn not_listed(policy: &Policy) -> Decision {
    let sentence = Text::new(
        "どちらの番号も録音対象の回線にないため、音声を残しません（件数だけ数えます）。",
        "Neither number is a recorded line: the sound is not kept, the call is only counted.",
    );
    Decision::refuse("recording_scope.line_not_listed", policy.recording.article.clone(), sentence)
}

fn not_this_direction(policy: &Policy, direction: Direction) -> Decision {
    let (ja, en) = direction_name(direction);
    let sentence = Text::new(
        format!("{ja}の通話は録音の対象ではないため、音声を残しません（件数だけ数えます）。"),
        format!("{en} calls are not recorded here: the sound is not kept, the call is only counted."),
    );
    Decision::refuse("recording_scope.direction_not_recorded", policy.recording.article.clone(), sentence)
}

fn unproved(policy: &Policy) -> Decision {
    let sentence = Text::new(
        "番号が足りず、録音対象の回線か確かめられません。音声は残し、全課を見られる職にだけ示します。",
        "The numbers do not show whether this is a recorded line: the sound is kept and shown only to posts that see all departments.",
    );
    Decision::allow("recording_scope.unproved", policy.recording.article.clone(), sentence)
}
