//! Who may do what: the five tenants' posts, and properties of any set of appointments.

use chrono::{NaiveDate, TimeDelta};

use super::*;
use crate::testing::{ALL, at, department, holding, now, person, policy, recording};

fn rule_of(decision: &Decision) -> (&'static str, String) {
    assert!(!decision.sentence.ja.is_empty() && !decision.sentence.en.is_empty(), "{decision:?}");
    (decision.rule, decision.article.to_string())
}

/// Plays as someone with one post; returns (allowed, rule, article).
fn play(
    tenant: &str,
    post: &str,
    dept: Option<&str>,
    facts: &RecordingFacts,
    purpose: &str,
    note: &str,
) -> (bool, &'static str, String) {
    let policy = policy(tenant);
    let appointments = [holding(post, dept)];
    let caller = Caller { person: person(), appointments: &appointments };
    let decision = may_use(&policy, &caller, facts, purpose, note, now());
    let (rule, article) = rule_of(&decision);
    (decision.allowed, rule, article)
}

// req: T-1
#[test]
fn toyonaka_plays_only_for_its_two_purposes() {
    let facts = recording(None);
    let cases = [
        ("response-quality", "", true, "purpose.permitted", "1, 3(2) item 2"),
        ("emergency-information", "case 12", true, "purpose.permitted", "1, 3(2) item 2"),
        ("emergency-information", " \n", false, "purpose.case_note_missing", "1, 3(2) item 2"),
        ("", "", false, "purpose.not_stated", "3(2) item 2"),
        ("   ", "", false, "purpose.not_stated", "3(2) item 2"),
        ("curiosity", "please", false, "purpose.unknown", "3(2) item 2"),
        ("Response-Quality", "", false, "purpose.unknown", "3(2) item 2"),
    ];
    for (purpose, note, allowed, rule, article) in cases {
        let found = play("toyonaka", "handler", None, &facts, purpose, note);
        assert_eq!(found, (allowed, rule, article.to_owned()), "{purpose:?}");
    }
}

// req: I-7
#[test]
fn ichinomiya_plays_only_on_one_of_its_four_grounds() {
    let facts =
        RecordingFacts { keep_until: Some(at("2027-06-15T00:00:00+09:00")), ..recording(Some("tax")) };
    let grounds = [
        ("dispute-verification", "7 item 1"),
        ("maintenance", "7 item 2"),
        ("provision", "7 item 3"),
        ("special-need", "7 item 4"),
    ];
    assert_eq!(policy("ichinomiya").purposes.len(), grounds.len());
    for (ground, article) in grounds {
        let found = play("ichinomiya", "operator", None, &facts, ground, "case 3");
        assert_eq!(found, (true, "purpose.permitted", article.to_owned()));
    }
    for wrong in ["", "response-quality", "log-analysis"] {
        let (allowed, _, article) = play("ichinomiya", "operator", None, &facts, wrong, "case 3");
        assert_eq!((allowed, article.as_str()), (false, "7"), "{wrong:?}");
    }
}

#[test]
fn kobe_keeps_improper_demands_for_the_manager() {
    let facts =
        RecordingFacts { keep_until: Some(at("2026-06-29T00:00:00+09:00")), ..recording(Some("child-care")) };
    let refused = play("kobe", "assistant", None, &facts, "improper-demand", "case 1");
    assert_eq!(refused, (false, "purpose.post_not_permitted", "yoryo 5(2)".to_owned()));
    assert!(play("kobe", "manager", None, &facts, "improper-demand", "case 1").0);
    assert!(play("kobe", "assistant", None, &facts, "log-analysis", "").0);
}

