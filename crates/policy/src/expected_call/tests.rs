//! Expected calls find theirs and nobody else's; what is not there has a cause or says that it has none.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::span::Span;
use crate::testing::policy;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(1_000_000 + second)
}

fn expected(second: i64, caller: &str, called: &str) -> ExpectedCall {
    let number = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    ExpectedCall {
        started_at: at(second),
        duration: Some(TimeDelta::seconds(60)),
        caller: number(caller),
        called: number(called),
        direction: None,
    }
}

fn known(id: u128, second: i64, caller: &str, called: &str) -> KnownCall {
    let ExpectedCall { started_at, duration, caller, called, .. } = expected(second, caller, called);
    KnownCall { call: CallId(Uuid::from_u128(id)), started_at, duration, caller, called, kept: true }
}

const CITIZEN: &str = "09000000011";
const HALL: &str = "0668585050";

#[test]
fn a_call_is_found_by_time_and_numbers_with_and_without_prefixes() {
    let ours = [known(1, 0, CITIZEN, HALL)];
    for (theirs, found) in [
        (expected(0, CITIZEN, HALL), true),
        (expected(119, CITIZEN, HALL), true),
        (expected(121, CITIZEN, HALL), false),
        (expected(-119, CITIZEN, HALL), true),
        (expected(0, CITIZEN, "5050"), true),
        (expected(0, CITIZEN, "050"), false),
        (expected(0, "", HALL), true),
        (expected(0, "", ""), false),
        (expected(0, "09000000012", HALL), false),
        (expected(0, HALL, CITIZEN), false),
    ] {
        assert_eq!(pair(std::slice::from_ref(&theirs), &ours).len() == 1, found, "{theirs:?}");
    }
}

#[test]
fn of_two_calls_of_the_same_people_each_finds_its_own() {
    let ours = [known(1, 0, CITIZEN, HALL), known(2, 50, CITIZEN, HALL)];
    let theirs = [expected(48, CITIZEN, HALL), expected(3, CITIZEN, HALL), expected(20, CITIZEN, HALL)];
    assert_eq!(pair(&theirs, &ours), [(0, 1), (1, 0)], "and the third has none");
    let long = KnownCall { duration: Some(TimeDelta::seconds(300)), ..known(3, 0, CITIZEN, HALL) };
    let longer = ExpectedCall { duration: Some(TimeDelta::seconds(301)), ..expected(10, CITIZEN, HALL) };
    assert_eq!(
        pair(&[expected(8, CITIZEN, HALL), longer], &[known(1, 9, CITIZEN, HALL), long]),
        [(0, 0), (1, 1)]
    );
}

fn around(faults: Vec<Fault>, untaken: Vec<Untaken>, ask: impl FnOnce(&mut Surroundings<'_>)) {
    let policy = policy("toyonaka");
    ask(&mut Surroundings { policy: &policy, lines: &policy.lines, faults, untaken });
}

fn fault(cause: GapCause, from: i64, until: i64) -> Fault {
    Fault { cause, span: Span { from: at(from), until: at(until) }, connection: None }
}

fn cause_of(explanation: &Explanation) -> (ExpectedVerdict, Option<ExpectedCause>) {
    (explanation.verdict, explanation.cause)
}

#[test]
fn what_is_not_there_has_a_cause_or_says_that_it_has_none() {
    use ExpectedCause::{
        ConnectionSilent, DirectionNotRecorded, LineNotListed, NotAnswered, Refused, WorkerDown,
    };
    use ExpectedVerdict::{Missing, NotDue, Unexplained};
    let faults = vec![fault(GapCause::ConnectionSilent, 0, 5_000), fault(GapCause::WorkerDown, 1_000, 2_000)];
    let refused =
        Untaken { minute: at(3_000), connection: ConnectionId(Uuid::nil()), not_started: false, left: 1 };
    around(faults, vec![refused], |surroundings| {
        let unlisted = surroundings.explain(&expected(0, CITIZEN, "0668580000"));
        assert_eq!(cause_of(&unlisted), (NotDue, Some(LineNotListed)));
        assert_eq!(unlisted.article.map(|article| article.to_string()).as_deref(), Some("2 item 1"));
        let cases = [
            (expected(0, HALL, CITIZEN), (NotDue, Some(DirectionNotRecorded))),
            (
                ExpectedCall { duration: Some(TimeDelta::zero()), ..expected(0, CITIZEN, HALL) },
                (NotDue, Some(NotAnswered)),
            ),
            (expected(1_500, CITIZEN, HALL), (Missing, Some(WorkerDown))),
            (expected(940, CITIZEN, HALL), (Missing, Some(WorkerDown))),
            (expected(3_020, CITIZEN, HALL), (Missing, Some(Refused))),
            (expected(3_020, CITIZEN, HALL), (Missing, Some(ConnectionSilent))),
            (expected(9_000, CITIZEN, HALL), (Unexplained, None)),
        ];
        for (call, said) in cases {
            assert_eq!(cause_of(&surroundings.explain(&call)), said, "{call:?}");
        }
    });
}

fn calls() -> impl Strategy<Value = Vec<(i64, usize, usize)>> {
    proptest::collection::vec((0..600_i64, 0..3_usize, 0..2_usize), 0..12)
}

proptest! {
    #[test]
    fn each_call_answers_for_one_and_no_call_for_a_strangers(theirs in calls(), ours in calls()) {
        let callers = ["09000000011", "09000000012", ""];
        let called = ["0668585050", "5050"];
        let theirs: Vec<ExpectedCall> =
            theirs.iter().map(|(second, a, b)| expected(*second, callers[*a], called[*b])).collect();
        let ours: Vec<KnownCall> = ours
            .iter()
            .enumerate()
            .map(|(id, (second, a, b))| known(id as u128, *second, callers[*a], called[*b]))
            .collect();
        let pairs = pair(&theirs, &ours);
        let mut here: Vec<usize> = pairs.iter().map(|(place, _)| *place).collect();
        let mut there: Vec<usize> = pairs.iter().map(|(_, place)| *place).collect();
        here.dedup();
        there.sort_unstable();
        there.dedup();
        prop_assert_eq!((here.len(), there.len()), (pairs.len(), pairs.len()), "once each");
        for (place, other) in &pairs {
            prop_assert!(distance(&theirs[*place], &ours[*other]).is_some());
            prop_assert!((theirs[*place].started_at - ours[*other].started_at).abs() <= SKEW);
        }
        for (place, call) in theirs.iter().enumerate().filter(|(place, _)| !here.contains(place)) {
            for (other, found) in ours.iter().enumerate().filter(|(other, _)| !there.contains(other)) {
                let near = (call.started_at - found.started_at).abs() <= SKEW;
                prop_assert!(!(near && distance(call, found).is_some()), "{place} and {other} were left alone");
            }
        }
        let turned: Vec<KnownCall> = ours.iter().rev().cloned().collect();
        let again: Vec<(usize, usize)> =
            pair(&theirs, &turned).into_iter().map(|(place, other)| (place, ours.len() - 1 - other)).collect();
        prop_assert_eq!(again, pairs, "whatever the order");
    }
}
