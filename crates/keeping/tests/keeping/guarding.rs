//! What stops a sweep: clocks that disagree (F9), and numbers far above the usual (I19).

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::error::DbError;
use rokuon_db::jobs::{self, JobState, Released};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_keeping::failure::KeepingError;
use rokuon_keeping::keeper::Keeper;
use rokuon_keeping::times::Times;
use rokuon_policy::ids::{PersonId, RecordingId};
use rokuon_policy::job::JobKind;
use rokuon_policy::keeping::clocks::ClockReading;
use rokuon_policy::recording_state::RecordingState;
use uuid::Uuid;

use crate::town::{Town, is_stopped};

/// Copies of a recording's row and call, by the thousand.
pub async fn many_more_like(town: &Town, one: RecordingId, count: u32) {
    town.sql(&format!(
        "CREATE TEMP TABLE more AS SELECT gen_random_uuid() AS call_id, gen_random_uuid() AS recording_id FROM generate_series(1, {count});
         INSERT INTO calls (tenant_id, call_id, connection_id, sip_call_id, started_at, line_proved, decision_rule, decision_article, decision_ja, decision_en)
         SELECT c.tenant_id, m.call_id, c.connection_id, 'more', c.started_at, false, c.decision_rule, c.decision_article, c.decision_ja, c.decision_en
         FROM calls c JOIN recordings r USING (tenant_id, call_id), more m WHERE r.recording_id = '{one}';
         INSERT INTO recordings (tenant_id, recording_id, call_id, media, state, started_at, policy_version, epoch, outcome, duration_ms, keep_at_least_until, keep_until, retention_article, retention_ja, retention_en, finished_at)
         SELECT r.tenant_id, m.recording_id, m.call_id, r.media, r.state, r.started_at, r.policy_version, r.epoch, r.outcome, r.duration_ms, r.keep_at_least_until, r.keep_until, r.retention_article, r.retention_ja, r.retention_en, r.finished_at
         FROM recordings r, more m WHERE r.recording_id = '{one}';
         INSERT INTO segments (tenant_id, recording_id, number, object_key, version_id, container_bytes, container_sha256, media_bytes, media_sha256, start_sample, samples, channels, codec, gaps, sealed_at)
         SELECT s.tenant_id, m.recording_id, s.number, m.recording_id::text, 'v', 2000000, s.container_sha256, s.media_bytes, s.media_sha256, s.start_sample, s.samples, s.channels, s.codec, s.gaps, s.sealed_at
         FROM segments s, more m WHERE s.recording_id = '{one}'"
    ))
    .await;
}

/// Clocks that the test sets one by one.
struct Clocks(Mutex<(DateTime<Utc>, DateTime<Utc>, Duration)>);

#[async_trait]
impl Times for Clocks {
    fn now(&self) -> DateTime<Utc> {
        self.0.lock().unwrap().0
    }
    async fn read(&self, _tx: &mut TenantTx) -> Result<ClockReading, DbError> {
        let (own, database, monotonic) = *self.0.lock().unwrap();
        Ok(ClockReading { own, database, monotonic })
    }
}

// rule: F9
#[tokio::test]
async fn a_clock_that_jumps_destroys_nothing() {
    let town = Town::found("toyonaka", "2026-02-01T00:00:00+09:00").await;
    let id = town.sealed("2026-01-20T10:00:00+09:00").await;
    let due = town.sealed("2026-01-01T10:00:00+09:00").await;
    let start = town.now();
    let clocks = Arc::new(Clocks(Mutex::new((start, start, Duration::ZERO))));
    let keeper = Keeper::new(town.db.clone(), town.store.clone(), clocks.clone(), town.signer.clone());
    let kinds = [JobKind::Sweep, JobKind::Destroy];
    let night = async |own: TimeDelta, database: TimeDelta, steady: u64| {
        *clocks.0.lock().unwrap() = (start + own, start + database, Duration::from_secs(steady));
        let mut doubts = 0;
        for kind in kinds {
            let ran = keeper.run_now(&town.tenant, kind).await.unwrap().unwrap();
            if let Err(KeepingError::Time(_)) = ran.end {
                doubts += 1;
                assert!(ran.progress.figures.contains_key("clock_doubt"));
                let next_at = town.job(kind).await.next_at;
                assert!(
                    next_at <= Utc::now() + TimeDelta::hours(1) || next_at <= start + TimeDelta::hours(1)
                );
            } else {
                assert!(ran.end.is_ok(), "{:?}", ran.end);
            }
        }
        doubts
    };
    assert_eq!(night(TimeDelta::zero(), TimeDelta::zero(), 0).await, 0);
    let (hour, day, year) = (TimeDelta::hours(1), TimeDelta::days(1), TimeDelta::days(365));
    for (own, database) in [
        (hour, TimeDelta::zero()),
        (year, TimeDelta::zero()),
        (TimeDelta::zero(), year),
        (day, day),
        (year, year),
        (-day, -day),
    ] {
        assert_eq!(night(own, database, 10).await, 2, "{own} {database}");
        assert_eq!(town.state(id).await, RecordingState::Primary);
        town.assert_whole(id).await;
        town.assert_whole(due).await;
    }
    // and once time has passed by all clocks, what is over goes
    let passed = TimeDelta::days(2);
    assert_eq!(night(passed, passed, 2 * 86_400).await, 0);
    town.assert_destroyed(due).await;
    town.assert_whole(id).await;
}

