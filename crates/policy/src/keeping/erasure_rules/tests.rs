//! Erasure on application (O-6.3) and on a law, under the tenants' own policies.

use super::*;
use crate::keeping::testing::{as_holder, facts, kept, person};
use crate::testing::{ALL, at, now, policy};

const FORM: ErasureBasis<'_> = ErasureBasis::Application("erasure");
const LAW: ErasureBasis<'_> = ErasureBasis::Law("個人情報保護法第98条第1項");

fn ask(tenant: &str, post: &str, basis: ErasureBasis<'_>) -> Decision {
    let recording = facts(&kept(tenant, at("2026-06-14T09:00:00+09:00")));
    as_holder(2, post, now(), |caller, _| may_ask(&policy(tenant), caller, &recording, basis, now()))
}

fn approve(tenant: &str, post: &str, request: &ErasureRequest<'_>, kept: &KeptRecording) -> Decision {
    as_holder(1, post, now(), |caller, by| {
        may_approve(&policy(tenant), caller, &by, &facts(kept), kept, request, now())
    })
}

fn request<'a>(basis: ErasureBasis<'a>, held_on: &'a [String]) -> ErasureRequest<'a> {
    ErasureRequest { basis, asked_by: Actor::in_own_right(person(2)), held_on }
}

// req: O-6.3
#[test]
fn erasure_on_application_is_refused_while_a_demand_or_an_unresolved_case_needs_it() {
    let yesterday = kept("osaka-waterworks", at("2026-06-14T09:00:00+09:00"));
    assert_eq!(ask("osaka-waterworks", "authorised-staff", FORM).rule, "erasure.asked");
    let free = approve("osaka-waterworks", "operations-manager", &request(FORM, &[]), &yesterday);
    assert_eq!((free.allowed, free.article.as_str()), (true, "6(3)"), "before the minimum, as the form says");
    assert_eq!(cause(&free), Cause { reason: DueReason::Erasure, article: "6(3)".parse().unwrap() });
    for ground in ["improper-demand", "unresolved-case"] {
        let grounds = [ground.to_owned()];
        for basis in [FORM, LAW] {
            let refused =
                approve("osaka-waterworks", "operations-manager", &request(basis, &grounds), &yesterday);
            assert_eq!(
                (refused.allowed, refused.rule, refused.article.as_str()),
                (false, "erasure.refused_while", "6(3)")
            );
        }
    }
    // a disclosure that is open is no reason to refuse: the erasure waits for it
    let open = ["open-request".to_owned()];
    let waits = approve("osaka-waterworks", "operations-manager", &request(FORM, &open), &yesterday);
    assert!(waits.allowed && waits.sentence.en.contains("once nothing holds"));
}

// rule: I13
#[test]
fn whoever_entered_it_does_not_approve_it() {
    let yesterday = kept("osaka-waterworks", at("2026-06-14T09:00:00+09:00"));
    let own = ErasureRequest { asked_by: Actor::in_own_right(person(1)), ..request(FORM, &[]) };
    assert_eq!(
        approve("osaka-waterworks", "operations-manager", &own, &yesterday).rule,
        "erasure.two_persons"
    );
    assert!(!approve("osaka-waterworks", "recorder-manager", &request(FORM, &[]), &yesterday).allowed);
}

// rule: I5
#[test]
fn a_law_does_not_shorten_the_shortest_period() {
    let start = at("2026-06-14T09:00:00+09:00");
    let early = approve("toyonaka", "chief-custodian", &request(LAW, &[]), &kept("toyonaka", start));
    assert_eq!(
        (early.allowed, early.rule, early.article.as_str()),
        (false, "erasure.before_minimum", "5(2)")
    );
    let free = approve("kobe", "manager", &request(LAW, &[]), &kept("kobe", start));
    assert_eq!((free.allowed, free.article.as_str()), (true, "section 3(4)"), "its rules know no minimum");
}

#[test]
fn an_erasure_needs_a_basis_that_the_policy_or_the_law_gives() {
    for (tenant, post, basis, rule) in [
        ("osaka-waterworks", "authorised-staff", ErasureBasis::Application("use"), "erasure.basis_missing"),
        ("osaka-waterworks", "authorised-staff", ErasureBasis::Law(" "), "erasure.basis_missing"),
        ("kobe", "manager", FORM, "erasure.basis_missing"),
        ("kobe", "assistant", LAW, "erasure.asked"),
    ] {
        assert_eq!(ask(tenant, post, basis).rule, rule, "{tenant} {post}");
    }
}

#[test]
fn what_is_gone_or_not_yet_sealed_is_not_erased() {
    use RecordingState as S;
    for tenant in ALL {
        let policy = policy(tenant);
        let decides =
            policy.posts.iter().find(|post| post.capabilities.contains(&Capability::ErasureDecide)).unwrap();
        let basis = if application(&policy).is_some() { FORM } else { LAW };
        let mut old = kept(tenant, at("2024-06-14T09:00:00+09:00"));
        for state in S::ALL {
            old.state = *state;
            let answer = approve(tenant, &decides.key, &request(basis, &[]), &old);
            let open = matches!(state, S::Primary | S::Secondary | S::Due | S::Quarantined);
            assert_eq!(answer.allowed, open, "{tenant} {state}: {answer:?}");
            assert!(!answer.sentence.ja.is_empty() && !answer.article.as_str().is_empty());
        }
    }
}

// req: O-6.3
// rule: I13
#[test]
fn a_refusal_names_the_ground_of_the_rules_and_is_another_persons() {
    let recording = facts(&kept("osaka-waterworks", at("2026-06-14T09:00:00+09:00")));
    let refuse = |n, post: &str, ground| {
        let asked_by = Actor::in_own_right(person(2));
        as_holder(n, post, now(), |caller, by| {
            let two = (&asked_by, &by);
            may_refuse(&policy("osaka-waterworks"), caller, two, &recording, FORM, ground, now())
        })
    };
    let on_ground = refuse(1, "operations-manager", Some("improper-demand"));
    assert!(on_ground.allowed && on_ground.sentence.en.contains("ground"), "{on_ground:?}");
    assert!(refuse(1, "operations-manager", None).allowed);
    assert_eq!(refuse(1, "operations-manager", Some("because")).rule, "erasure.ground_unknown");
    assert_eq!(refuse(2, "operations-manager", None).rule, "erasure.two_persons");
    assert!(!refuse(1, "recorder-manager", None).allowed);
}

#[test]
fn who_entered_it_takes_it_back_or_who_decides() {
    let recording = facts(&kept("osaka-waterworks", at("2026-06-14T09:00:00+09:00")));
    let withdraw = |n, post: &str| {
        as_holder(n, post, now(), |caller, _| {
            may_withdraw(&policy("osaka-waterworks"), caller, person(2), &recording, FORM, now()).allowed
        })
    };
    assert!(withdraw(2, "authorised-staff") && withdraw(1, "operations-manager"));
    assert!(!withdraw(1, "authorised-staff"));
}