// req: T-6
#[test]
fn toyonakas_three_roles_appoint_and_provide_as_written() {
    let policy = policy("toyonaka");
    let appoint = |by: &str, to: &str| {
        let appointments = [holding(by, None)];
        may_appoint(&policy, &Caller { person: person(), appointments: &appointments }, to, None, None, now())
    };
    for (by, to, allowed, article) in [
        ("chief-custodian", "operations-manager", true, "6(3)"),
        ("operations-manager", "handler", true, "6(4)"),
        ("chief-custodian", "handler", false, "6(4)"),
        ("handler", "handler", false, "6(4)"),
        ("operations-manager", "operations-manager", false, "6(3)"),
        ("operations-manager", "chief-custodian", false, "6(2)"),
        ("chief-custodian", "auditor", false, "6"),
    ] {
        let decision = appoint(by, to);
        assert_eq!((decision.allowed, decision.article.as_str()), (allowed, article), "{by} → {to}");
    }
    let provides: Vec<&str> = policy
        .posts
        .iter()
        .filter(|post| post.capabilities.contains(&Capability::ProvisionDecide))
        .map(|post| post.key.as_str())
        .collect();
    assert_eq!(provides, ["chief-custodian"], "only the custodian provides outside");
}

// req: O-9
#[test]
fn osakas_three_responsibilities_differ_in_reach() {
    let policy = policy("osaka-waterworks");
    let can = |post: &str, capability| {
        let appointments = [holding(post, None)];
        let caller = Caller { person: person(), appointments: &appointments };
        may(&policy, &caller, capability, now()).allowed
    };
    for (post, article) in [
        ("operations-manager", "9(1)"),
        ("information-security-officer", "9(2)"),
        ("recorder-manager", "9(3)"),
    ] {
        assert_eq!(policy.post(post).unwrap().article.as_str(), article);
    }
    assert!(can("operations-manager", Capability::PersonIssue));
    assert!(!can("recorder-manager", Capability::PersonIssue));
    assert!(can("information-security-officer", Capability::AuditRead));
    assert!(!can("information-security-officer", Capability::RecordingPlay));
    assert!(can("recorder-manager", Capability::ConnectionManage));
    assert!(!can("authorised-staff", Capability::ConnectionManage));
}

// req: TK-3
#[test]
fn takikawas_departments_are_closed_to_each_other() {
    let policy = policy("takikawa");
    let facts = RecordingFacts { keep_until: None, ..recording(Some("tax")) };
    let see = |post: &str, dept: Option<&str>| {
        let appointments = [holding(post, dept)];
        may_see(&policy, &Caller { person: person(), appointments: &appointments }, &facts, now())
    };
    assert!(see("manager", None).allowed);
    for post in ["department-custodian", "operator"] {
        assert!(see(post, Some("tax")).allowed, "{post}");
        assert_eq!(
            rule_of(&see(post, Some("welfare"))),
            ("access.other_department", "6(1)".to_owned()),
            "{post}"
        );
        assert!(!see(post, None).allowed, "{post}: a department's post without a department reaches nothing");
        let used = play("takikawa", post, Some("welfare"), &facts, "service-improvement", "");
        assert_eq!((used.0, used.1), (false, "access.other_department"));
    }
}

// req: TK-3
#[test]
fn takikawas_operators_are_named_by_their_own_departments_head() {
    let policy = policy("takikawa");
    let name = |by: &str, reach: Option<&str>, to: &str, dept: Option<&str>| {
        let appointments = [holding(by, reach)];
        let caller = Caller { person: person(), appointments: &appointments };
        let dept = dept.map(department);
        may_appoint(&policy, &caller, to, dept.as_ref(), None, now())
    };
    assert!(name("manager", None, "department-custodian", Some("tax")).allowed);
    assert!(name("department-custodian", Some("tax"), "operator", Some("tax")).allowed);
    let elsewhere = name("department-custodian", Some("tax"), "operator", Some("welfare"));
    assert_eq!(rule_of(&elsewhere), ("appointment.other_department", "3(4)".to_owned()));
    let nowhere = name("department-custodian", Some("tax"), "operator", None);
    assert_eq!(nowhere.rule, "appointment.department_missing");
    // The manager is also the head of general affairs (art. 3(3)), and of no other department.
    assert!(name("manager", None, "operator", Some("general-affairs")).allowed);
    assert!(!name("manager", None, "operator", Some("tax")).allowed);
    assert!(!name("operator", Some("tax"), "operator", Some("tax")).allowed);
    let designee = name("manager", None, "designee", Some("tax"));
    assert_eq!(rule_of(&designee), ("appointment.by_delegation_only", "6(1) proviso".to_owned()));
}

