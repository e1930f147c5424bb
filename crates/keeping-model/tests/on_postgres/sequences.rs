//! The random lives of `crates/keeping-model` once more, on a real PostgreSQL and a store, through the functions the product uses:
//! jobs killed anywhere and run again, wrong clocks, two keepers at once. Every promise is looked at after every step.
//!
//! `ROKUON_SEQUENCES` says how many sequences (200 without it). Amendments and restores have tests of their own beside the jobs.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rokuon_db::holds::recount;
use rokuon_keeping_model::action::{Action, any_action};
use rokuon_policy::ids::RecordingId;
use rokuon_policy::job::JobKind;
use rokuon_storage::object_store::Bucket;
use uuid::Uuid;

use crate::city::Platform;
use crate::dice::Dice;
use crate::life::Life;

/// A row and how many certificates it has.
#[derive(Debug, sqlx::FromRow)]
struct Row {
    recording_id: Uuid,
    state: String,
    bucket: String,
    due_reason: Option<String>,
    keep_at_least_until: Option<DateTime<Utc>>,
    keep_until: Option<DateTime<Utc>>,
    destroying_at: Option<DateTime<Utc>>,
    certificates: i64,
}

async fn rows(life: &Life<'_>) -> BTreeMap<RecordingId, Row> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT r.recording_id, r.state, s.bucket, r.due_reason, r.keep_at_least_until, r.keep_until, r.destroying_at,
            (SELECT count(*) FROM certificates c WHERE c.tenant_id = r.tenant_id AND c.recording_id = r.recording_id) AS certificates
        FROM recordings r
        JOIN segments s USING (tenant_id, recording_id)
        WHERE r.tenant_id = $1",
    )
    .bind(life.city.tenant.as_str())
    .fetch_all(&life.platform.admin)
    .await
    .unwrap();
    rows.into_iter().map(|row| (RecordingId(row.recording_id), row)).collect()
}

/// What must hold after every step.
async fn must_hold(life: &mut Life<'_>, after: &str) {
    let rows = rows(life).await;
    let store = &life.city.store;
    let there = |bucket: Bucket, id: RecordingId| {
        let objects = store.objects(bucket);
        objects.iter().any(|(key, _)| key.as_str().contains(&id.to_string()))
    };
    for (sealed, promises) in &life.recordings {
        let row = &rows[&sealed.id];
        let gone = matches!(row.state.as_str(), "destroying" | "destroyed");
        let media = if row.bucket == "secondary" { Bucket::Secondary } else { Bucket::Media };
        let segment = life.city.segment(sealed.id);
        let named = store.objects(media).iter().any(|(key, _)| *key == segment);
        let key = there(Bucket::Keys, sealed.id);
        if !promises.holds.is_empty() {
            assert!(!gone && named && key, "I1 after {after}: {row:?}");
        }
        assert!(gone || (named && key), "I8 after {after}: {row:?}");
        assert!(
            !life.destroyed.contains(&sealed.id) || row.state == "destroyed",
            "I3 after {after}: {row:?}"
        );
        assert_eq!(row.certificates, i64::from(row.state == "destroyed"), "I6 after {after}: {row:?}");
        assert!(!(gone && key && !named), "I7 after {after}: {row:?}");
        if row.state == "destroyed" {
            assert!(!key, "I7 after {after}: {row:?}");
            life.destroyed.insert(sealed.id);
        }
        if gone && !promises.approved {
            let now = life.now();
            assert!(row.keep_at_least_until.is_none_or(|until| until <= now), "I5 after {after}: {row:?}");
            let over = row.due_reason.as_deref() == Some("capacity")
                || row.keep_until.is_some_and(|until| until <= now);
            assert!(
                over && row.destroying_at.is_some(),
                "before its period was over, after {after}: {row:?}"
            );
        }
    }
    let mut tx = life.city.tx().await;
    assert!(recount::miscounts(&mut tx).await.unwrap().is_empty(), "I2 after {after}");
}

/// More than a year passes; then clocks right, a process that begins anew, jobs that nobody kills, for a few days: what is over and
/// unheld is gone.
async fn come_to_rest(life: &mut Life<'_>) {
    life.pass(TimeDelta::days(400));
    for _ in 0..4 {
        life.restart();
        life.pass(TimeDelta::hours(26));
        for kind in [
            JobKind::ObjectHolds,
            JobKind::Sweep,
            JobKind::Capacity,
            JobKind::Destroy,
            JobKind::TierMove,
            JobKind::Reconcile,
        ] {
            life.run(kind, None).await;
        }
    }
    must_hold(life, "the end").await;
    let rows = rows(life).await;
    let since = life.now() - TimeDelta::days(3);
    for (sealed, promises) in &life.recordings {
        let row = &rows[&sealed.id];
        let over = row.keep_until.is_some_and(|until| until <= since);
        let asked = promises.is_asked_and_open();
        if promises.holds.is_empty() && !asked && over {
            assert_eq!(row.state, "destroyed", "I4: {row:?}");
        }
        assert_ne!(row.state, "destroying", "I4: {row:?}");
        if row.state == "destroyed" {
            let id = sealed.id.to_string();
            let left = Bucket::ALL.into_iter().flat_map(|bucket| life.city.store.objects(bucket));
            let left: Vec<_> = left.filter(|(key, _)| key.as_str().contains(&id)).collect();
            assert!(left.is_empty(), "I4: {left:?}");
        }
    }
}

fn actions(seed: u64) -> Vec<Action> {
    let mut octets = [0; 32];
    octets[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &octets);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let length = usize::try_from(1 + Dice::new(seed).roll(60)).unwrap();
    (0..length).map(|_| any_action().new_tree(&mut runner).unwrap().current()).collect()
}

// rule: F14, F15, I1, I2, I3, I4, I5, I6, I7, I8
#[tokio::test(flavor = "multi_thread")]
async fn random_lives_keep_every_promise_on_a_real_database() {
    let sequences: u64 =
        std::env::var("ROKUON_SEQUENCES").ok().and_then(|number| number.parse().ok()).unwrap_or(200);
    let platform = Platform::at("2026-01-31T01:00:00Z".parse().unwrap()).await;
    let one = |number: u64| {
        let platform = &platform;
        async move {
            let mut life = Life::new(platform, number).await;
            for action in actions(number) {
                life.does(action).await;
                must_hold(&mut life, &format!("{action:?} of life {number}")).await;
            }
            come_to_rest(&mut life).await;
            (life.steps, life.recordings.len(), life.destroyed.len())
        }
    };
    let lives = futures_util::stream::iter(0..sequences).map(one).buffer_unordered(6);
    let (steps, recordings, destroyed) =
        lives.fold((0, 0, 0), |sum, one| async move { (sum.0 + one.0, sum.1 + one.1, sum.2 + one.2) }).await;
    eprintln!(
        "{sequences} sequences, {steps} steps on PostgreSQL, {recordings} recordings, {destroyed} destroyed, no promise broken"
    );
    assert!(destroyed * 5 > recordings, "a run in which nothing is destroyed would say nothing");
}
