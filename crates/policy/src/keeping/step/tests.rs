//! The table of standards §5, row by row, on the tenants' own policies.

use chrono::TimeDelta;

use super::*;
use crate::keeping::testing::kept;
use crate::keeping::{DueReason, HOLD_GRACE};
use crate::testing::at;

const SECOND: TimeDelta = TimeDelta::seconds(1);

fn expired(article: &str) -> Step {
    Step::BecomeDue(Cause { reason: DueReason::Expired, article: article.parse().unwrap() })
}

// req: T-5.2, O-6.1, I-6, KB-3
#[test]
fn a_recording_becomes_due_at_midnight_after_its_last_day() {
    let start = at("2026-06-15T10:00:00+09:00");
    for (tenant, over, article) in [
        ("toyonaka", "2026-07-17T00:00:00+09:00", "5(2)"),
        ("ichinomiya", "2027-06-16T00:00:00+09:00", "6(2)"),
        ("kobe", "2026-06-30T00:00:00+09:00", "section 3(4)"),
    ] {
        let one = kept(tenant, start);
        assert_eq!(next_step(&one, at(over) - SECOND), Step::Wait, "{tenant}");
        assert_eq!(next_step(&one, at(over)), expired(article), "{tenant}");
    }
}

// req: O-6.1
#[test]
fn two_tiers_are_gone_through_in_order() {
    let mut one = kept("osaka-waterworks", at("2026-06-15T10:00:00+09:00"));
    let (moves, over) = (at("2026-12-16T00:00:00+09:00"), at("2027-06-16T00:00:00+09:00"));
    assert_eq!(next_step(&one, moves - SECOND), Step::Wait);
    assert_eq!(next_step(&one, moves), Step::MoveToSecondary);
    assert_eq!(next_step(&one, over), expired("6(1)"), "what was never moved still ends");
    (one.state, one.tier) = (RecordingState::Secondary, Tier::Secondary);
    assert_eq!(next_step(&one, moves), Step::Wait);
    assert_eq!(next_step(&one, over), expired("6(1)"));
}

// req: P-7
// rule: I1
#[test]
fn whatever_is_held_is_left_alone() {
    use RecordingState as S;
    for state in [S::Primary, S::Secondary, S::Due, S::Quarantined] {
        let mut one = kept("osaka-waterworks", at("2026-06-15T10:00:00+09:00"));
        (one.state, one.active_holds) = (state, 1);
        one.cause = Some(Cause { reason: DueReason::Erasure, article: "6(3)".parse().unwrap() });
        for later in [0, 200, 400, 4_000] {
            let now = one.started_at + TimeDelta::days(later);
            assert_eq!(next_step(&one, now), Step::Wait, "{state} after {later} days");
            assert!(!may_commit(&one, 1, now).allowed);
        }
    }
}

// req: P-7
#[test]
fn a_released_recording_is_unreadable_at_once_and_destroyed_after_a_day() {
    let mut one = kept("toyonaka", at("2026-06-15T10:00:00+09:00"));
    let released = at("2026-08-01T09:30:00+09:00");
    one.hold_grace_until = Some(released + HOLD_GRACE);
    assert_eq!(next_step(&one, released), expired("5(2)"));
    one.state = RecordingState::Due;
    one.cause = Some(Cause { reason: DueReason::Expired, article: "5(2)".parse().unwrap() });
    assert_eq!(next_step(&one, released + HOLD_GRACE - SECOND), Step::Wait);
    assert_eq!(may_commit(&one, 1, released + HOLD_GRACE - SECOND).rule, "destroy.grace");
    assert_eq!(next_step(&one, released + HOLD_GRACE), Step::CommitDestruction);
    assert!(may_commit(&one, 1, released + HOLD_GRACE).allowed);
}

#[test]
fn a_hold_released_a_second_before_or_after_expiry_makes_no_difference_to_the_day_of_grace() {
    let one = kept("kobe", at("2026-06-15T10:00:00+09:00"));
    let over = at("2026-06-30T00:00:00+09:00");
    for released in [over - SECOND, over + SECOND] {
        let mut freed = one.clone();
        freed.hold_grace_until = Some(released + HOLD_GRACE);
        assert_eq!(next_step(&freed, over.max(released)), expired("section 3(4)"));
        freed.state = RecordingState::Due;
        freed.cause = Some(Cause { reason: DueReason::Expired, article: "section 3(4)".parse().unwrap() });
        assert_eq!(next_step(&freed, released + HOLD_GRACE - SECOND), Step::Wait);
        assert_eq!(next_step(&freed, released + HOLD_GRACE), Step::CommitDestruction);
    }
}

