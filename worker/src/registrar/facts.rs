//! The judgement on a call as the database knows facts.

use rokuon_db::announcements::Announcement;
use rokuon_db::calls::{CallStarted, KnownFacts};
use rokuon_db::legs::Party;
use rokuon_policy::decision::Decision;
use rokuon_policy::pii::Pii;
use rokuon_policy::policy::Policy;
use rokuon_policy::retention::{self, RetentionDates};
use rokuon_policy::text::Text;

use super::StartedCall;
use crate::routing::call_routing::{CallRouting, PartyFacts};
use crate::routing::doubts;

/// The longest number a row holds.
const DIGITS: usize = 32;

/// The rules a judgement can come from; a spool of another release may name others.
const RULES: [&str; 5] = [
    "device.named",
    "recording_scope.listed",
    "recording_scope.line_not_listed",
    "recording_scope.direction_not_recorded",
    "recording_scope.unproved",
];

/// A started call as its rows, by the policy it was judged under.
pub(super) fn call_started(started: &StartedCall, policy: Option<&Policy>) -> CallStarted {
    CallStarted {
        call: started.call,
        recording: started.recording,
        connection: started.routing.connection,
        sip_call_id: started.sip_call_id.chars().filter(|c| !c.is_control()).take(256).collect(),
        started_at: started.started_at,
        facts: known_facts(&started.routing),
        start: started.routing.start,
        announcement: Announcement::by_rule(started.routing.announcement.0, started.routing.announcement.1),
        doubts: started.routing.doubts.clone(),
        media: started.routing.media,
        policy_version: started.routing.policy_version,
        retention: retention_of(policy, started),
        epoch: 0,
    }
}

/// The retention dates; without a policy at hand the recording is kept without a date rather than given a wrong one.
pub(super) fn retention_of(policy: Option<&Policy>, started: &StartedCall) -> RetentionDates {
    match policy {
        Some(policy) => retention::dates(policy, started.routing.media, started.started_at),
        None => RetentionDates {
            keep_at_least_until: None,
            secondary_from: None,
            keep_until: None,
            article: started.routing.article.clone(),
            sentence: Text::new(
                "保存期間を計算できませんでした。",
                "The retention dates could not be computed.",
            ),
        },
    }
}

/// What is known of the call.
pub(super) fn known_facts(routing: &CallRouting) -> KnownFacts {
    let sentence = routing.decision.get("sentence").cloned().and_then(|v| serde_json::from_value(v).ok());
    KnownFacts {
        direction: routing.direction,
        caller: party(&routing.caller),
        called: party(&routing.called),
        line: routing.line.clone(),
        department: routing.department.clone(),
        line_proved: routing.line_proved,
        decision: Decision {
            allowed: routing.kept,
            rule: RULES.into_iter().find(|r| *r == routing.rule).unwrap_or("recording_scope.unproved"),
            article: routing.article.clone(),
            sentence: sentence.unwrap_or_default(),
        },
    }
}

/// Facts that contradict the register (a line or department since removed) are left out, with the doubt shown: a row is
/// never a reason to lose audio.
pub(super) fn without_register(started: &CallStarted) -> CallStarted {
    let mut bare = started.clone();
    (bare.facts.line, bare.facts.department, bare.facts.line_proved) = (None, None, false);
    if !bare.doubts.contains(&doubts::line_unknown()) {
        bare.doubts.push(doubts::line_unknown());
    }
    bare
}

fn party(facts: &PartyFacts) -> Party {
    let digits = facts.number.as_ref().map(|n| {
        n.reveal()
            .chars()
            .filter(|c| c.is_ascii_digit() || matches!(c, '*' | '#'))
            .take(DIGITS)
            .collect::<String>()
    });
    Party {
        number: digits.filter(|d| !d.is_empty()).map(Pii::new),
        name: facts.name.clone(),
        proved: facts.proved,
    }
}
