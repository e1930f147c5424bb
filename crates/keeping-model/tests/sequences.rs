//! Random lives of recordings under the tenants' own policies: crashes, repeats, delays, wrong clocks, restores; every invariant after
//! every step, and all of them again once everything has come to rest.
//!
//! `ROKUON_SEQUENCES` says how many sequences of up to 60 steps (500 without it).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use proptest::test_runner::Config;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use rokuon_keeping_model::action::{Action, any_action};
use rokuon_keeping_model::instant::at;
use rokuon_keeping_model::world::World;
use rokuon_policy::policy::Policy;
use rokuon_policy::recording_state::RecordingState;

/// The tenants' policies, read from their files.
static POLICIES: LazyLock<BTreeMap<String, Arc<Policy>>> = LazyLock::new(|| {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .map(|path| {
            let policy = Policy::parse(&std::fs::read_to_string(&path).unwrap()).unwrap();
            (policy.tenant.to_string(), Arc::new(policy))
        })
        .collect()
});

static STEPS: AtomicU64 = AtomicU64::new(0);
static SEQUENCES: AtomicU64 = AtomicU64::new(0);
static RECORDINGS: AtomicU64 = AtomicU64::new(0);
static DESTROYED: AtomicU64 = AtomicU64::new(0);
static HELD: AtomicU64 = AtomicU64::new(0);

/// What generates: the tenant. Which numbers make sense is for the world to say, so that nothing is left untried.
#[derive(Debug, Clone)]
struct Lives {
    tenant: String,
}

impl ReferenceStateMachine for Lives {
    type State = Self;
    type Transition = Action;

    fn init_state() -> BoxedStrategy<Self> {
        let tenants: Vec<String> = POLICIES.keys().cloned().collect();
        proptest::sample::select(tenants).prop_map(|tenant| Self { tenant }).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Action> {
        any_action()
    }

    fn apply(state: Self, _: &Action) -> Self {
        state
    }
}

fn must_hold(world: &World) {
    assert!(world.broken.is_empty(), "{}", world.broken.join("\n"));
}

impl StateMachineTest for Lives {
    type SystemUnderTest = World;
    type Reference = Self;

    fn init_test(lives: &Self) -> World {
        let mut world = World::new(POLICIES[&lives.tenant].clone(), at("2026-01-31T10:00:00+09:00"));
        world.apply(Action::Call);
        world.apply(Action::Call);
        world
    }

    fn apply(mut world: World, _: &Self, action: Action) -> World {
        let before = world.rows.clone();
        world.apply(action);
        world.check_step(&before, action);
        world.check();
        must_hold(&world);
        STEPS.fetch_add(1, Ordering::Relaxed);
        world
    }

    fn teardown(mut world: World, _: Self) {
        world.come_to_rest();
        world.check();
        world.check_at_rest();
        must_hold(&world);
        let count = |state| world.rows.iter().filter(|row| row.kept.state == state).count() as u64;
        SEQUENCES.fetch_add(1, Ordering::Relaxed);
        RECORDINGS.fetch_add(world.rows.len() as u64, Ordering::Relaxed);
        DESTROYED.fetch_add(count(RecordingState::Destroyed), Ordering::Relaxed);
        HELD.fetch_add(
            world.rows.iter().filter(|row| row.kept.active_holds > 0).count() as u64,
            Ordering::Relaxed,
        );
    }
}

fn sequences() -> u32 {
    std::env::var("ROKUON_SEQUENCES").ok().and_then(|number| number.parse().ok()).unwrap_or(500)
}

prop_state_machine! {
    #![proptest_config(Config { cases: sequences(), failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() })]

    fn lives(sequential 1..=60 => Lives);
}

// rule: I1, I2, I3, I4, I5, I6, I7, I8, I9, I11, I12, I13, I15, I19, I20, F9, F14, F15
#[test]
fn no_order_of_events_breaks_an_invariant() {
    lives();
    let seen = |count: &AtomicU64| count.load(Ordering::Relaxed);
    eprintln!(
        "{} sequences, {} steps, {} recordings: {} destroyed, {} held to the end, 0 invariants broken",
        seen(&SEQUENCES),
        seen(&STEPS),
        seen(&RECORDINGS),
        seen(&DESTROYED),
        seen(&HELD)
    );
    assert_eq!(seen(&SEQUENCES), u64::from(sequences()));
    // a run in which nothing is destroyed or held would say nothing
    assert!(seen(&DESTROYED) * 10 > seen(&RECORDINGS) && seen(&HELD) * 10 > seen(&RECORDINGS));
}
