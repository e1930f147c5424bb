//! Who places, releases and extends holds under the tenants' own policies.

use super::*;
use crate::keeping::testing::{as_holder, facts, kept, person};
use crate::testing::{ALL, at, now, policy};

const INVESTIGATION: WantedHold<'_> =
    WantedHold { ground: "investigation", reason: "警察からの照会", review_on: None };

fn place(tenant: &str, post: &str, wanted: &WantedHold<'_>, state: RecordingState) -> Decision {
    let recording = RecordingFacts { state, ..facts(&kept(tenant, at("2026-06-14T09:00:00+09:00"))) };
    as_holder(1, post, now(), |caller, _| may_place(&policy(tenant), caller, &recording, wanted, now()))
}

fn release(tenant: &str, post: &str, placed_by: Option<Actor>, by: Actor) -> Decision {
    let recording = facts(&kept(tenant, at("2026-06-14T09:00:00+09:00")));
    let hold = PlacedHold { placed_by, review_on: None };
    as_holder(1, post, now(), |caller, _| {
        may_release(&policy(tenant), caller, &by, &recording, &hold, "解決した", now())
    })
}

// req: P-7, TK-7.1
#[test]
fn a_hold_is_placed_by_the_post_and_on_a_ground_the_policy_names() {
    let placed = place("takikawa", "manager", &INVESTIGATION, RecordingState::Primary);
    assert_eq!((placed.allowed, placed.article.as_str()), (true, "7(1) proviso"));
    for (post, wanted, rule) in [
        ("operator", INVESTIGATION, "access.not_permitted"),
        ("manager", WantedHold { ground: "because", ..INVESTIGATION }, "hold.ground_unknown"),
        ("manager", WantedHold { reason: " ", ..INVESTIGATION }, "hold.reason_missing"),
        (
            "manager",
            WantedHold { review_on: Some(civil::civil_day(now())), ..INVESTIGATION },
            "hold.review_not_ahead",
        ),
    ] {
        let refused = place("takikawa", post, &wanted, RecordingState::Primary);
        assert!(!refused.allowed, "{post} {wanted:?}");
        if post == "manager" {
            assert_eq!(refused.rule, rule);
        }
    }
}

// rule: F15
#[test]
fn a_hold_that_comes_after_the_commit_is_too_late_and_before_it_is_not() {
    use RecordingState as S;
    for (state, rule) in [
        (S::Recording, "hold.placed"),
        (S::Sealing, "hold.placed"),
        (S::Primary, "hold.placed"),
        (S::Secondary, "hold.placed"),
        (S::Due, "hold.placed"),
        (S::Quarantined, "hold.placed"),
        (S::Destroying, "hold.too_late"),
        (S::Destroyed, "hold.too_late"),
        (S::Failed, "hold.nothing_kept"),
    ] {
        let answer = place("takikawa", "manager", &INVESTIGATION, state);
        assert_eq!((answer.rule, answer.allowed), (rule, rule == "hold.placed"), "{state}");
        assert_eq!(too_late(&policy("takikawa"), state).is_none(), answer.allowed);
    }
}

// req: P-7
// rule: I13
#[test]
fn where_the_policy_wants_two_persons_another_one_releases() {
    let (first, second) = (Actor::in_own_right(person(1)), Actor::in_own_right(person(2)));
    let alone = release("osaka-waterworks", "operations-manager", Some(first), first);
    assert_eq!((alone.allowed, alone.rule), (false, "hold.two_persons"));
    let delegate = Actor { person: person(3), delegated_by: Some(person(1)) };
    assert!(!release("osaka-waterworks", "operations-manager", Some(first), delegate).allowed);
    let by_another = release("osaka-waterworks", "operations-manager", Some(second), first);
    assert_eq!((by_another.allowed, by_another.rule), (true, "hold.released"));
    // placing is for the recorder's manager too, releasing is not
    let wrong_post = release("osaka-waterworks", "recorder-manager", Some(second), first);
    assert!(!wrong_post.allowed);
    assert!(release("takikawa", "manager", Some(first), first).allowed, "its rules are content with one");
}

#[test]
fn a_hold_of_an_open_request_ends_with_the_request() {
    let refused = release("takikawa", "manager", None, Actor::in_own_right(person(1)));
    assert_eq!((refused.allowed, refused.rule), (false, "hold.of_open_request"));
}

#[test]
fn a_hold_is_extended_to_a_later_day_only() {
    let day = |text: &str| Some(text.parse::<NaiveDate>().unwrap());
    let recording = facts(&kept("takikawa", at("2026-06-14T09:00:00+09:00")));
    let hold = PlacedHold { placed_by: None, review_on: day("2026-09-01") };
    let extend = |until| {
        let wanted = WantedHold { review_on: until, ..INVESTIGATION };
        as_holder(1, "manager", now(), |caller, _| {
            may_extend(&policy("takikawa"), caller, &recording, &hold, &wanted, now()).rule
        })
    };
    assert_eq!(extend(day("2026-12-01")), "hold.extended");
    assert_eq!(extend(day("2026-09-01")), "hold.not_longer");
    assert_eq!(extend(None), "hold.review_missing");
    assert_eq!(extend(day("2026-06-01")), "hold.review_not_ahead");
}

#[test]
fn in_every_tenant_some_post_places_and_some_post_releases_with_an_article() {
    for tenant in ALL {
        let policy = policy(tenant);
        let recording = facts(&kept(tenant, at("2026-06-14T09:00:00+09:00")));
        for ground in &policy.holds.grounds {
            let wanted = WantedHold { ground: &ground.key, reason: "確認のため", review_on: None };
            for post in &policy.holds.placed_by {
                let placed = as_holder(1, post, now(), |caller, _| {
                    may_place(&policy, caller, &recording, &wanted, now())
                });
                assert!(placed.allowed, "{tenant} {post} {}: {placed:?}", ground.key);
                assert_eq!(placed.article, ground.article);
            }
        }
        for post in &policy.holds.released_by {
            let two = (Actor::in_own_right(person(2)), Actor::in_own_right(person(1)));
            assert!(release(tenant, post, Some(two.0), two.1).allowed, "{tenant} {post}");
        }
    }
}

// req: P-7
#[test]
fn who_may_place_or_release_a_hold_may_ask_for_its_release() {
    let recording = facts(&kept("osaka-waterworks", at("2026-06-14T09:00:00+09:00")));
    let ask = |post: &str, reason| {
        as_holder(1, post, now(), |caller, _| {
            may_ask_release(&policy("osaka-waterworks"), caller, &recording, reason, now())
        })
    };
    for post in ["operations-manager", "recorder-manager"] {
        assert!(ask(post, "解決した").allowed, "{post}");
    }
    assert_eq!(ask("recorder-manager", " ").rule, "hold.reason_missing");
    assert!(!ask("authorised-staff", "解決した").allowed);
}