#[test]
fn an_approved_erasure_that_waited_runs_after_the_last_release() {
    let mut one = kept("osaka-waterworks", at("2026-06-15T10:00:00+09:00"));
    let erasure = Cause { reason: DueReason::Erasure, article: "6(3)".parse().unwrap() };
    (one.active_holds, one.cause) = (1, Some(erasure.clone()));
    let now = at("2026-07-01T10:00:00+09:00");
    assert_eq!(next_step(&one, now), Step::Wait);
    (one.active_holds, one.hold_grace_until) = (0, Some(now + HOLD_GRACE));
    assert_eq!(next_step(&one, now), Step::BecomeDue(erasure));
    one.state = RecordingState::Due;
    assert_eq!(next_step(&one, now), Step::Wait);
    let commit = may_commit(&one, 1, now + HOLD_GRACE);
    assert_eq!((commit.allowed, commit.article.as_str()), (true, "6(3)"));
}

// rule: I5
#[test]
fn what_is_due_goes_back_when_its_period_was_lengthened_or_its_minimum_runs() {
    let mut one = kept("toyonaka", at("2026-06-15T10:00:00+09:00"));
    let now = at("2026-07-17T09:00:00+09:00");
    (one.state, one.tier) = (RecordingState::Due, Tier::Secondary);
    one.cause = Some(Cause { reason: DueReason::Expired, article: "5(2)".parse().unwrap() });
    assert_eq!(next_step(&one, now), Step::CommitDestruction);
    let longer = Some(now + TimeDelta::days(30));
    let mut kept_longer = one.clone();
    kept_longer.retention.keep_until = longer;
    assert_eq!(next_step(&kept_longer, now), Step::KeepAfterAll(Tier::Secondary));
    assert_eq!(may_commit(&kept_longer, 1, now).rule, "destroy.not_over");
    for reason in [DueReason::Expired, DueReason::Capacity] {
        let mut within = one.clone();
        within.retention.keep_at_least_until = longer;
        within.cause = Some(Cause { reason, article: "5(2)".parse().unwrap() });
        assert_eq!(next_step(&within, now), Step::KeepAfterAll(Tier::Secondary));
        assert!(!may_commit(&within, 1, now).allowed, "{reason}");
    }
    // the clock that made it due was a day ahead
    assert_eq!(next_step(&one, now - TimeDelta::days(1)), Step::KeepAfterAll(Tier::Secondary));
}

// rule: I12
#[test]
fn a_stale_epoch_commits_nothing() {
    let mut one = kept("kobe", at("2026-06-15T10:00:00+09:00"));
    let now = at("2026-07-15T10:00:00+09:00");
    one.state = RecordingState::Due;
    one.epoch = 5;
    assert_eq!(may_commit(&one, 4, now).rule, "destroy.changed_meanwhile");
    assert!(may_commit(&one, 5, now).allowed);
}

#[test]
fn every_answer_carries_its_article_in_both_languages() {
    use RecordingState as S;
    for tenant in crate::testing::ALL {
        for state in S::ALL {
            for days in [0, 10, 100, 1_000] {
                let mut one = kept(tenant, at("2026-06-15T10:00:00+09:00"));
                one.state = *state;
                let answer = may_commit(&one, 1, one.started_at + TimeDelta::days(days));
                assert!(!answer.article.as_str().is_empty());
                assert!(!answer.sentence.ja.is_empty() && !answer.sentence.en.is_empty());
            }
        }
    }
}

#[test]
fn what_is_not_sealed_or_is_gone_needs_nothing() {
    use RecordingState as S;
    let now = at("2030-01-01T00:00:00+09:00");
    for (state, step) in [
        (S::Recording, Step::Wait),
        (S::Sealing, Step::Wait),
        (S::Failed, Step::Wait),
        (S::Destroyed, Step::Wait),
        (S::Destroying, Step::FinishDestruction),
    ] {
        let mut one = kept("kobe", at("2026-06-15T10:00:00+09:00"));
        one.state = state;
        assert_eq!(next_step(&one, now), step);
    }
}
