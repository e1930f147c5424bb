//! Every pair of state and event is either on the list or refused.

use super::*;

const EVENTS: [Transition; 14] = [
    Transition::CallEnded,
    Transition::CaptureFailed,
    Transition::Sealed,
    Transition::TierMoved,
    Transition::BecameDue { active_holds: 0 },
    Transition::BecameDue { active_holds: 2 },
    Transition::KeptAfterAll { tier: Tier::Primary },
    Transition::KeptAfterAll { tier: Tier::Secondary },
    Transition::DestructionCommitted { active_holds: 0 },
    Transition::DestructionCommitted { active_holds: 1 },
    Transition::DestructionDone,
    Transition::IntegrityBroken,
    Transition::Repaired { tier: Tier::Primary },
    Transition::Repaired { tier: Tier::Secondary },
];

#[test]
fn exactly_the_listed_ways_are_open() {
    use RecordingState as S;
    let open: Vec<(S, usize, S)> = S::ALL
        .iter()
        .flat_map(|from| {
            EVENTS.iter().enumerate().map(move |(index, event)| (*from, index, from.after(*event)))
        })
        .filter_map(|(from, index, after)| Some((from, index, after.ok()?)))
        .collect();
    assert_eq!(
        open,
        [
            (S::Recording, 0, S::Sealing),
            (S::Recording, 1, S::Failed),
            (S::Sealing, 1, S::Failed),
            (S::Sealing, 2, S::Primary),
            (S::Primary, 3, S::Secondary),
            (S::Primary, 4, S::Due),
            (S::Primary, 11, S::Quarantined),
            (S::Secondary, 4, S::Due),
            (S::Secondary, 11, S::Quarantined),
            (S::Due, 6, S::Primary),
            (S::Due, 7, S::Secondary),
            (S::Due, 8, S::Destroying),
            (S::Due, 11, S::Quarantined),
            (S::Destroying, 10, S::Destroyed),
            (S::Quarantined, 4, S::Due),
            (S::Quarantined, 12, S::Primary),
            (S::Quarantined, 13, S::Secondary),
        ]
    );
}

#[test]
fn a_held_recording_neither_expires_nor_is_destroyed() {
    use RecordingState as S;
    for (from, event, holds) in [
        (S::Primary, Transition::BecameDue { active_holds: 1 }, 1),
        (S::Secondary, Transition::BecameDue { active_holds: 3 }, 3),
        (S::Quarantined, Transition::BecameDue { active_holds: 2 }, 2),
        (S::Due, Transition::DestructionCommitted { active_holds: 1 }, 1),
    ] {
        assert_eq!(from.after(event), Err(TransitionRefused::Held { active_holds: holds }));
    }
}

#[test]
fn nothing_comes_back_from_destruction() {
    for event in EVENTS {
        assert!(RecordingState::Destroyed.after(event).is_err());
        let left = RecordingState::Destroying.after(event);
        assert!(matches!(left, Err(_) | Ok(RecordingState::Destroyed)), "{left:?}");
    }
}

#[test]
fn states_are_spelled_as_the_database_and_the_api_spell_them() {
    let spelled: Vec<&str> = RecordingState::ALL.iter().map(|state| state.as_str()).collect();
    assert_eq!(
        spelled.join(" "),
        "recording sealing primary secondary due destroying destroyed failed quarantined"
    );
    for state in RecordingState::ALL {
        assert_eq!(state.as_str().parse(), Ok(*state));
        assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
    }
}
