//! What holds for any appointments: nothing without a post in force, no use beyond sight.

use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;

use super::*;
use crate::testing::{ALL, department, holding, now, person, policy, recording};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// No post in force, no act: whatever is asked, by whatever path.
    #[test]
    fn nothing_is_allowed_without_an_appointment_in_force(
        tenant in prop::sample::select(&ALL[..]),
        post in prop::sample::select(vec!["manager", "chief-custodian", "operator", "handler", "assistant", "no-such-post"]),
        hours in 1..100_000_i64,
        ended in any::<bool>(),
        purpose in ".{0,20}",
    ) {
        let policy = policy(tenant);
        let mut appointment = holding(post, Some("tax"));
        if ended {
            appointment.until = Some(now() - TimeDelta::hours(hours - 1));
        } else {
            appointment.from = now() + TimeDelta::hours(hours);
        }
        for appointments in [vec![], vec![appointment]] {
            let caller = Caller { person: person(), appointments: &appointments };
            for capability in Capability::ALL {
                prop_assert!(!may(&policy, &caller, *capability, now()).allowed);
                prop_assert!(matches!(department_scope(&policy, &caller, *capability, now()), DepartmentScope::None(_)));
            }
            prop_assert!(!may_see(&policy, &caller, &recording(None), now()).allowed);
            for stated in policy.purposes.iter().map(|purpose| purpose.key.as_str()).chain([purpose.as_str()]) {
                prop_assert!(!may_use(&policy, &caller, &recording(Some("tax")), stated, "case", now()).allowed);
            }
            for target in &policy.posts {
                let decision = may_appoint(&policy, &caller, &target.key, Some(&department("tax")), NaiveDate::from_ymd_opt(2026, 6, 1), now());
                prop_assert!(!decision.allowed);
            }
        }
    }

    /// What may be heard may be seen, and only through a post the purpose names.
    #[test]
    fn a_use_needs_sight_a_purpose_and_a_post(
        tenant in prop::sample::select(&ALL[..]),
        posts in prop::collection::vec((0..8_usize, prop::option::of(prop::sample::select(vec!["tax", "welfare"]))), 0..4),
        dept in prop::option::of(prop::sample::select(vec!["tax", "welfare"])),
        line_proved in any::<bool>(),
        purpose in 0..6_usize,
        note in prop::sample::select(vec!["", "case 1"]),
    ) {
        let policy = policy(tenant);
        let appointments: Vec<Appointment> = posts
            .iter()
            .filter_map(|(index, reach)| Some(holding(&policy.posts.get(*index)?.key, *reach)))
            .collect();
        let caller = Caller { person: person(), appointments: &appointments };
        let facts = RecordingFacts { line_proved, ..recording(dept) };
        let key = policy.purposes.get(purpose).map_or("no-such-purpose", |purpose| purpose.key.as_str());
        let decision = may_use(&policy, &caller, &facts, key, note, now());
        if decision.allowed {
            prop_assert!(may_see(&policy, &caller, &facts, now()).allowed);
            let purpose = policy.purpose(key).unwrap();
            prop_assert!(appointments.iter().any(|held| purpose.posts.contains(&held.post)));
            prop_assert!(!purpose.needs_case_note || !note.is_empty());
            prop_assert!(line_proved || appointments.iter().any(|held| held.department.is_none()));
        }
    }
}
