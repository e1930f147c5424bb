//! Every order of events of the small race, and that the model finds the two guards which are known to be wrong.

use rokuon_keeping_model::race::row::{Life, Row};
use rokuon_keeping_model::race::{Act, CommitGuard, Platform, Race, claims};
use rokuon_policy::keeping::step::{Step, may_commit, next_step};
use stateright::{Checker, HasDiscoveries, Model, Path};

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

// rule: F15, I1, I2, I3, I5, I6, I7
#[test]
fn in_no_order_is_a_held_recording_destroyed() {
    let race = Race { guard: CommitGuard::CounterAndDates };
    let checked = race.checker().threads(threads()).spawn_bfs().join();
    eprintln!(
        "2 recordings, 2 workers, 1 sweeper, 3 holds: {} states ({} steps looked at), depth {}",
        checked.unique_state_count(),
        checked.state_count(),
        checked.max_depth()
    );
    checked.assert_properties();
    assert!(checked.unique_state_count() > 100_000, "the model has become too small to say anything");
}

/// The shortest way on which a wrong guard breaks a claim.
fn finding(guard: CommitGuard, claim: &'static str) -> Option<Path<Platform, Act>> {
    let stop = HasDiscoveries::AnyOf(std::iter::once(claim).collect());
    Race { guard }.checker().threads(threads()).finish_when(stop).spawn_bfs().join().discovery(claim)
}

// rule: F15
#[test]
fn a_lock_and_a_look_for_holds_destroys_a_held_recording() {
    let found =
        finding(CommitGuard::LockAndNotExists, claims::HELD_IS_SAFE).expect("the known mistake is found");
    for act in found.into_actions() {
        eprintln!("  {act:?}");
    }
}

// rule: I5
#[test]
fn without_the_dates_a_lengthened_period_is_overlooked() {
    let found =
        finding(CommitGuard::CounterOnly, claims::LENGTHENED_IS_SAFE).expect("the known mistake is found");
    for act in found.into_actions() {
        eprintln!("  {act:?}");
    }
}

/// The model's small words mean what the kernel says: every row of it is judged by both.
#[test]
fn the_small_model_judges_every_row_as_the_kernel_does() {
    let now = rokuon_keeping_model::instant::at("2026-06-15T10:00:00+09:00");
    let mut judged = 0;
    for life in [Life::Primary, Life::Due, Life::Destroying, Life::Destroyed] {
        for active_holds in 0..=2 {
            for (over, grace) in [(false, false), (false, true), (true, false), (true, true)] {
                let row = Row { active_holds, over, grace, ..Row::sealed(life) };
                let kept = row.as_kept(now);
                let step = next_step(&kept, now);
                assert_eq!(row.may_be_destroyed(), step == Step::CommitDestruction, "{row:?}");
                assert_eq!(row.may_be_destroyed(), may_commit(&kept, kept.epoch, now).allowed, "{row:?}");
                assert_eq!(row.becomes_due(), matches!(step, Step::BecomeDue(_)), "{row:?}");
                assert_eq!(row.is_kept_after_all(), matches!(step, Step::KeepAfterAll(_)), "{row:?}");
                judged += 1;
            }
        }
    }
    assert_eq!(judged, 48);
}