#[test]
fn takikawas_designation_needs_an_end() {
    let policy = policy("takikawa");
    let appointments = [holding("department-custodian", Some("tax"))];
    let caller = Caller { person: person(), appointments: &appointments };
    let designate = |dept: &str, days: Option<i64>| {
        let until = days.map(|days| now() + TimeDelta::days(days));
        may_delegate(&policy, &caller, Some(&department(dept)), now(), until, now()).rule
    };
    assert_eq!(designate("tax", Some(30)), "appointment.permitted");
    assert_eq!(designate("tax", None), "delegation.end_missing");
    assert_eq!(designate("tax", Some(-1)), "delegation.end_missing");
    assert_eq!(designate("tax", Some(200)), "delegation.end_missing");
    assert_eq!(designate("welfare", Some(30)), "delegation.not_by_this_post");
    let mut designee = holding("designee", Some("tax"));
    let able = |appointment: &Appointment| {
        let appointments = [appointment.clone()];
        may(
            &policy,
            &Caller { person: person(), appointments: &appointments },
            Capability::RecordingPlay,
            now(),
        )
        .allowed
    };
    assert!(!able(&designee), "a designation without an end gives nothing");
    designee.until = Some(now() + TimeDelta::seconds(1));
    assert!(able(&designee));
    designee.until = Some(now());
    assert!(!able(&designee), "it ends by itself");
}

// req: I-5
#[test]
fn ichinomiya_lets_nobody_operate_but_the_manager_and_operators() {
    let policy = policy("ichinomiya");
    let able: Vec<&str> = policy
        .posts
        .iter()
        .filter(|post| post.capabilities.contains(&Capability::RecordingPlay))
        .map(|post| post.key.as_str())
        .collect();
    assert_eq!(able, ["manager", "operator"]);
    let head = [holding("department-head", Some("tax"))];
    let caller = Caller { person: person(), appointments: &head };
    for capability in [
        Capability::RecordingSearch,
        Capability::RecordingPlay,
        Capability::CallSearch,
        Capability::AuditRead,
    ] {
        assert_eq!(
            rule_of(&may(&policy, &caller, capability, now())),
            ("access.not_permitted", "5(2)".to_owned())
        );
    }
    let manager = [holding("manager", None)];
    let caller = Caller { person: person(), appointments: &manager };
    assert!(may_appoint(&policy, &caller, "operator", None, None, now()).allowed);
    let operator = [holding("operator", None)];
    let caller = Caller { person: person(), appointments: &operator };
    assert!(!may_appoint(&policy, &caller, "operator", None, None, now()).allowed);
}

#[test]
fn kobe_grants_nothing_without_a_recorded_training() {
    let policy = policy("kobe");
    let manager = [holding("manager", None)];
    let caller = Caller { person: person(), appointments: &manager };
    let day = |text: &str| Some(text.parse::<NaiveDate>().unwrap());
    for (trained_on, allowed) in [
        (None, false),
        (day("2026-06-15"), true),
        (day("2026-06-16"), false),
        (day("2025-06-16"), true),
        (day("2025-06-14"), false),
    ] {
        let decision = may_appoint(&policy, &caller, "assistant", None, trained_on, now());
        assert_eq!(decision.allowed, allowed, "trained on {trained_on:?}");
        assert_eq!(decision.article.as_str(), if allowed { "yoryo 4(1)" } else { "yoryo 4(2)" });
    }
    let untrained = [Appointment { trained_on: None, ..holding("assistant", None) }];
    let caller = Caller { person: person(), appointments: &untrained };
    let decision = may(&policy, &caller, Capability::RecordingSearch, now());
    assert_eq!(rule_of(&decision), ("appointment.training_missing", "yoryo 4(2)".to_owned()));
}