// rule: I19
#[tokio::test]
async fn a_sweep_far_above_the_usual_waits_for_a_person() {
    let town = Town::found("toyonaka", "2026-02-01T00:00:00+09:00").await;
    let one = town.sealed("2026-01-10T10:00:00+09:00").await;
    many_more_like(&town, one, 1_000).await;
    town.go_to("2026-02-11T00:00:00+09:00");
    let ran = town.keeper().run_now(&town.tenant, JobKind::Sweep).await.unwrap().unwrap();
    assert!(is_stopped(&ran), "{ran:?}");
    let job = town.job(JobKind::Sweep).await;
    assert_eq!((job.state, job.progress.figures["planned"].as_u64()), (JobState::Stopped, Some(1_001)));
    assert_eq!(
        town.count("SELECT count(*) FROM recordings WHERE state <> 'primary'").await,
        0,
        "not one of them"
    );
    // it stays stopped, whoever comes by
    assert!(town.keeper().run_now(&town.tenant, JobKind::Sweep).await.unwrap().is_none());
    let release = async |up_to| {
        let mut tx = town.tx().await;
        let released = Released { by: PersonId(Uuid::new_v4()), at: town.now(), up_to };
        assert!(jobs::release(&mut tx, job.id, &released).await.unwrap());
        tx.commit_bookkeeping().await.unwrap();
    };
    // a word for fewer than there are is not enough
    release(1_000).await;
    assert!(is_stopped(&town.keeper().run_now(&town.tenant, JobKind::Sweep).await.unwrap().unwrap()));
    release(1_001).await;
    town.run(JobKind::Sweep).await;
    assert_eq!(town.count("SELECT count(*) FROM recordings WHERE state = 'due'").await, 1_001);
    town.run(JobKind::Destroy).await;
    assert_eq!(town.count("SELECT count(*) FROM certificates").await, 1_001);
    // the word counted for that day only
    town.go_to("2026-02-12T00:00:00+09:00");
    let two = town.sealed("2026-01-11T10:00:00+09:00").await;
    many_more_like(&town, two, 1_100).await;
    assert!(is_stopped(&town.keeper().run_now(&town.tenant, JobKind::Sweep).await.unwrap().unwrap()));
}

#[tokio::test]
async fn a_job_is_one_workers_until_its_lease_runs_out() {
    let town = Town::found("toyonaka", "2026-02-01T00:00:00+09:00").await;
    let mut tx = town.tx().await;
    jobs::ensure(&mut tx, &[JobKind::Sweep, JobKind::Scrub], town.now()).await.unwrap();
    let term = Duration::from_secs(60);
    let first = jobs::take(&mut tx, &[JobKind::Sweep], town.now(), term).await.unwrap().unwrap();
    tx.commit_bookkeeping().await.unwrap();
    let mut tx = town.tx().await;
    assert!(jobs::take(&mut tx, &[JobKind::Sweep], town.now(), term).await.unwrap().is_none());
    let other =
        jobs::take(&mut tx, &[JobKind::Sweep, JobKind::Scrub], town.now(), term).await.unwrap().unwrap();
    assert_eq!(other.0.kind, JobKind::Scrub);
    tx.commit_bookkeeping().await.unwrap();
    town.sql("UPDATE jobs SET lease_until = now() - interval '1 second' WHERE kind = 'sweep'").await;
    let mut tx = town.tx().await;
    let second = jobs::take(&mut tx, &[JobKind::Sweep], town.now(), term).await.unwrap().unwrap();
    assert!(
        !jobs::progress(&mut tx, &first.1, &Default::default(), None).await.unwrap(),
        "the first one is out"
    );
    assert!(jobs::progress(&mut tx, &second.1, &Default::default(), None).await.unwrap());
}
