//! The five tenants' dates, and what changes when a policy changes.

use super::*;
use crate::testing::{at, policy, source};

fn dates_of(tenant: &str, kind: MediaKind, start: &str) -> [Option<String>; 3] {
    let found = dates(&policy(tenant), kind, at(start));
    assert!(!found.sentence.ja.is_empty() && !found.sentence.en.is_empty());
    let in_japan =
        |date: Option<DateTime<Utc>>| date.map(|date| date.with_timezone(&civil::JST).to_rfc3339());
    [in_japan(found.keep_at_least_until), in_japan(found.secondary_from), in_japan(found.keep_until)]
}

fn day(text: &str) -> Option<String> {
    Some(format!("{text}T00:00:00+09:00"))
}

#[test]
fn each_tenants_dates_follow_from_the_start_of_the_call() {
    use MediaKind::{CallAudio, CallLog, Camera};
    let start = "2026-06-15T10:00:00+09:00";
    for (tenant, kind, expected) in [
        ("toyonaka", CallAudio, [day("2026-07-17"), None, day("2026-07-17")]),
        ("osaka-waterworks", CallAudio, [day("2027-06-16"), day("2026-12-16"), day("2027-06-16")]),
        ("takikawa", CallAudio, [day("2026-06-23"), None, None]),
        ("ichinomiya", CallAudio, [day("2027-06-16"), None, day("2027-06-16")]),
        ("ichinomiya", Camera, [day("2026-09-16"), None, day("2026-09-16")]),
        ("kobe", CallAudio, [None, None, day("2026-06-30")]),
        ("kobe", CallLog, [None, None, day("2029-06-16")]),
        ("kobe", Camera, [None, None, None]),
    ] {
        assert_eq!(dates_of(tenant, kind, start), expected, "{tenant} {kind}");
    }
}

#[test]
fn osakas_two_tiers_are_calendar_months() {
    let start = "2025-08-30T10:00:00+09:00";
    let expected = [day("2026-08-31"), day("2026-03-01"), day("2026-08-31")];
    assert_eq!(dates_of("osaka-waterworks", MediaKind::CallAudio, start), expected);
}

#[test]
fn a_call_across_midnight_counts_from_its_start() {
    let [_, _, until] = dates_of("toyonaka", MediaKind::CallAudio, "2026-01-31T23:59:00+09:00");
    assert_eq!(until, day("2026-03-04"), "kept to the end of 3 March");
    let [_, _, until] = dates_of("toyonaka", MediaKind::CallAudio, "2026-01-31T00:00:00+09:00");
    assert_eq!(until, day("2026-03-03"), "the proviso of art. 140");
}

#[test]
fn a_policy_changed_midway_gives_its_own_dates_for_the_same_call() {
    let start = at("2026-06-15T10:00:00+09:00");
    let longer = source("toyonaka").replace("{ days = 31 }", "{ months = 3 }");
    let changed = Policy::parse(&longer).unwrap();
    let before = dates(&policy("toyonaka"), MediaKind::CallAudio, start);
    let after = dates(&changed, MediaKind::CallAudio, start);
    assert_eq!(before.keep_until, Some(at("2026-07-17T00:00:00+09:00")));
    assert_eq!(after.keep_until, Some(at("2026-09-16T00:00:00+09:00")));
}

#[test]
fn the_minimum_never_lies_after_the_end() {
    for tenant in crate::testing::ALL {
        let policy = policy(tenant);
        for kind in MediaKind::ALL {
            for month in 1..=12 {
                let start = at(&format!("2027-{month:02}-28T23:00:00+09:00"));
                let found = dates(&policy, *kind, start);
                if let (Some(least), Some(most)) = (found.keep_at_least_until, found.keep_until) {
                    assert!(least <= most, "{tenant} {kind} {start}");
                }
                assert!(
                    found.secondary_from.is_none_or(|from| from > start && Some(from) <= found.keep_until)
                );
            }
        }
    }
}
