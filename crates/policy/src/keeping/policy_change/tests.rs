//! Amendments that shorten, lengthen, or change nothing.

use super::*;
use crate::keeping::testing::{kept, person};
use crate::testing::{ALL, at, policy, source};

fn amended(tenant: &str, from: &str, to: &str) -> Policy {
    let text = source(tenant);
    assert!(text.contains(from), "{from} is not in the policy");
    Policy::parse(&text.replace(from, to)).unwrap()
}

fn proposal(days_ahead: i64, now: DateTime<Utc>) -> Amendment {
    Amendment {
        proposed_by: Actor::in_own_right(person(1)),
        approved: Some((Actor::in_own_right(person(2)), now)),
        previewed: true,
        in_force_from: now + TimeDelta::days(days_ahead),
    }
}

#[test]
fn a_policy_is_not_shorter_than_itself() {
    for tenant in ALL {
        assert_eq!(shortened(&policy(tenant), &policy(tenant)), [], "{tenant}");
    }
}

#[test]
fn a_shorter_end_a_shorter_minimum_and_a_smaller_store_are_found() {
    let kinds = |tenant: &str, from, to| shortened(&policy(tenant), &amended(tenant, from, to));
    assert_eq!(kinds("kobe", "maximum = { weeks = 2 }", "maximum = { days = 13 }"), [MediaKind::CallAudio]);
    assert_eq!(kinds("kobe", "maximum = { weeks = 2 }", "maximum = { days = 14 }"), []);
    assert_eq!(kinds("kobe", "maximum = { weeks = 2 }", "maximum = { weeks = 3 }"), []);
    assert_eq!(kinds("takikawa", "minimum = { days = 7 }", "minimum = { days = 6 }"), [MediaKind::CallAudio]);
    assert_eq!(kinds("takikawa", "minimum = { days = 7 }\n", ""), [MediaKind::CallAudio]);
    assert_eq!(kinds("takikawa", "gibibytes = 500", "gibibytes = 400"), [MediaKind::CallAudio]);
    assert_eq!(kinds("takikawa", "gibibytes = 500", "gibibytes = 600"), []);
    // units that do not compare: the doubt is for the longer period
    assert_eq!(kinds("ichinomiya", "{ months = 3 }", "{ days = 91 }"), [MediaKind::Camera]);
}

// rule: I13
#[test]
fn a_shorter_period_needs_a_preview_two_persons_and_seven_days() {
    let now = at("2026-06-15T10:00:00+09:00");
    let (old, shorter) =
        (policy("kobe"), amended("kobe", "maximum = { weeks = 2 }", "maximum = { weeks = 1 }"));
    let longer = amended("kobe", "maximum = { weeks = 2 }", "maximum = { weeks = 3 }");
    let good = proposal(7, now);
    assert!(may_take_force(&old, &shorter, &good, now).allowed);
    let alone = Amendment { approved: Some((Actor::in_own_right(person(1)), now)), ..good };
    for (amendment, rule) in [
        (Amendment { previewed: false, ..good }, "policy.not_previewed"),
        (Amendment { approved: None, ..good }, "policy.not_approved"),
        (alone, "policy.two_persons"),
        (proposal(6, now), "policy.too_soon"),
        (proposal(-1, now), "policy.backdated"),
    ] {
        let refused = may_take_force(&old, &shorter, &amendment, now);
        assert_eq!((refused.allowed, refused.rule), (false, rule));
    }
    let at_once = Amendment { approved: None, previewed: false, ..proposal(0, now) };
    assert!(may_take_force(&old, &longer, &at_once, now).allowed);
}

#[test]
fn dates_are_recomputed_and_never_backdated() {
    let one = kept("kobe", at("2026-06-01T10:00:00+09:00"));
    let (old_end, from) = (at("2026-06-16T00:00:00+09:00"), at("2026-06-10T00:00:00+09:00"));
    assert_eq!(one.retention.keep_until, Some(old_end));
    let end_under = |weeks: &str, from| {
        let policy = amended("kobe", "maximum = { weeks = 2 }", &format!("maximum = {{ weeks = {weeks} }}"));
        recomputed(&policy, &one, from).keep_until
    };
    assert_eq!(
        end_under("1", from),
        Some(from),
        "its week was over on the 9th; the amendment came on the 10th"
    );
    assert_eq!(end_under("1", at("2026-06-05T00:00:00+09:00")), Some(at("2026-06-09T00:00:00+09:00")));
    assert_eq!(end_under("3", from), Some(at("2026-06-23T00:00:00+09:00")));
    assert_eq!(
        end_under("1", at("2026-07-10T00:00:00+09:00")),
        Some(old_end),
        "an amendment lengthens nothing it shortens"
    );
}

// rule: I5
#[test]
fn the_shortest_period_promised_to_a_recording_is_never_shortened() {
    let one = kept("toyonaka", at("2026-06-15T10:00:00+09:00"));
    let shorter = amended("toyonaka", "{ days = 31 }", "{ days = 20 }");
    let dates = recomputed(&shorter, &one, at("2026-06-20T00:00:00+09:00"));
    assert_eq!(
        (dates.keep_at_least_until, dates.keep_until),
        (one.retention.keep_at_least_until, one.retention.keep_until)
    );
    let gone = KeptRecording { state: RecordingState::Destroying, ..one.clone() };
    assert_eq!(
        recomputed(&amended("toyonaka", "{ days = 31 }", "{ days = 90 }"), &gone, one.started_at),
        one.retention
    );
}