#[test]
fn a_recording_that_cannot_be_heard_is_refused_with_its_reason() {
    let until = at("2026-07-16T00:00:00+09:00");
    let ask = |state, keep_until, active_holds, now| {
        let policy = policy("toyonaka");
        let appointments = [holding("handler", None)];
        let caller = Caller { person: person(), appointments: &appointments };
        let facts = RecordingFacts { state, keep_until, active_holds, ..recording(None) };
        may_use(&policy, &caller, &facts, "response-quality", "", now).rule
    };
    use RecordingState as S;
    let second = TimeDelta::seconds(1);
    for (state, holds, when, rule) in [
        (S::Recording, 0, now(), "recording.not_sealed"),
        (S::Sealing, 0, now(), "recording.not_sealed"),
        (S::Failed, 0, now(), "recording.failed"),
        (S::Quarantined, 1, now(), "recording.quarantined"),
        (S::Destroying, 1, now(), "recording.destroyed"),
        (S::Destroyed, 0, now(), "recording.destroyed"),
        (S::Primary, 0, until - second, "purpose.permitted"),
        (S::Secondary, 0, until - second, "purpose.permitted"),
        (S::Primary, 0, until, "retention.period_over"),
        (S::Primary, 1, until, "purpose.permitted"),
        (S::Due, 0, until + second, "retention.period_over"),
        (S::Due, 0, until - second, "recording.to_be_erased"),
        (S::Due, 1, until + second, "purpose.permitted"),
        (S::Due, 1, until - second, "purpose.permitted"),
    ] {
        assert_eq!(ask(state, Some(until), holds, when), rule, "{state} with {holds} holds at {when}");
    }
    assert_eq!(
        ask(S::Primary, None, 0, until + TimeDelta::days(900)),
        "purpose.permitted",
        "capacity: no date"
    );
}

#[test]
fn a_doubtful_line_is_shown_only_to_posts_that_see_everything() {
    let policy = policy("takikawa");
    for facts in [
        RecordingFacts { line_proved: false, ..recording(Some("tax")) },
        RecordingFacts { line_proved: false, ..recording(None) },
    ] {
        let see = |post: &str, dept: Option<&str>| {
            let appointments = [holding(post, dept)];
            may_see(&policy, &Caller { person: person(), appointments: &appointments }, &facts, now())
        };
        assert!(see("manager", None).allowed);
        assert_eq!(see("operator", Some("tax")).rule, "access.line_unproved");
    }
}

#[test]
fn scopes_add_up_over_posts() {
    let policy = policy("takikawa");
    let scope = |appointments: &[Appointment], capability| {
        department_scope(&policy, &Caller { person: person(), appointments }, capability, now())
    };
    let two = [holding("operator", Some("tax")), holding("department-custodian", Some("welfare"))];
    let both = ["tax", "welfare"].map(department).into_iter().collect();
    assert_eq!(scope(&two, Capability::RecordingSearch), DepartmentScope::Only(both));
    let appointing = ["welfare"].map(department).into_iter().collect();
    assert_eq!(scope(&two, Capability::PersonAppoint), DepartmentScope::Only(appointing));
    let with_manager = [two[0].clone(), holding("manager", None)];
    assert_eq!(scope(&with_manager, Capability::RecordingSearch), DepartmentScope::All);
    let narrowed = [holding("manager", Some("tax"))];
    let only_tax = ["tax"].map(department).into_iter().collect();
    assert_eq!(scope(&narrowed, Capability::RecordingSearch), DepartmentScope::Only(only_tax));
    assert!(matches!(scope(&[], Capability::RecordingSearch), DepartmentScope::None(_)));
}

#[test]
fn purposes_and_capabilities_listed_are_those_that_work() {
    for tenant in ALL {
        let policy = policy(tenant);
        for post in &policy.posts {
            let appointments =
                [Appointment { until: Some(now() + TimeDelta::days(1)), ..holding(&post.key, Some("tax")) }];
            let caller = Caller { person: person(), appointments: &appointments };
            for purpose in &policy.purposes {
                let facts = recording(Some("tax"));
                let listed = purposes(&policy, &caller, now()).contains(&purpose);
                let decision = may_use(&policy, &caller, &facts, &purpose.key, "case 1", now());
                assert_eq!(listed, decision.allowed, "{tenant} {} {}", post.key, purpose.key);
            }
            for capability in Capability::ALL {
                let listed = capabilities(&policy, &caller, now()).contains(capability);
                assert_eq!(listed, may(&policy, &caller, *capability, now()).allowed);
            }
        }
    }
}
