//! Takes a tenant's job, runs it, and writes down how it ended.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::database::Database;
use rokuon_db::jobs::{self, Progress, RunEnd};
use rokuon_db::{policy_versions, worker_runs};
use rokuon_policy::civil::civil_day;
use rokuon_policy::ids::{HoldId, RecordingId, TenantId};
use rokuon_policy::job::JobKind;
use rokuon_policy::keeping::clocks::Clocks;
use rokuon_policy::policy::Policy;
use rokuon_storage::object_store::ObjectStore;
use tokio::sync::Mutex;

use crate::failure::KeepingError;
use crate::interruption::Interruption;
use crate::run::Run;
use crate::signed_note::NoteSigner;
use crate::times::Times;
use crate::witness::mark::Mark;
use crate::{
    capacity, destroy, log_erasure, object_holds, policy_change, reconcile, scrub, sweep, tier_move,
};

/// A job is believed to be in good hands for so long after its last word.
const LEASE: Duration = Duration::from_secs(120);
/// After a failure it is tried again in this time, twice as long each time.
const FIRST_RETRY: TimeDelta = TimeDelta::seconds(30);
/// It is never put off for longer than this.
const LAST_RETRY: TimeDelta = TimeDelta::hours(1);
/// With clocks that disagree it is looked at again after this.
const DOUBT_RETRY: TimeDelta = TimeDelta::minutes(1);

/// How large the bites are.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Recordings a transaction.
    pub batch: u32,
    /// Requests to the store at once.
    pub requests: usize,
    /// Versions a listing.
    pub listed: usize,
    /// Versions that one request erases; no store takes more than a thousand.
    pub erased: usize,
    /// Batches of a destruction under way at once. While the store is busy with one, the database is with another.
    pub batches: usize,
    /// Within this every object is read again.
    pub scrub_within: TimeDelta,
    /// Recordings the scrub reads in one run at least.
    pub scrub_at_least: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            batch: 1_000,
            requests: 16,
            listed: 1_000,
            erased: 1_000,
            batches: 2,
            scrub_within: TimeDelta::days(28),
            scrub_at_least: 50,
        }
    }
}

/// What the jobs stand on; one a process.
pub struct Keeper {
    /// The database.
    pub db: Database,
    /// The object store.
    pub store: Arc<dyn ObjectStore>,
    /// The time.
    pub times: Arc<dyn Times>,
    /// Signs certificates.
    pub signer: Arc<NoteSigner>,
    /// How large the bites are.
    pub limits: Limits,
    /// Where a test stops it.
    pub interruption: Interruption,
    pub(crate) memory: Memory,
}

/// What a process remembers between runs.
#[derive(Default)]
pub(crate) struct Memory {
    clocks: Mutex<Option<Clocks>>,
    policies: Mutex<BTreeMap<TenantId, (i32, Arc<Policy>)>>,
    /// Of each tenant the last held recording whose objects were looked at again.
    pub(crate) held_seen: Mutex<BTreeMap<TenantId, RecordingId>>,
    /// Holds that were told outside the database, placed or released.
    pub(crate) holds_told: Mutex<BTreeSet<(HoldId, bool)>>,
    /// When the tails were last looked at for a destruction's sake.
    pub(crate) tails_looked: Mutex<Option<DateTime<Utc>>>,
    /// Of each tenant how far its trail was seen to have come, and when that was looked at.
    pub(crate) marks: Mutex<BTreeMap<TenantId, (Mark, Instant)>>,
}

/// How a job ended.
#[derive(Debug)]
pub struct Ran {
    /// Which.
    pub kind: JobKind,
    /// How far it got and what it found.
    pub progress: Progress,
    /// How.
    pub end: Result<RunEnd, KeepingError>,
}

/// The jobs of this crate.
pub const KINDS: [JobKind; 9] = [
    JobKind::Sweep,
    JobKind::Capacity,
    JobKind::TierMove,
    JobKind::Destroy,
    JobKind::ObjectHolds,
    JobKind::PolicyChange,
    JobKind::LogErasure,
    JobKind::Reconcile,
    JobKind::Scrub,
];

impl Keeper {
    /// A keeper with the usual limits.
    pub fn new(
        db: Database,
        store: Arc<dyn ObjectStore>,
        times: Arc<dyn Times>,
        signer: Arc<NoteSigner>,
    ) -> Self {
        Self {
            db,
            store,
            times,
            signer,
            limits: Limits::default(),
            interruption: Interruption::default(),
            memory: Memory::default(),
        }
    }

    /// Runs the tenant's job that waited longest, if the time of one has come.
    ///
    /// # Errors
    /// [`KeepingError`] when not even its end could be written down.
    pub async fn turn(&self, tenant: &TenantId) -> Result<Option<Ran>, KeepingError> {
        self.take_and_run(tenant, &KINDS).await
    }

    /// Runs one job of a tenant now, whenever its time is: `None` when somebody else is at it or it waits for a person.
    ///
    /// # Errors
    /// As [`Keeper::turn`].
    pub async fn run_now(&self, tenant: &TenantId, kind: JobKind) -> Result<Option<Ran>, KeepingError> {
        let mut tx = self.db.tenant(tenant).await?;
        let now = self.times.now();
        jobs::ensure(&mut tx, &[kind], now).await?;
        jobs::hurry(&mut tx, kind, now).await?;
        tx.commit_bookkeeping().await?;
        self.take_and_run(tenant, &[kind]).await
    }

    async fn take_and_run(&self, tenant: &TenantId, kinds: &[JobKind]) -> Result<Option<Ran>, KeepingError> {
        let now = self.times.now();
        let mut tx = self.db.tenant(tenant).await?;
        let Some((job, lease)) = jobs::take(&mut tx, kinds, now, LEASE).await? else {
            tx.commit_read_only().await?;
            return Ok(None);
        };
        tx.commit_bookkeeping().await?;
        let kind = job.kind;
        let failures = job.failures;
        let mut run = Run::new(self, tenant.clone(), job, lease, now);
        let end = match self.policy_of(&mut run).await {
            Ok(()) => self.carry_out(&mut run).await,
            Err(error) => Err(error),
        };
        let progress = run.progress.clone();
        let ended = self.times.now();
        let (written, wait) = match &end {
            Ok(RunEnd::Goes { place }) => (RunEnd::Goes { place: place.clone() }, TimeDelta::zero()),
            Ok(end) => (end.clone(), run.again_in.unwrap_or_else(|| every(kind))),
            // The clock is no failure of the job: it did well to do nothing.
            Err(KeepingError::Time(_)) => (RunEnd::Done, DOUBT_RETRY),
            Err(error) => (RunEnd::Failed { error: error.to_string() }, retry(failures)),
        };
        if matches!(end, Err(KeepingError::Interrupted(_))) {
            // As after a kill: nobody writes how it ended.
            return Ok(Some(Ran { kind, progress, end }));
        }
        let mut tx = self.db.tenant(tenant).await?;
        let next_at = match end {
            Err(KeepingError::Time(_)) => ended.min(jobs::database_clock(&mut tx).await?) + wait,
            _ => ended + wait,
        };
        jobs::end(&mut tx, &lease, &written, &progress, ended, next_at).await?;
        tx.commit_bookkeeping().await?;
        told(tenant, kind, &end);
        Ok(Some(Ran { kind, progress, end }))
    }

    async fn carry_out(&self, run: &mut Run<'_>) -> Result<RunEnd, KeepingError> {
        match run.job.kind {
            JobKind::Sweep => sweep::run(run).await,
            JobKind::Capacity => capacity::run(run).await,
            JobKind::TierMove => tier_move::run(run).await,
            JobKind::Destroy => destroy::run(run).await,
            JobKind::PolicyChange => policy_change::run(run).await,
            JobKind::LogErasure => log_erasure::run(run).await,
            JobKind::Reconcile => reconcile::run(run).await,
            JobKind::Scrub => scrub::run(run).await,
            JobKind::ObjectHolds => object_holds::run(run).await,
        }
    }

    /// Whether the time is believed (F9).
    ///
    /// # Errors
    /// [`KeepingError::Time`] when it is not; why is in the figures.
    pub(crate) async fn believe_time(&self, run: &mut Run<'_>) -> Result<DateTime<Utc>, KeepingError> {
        doubt_told(&mut run.progress, self.look_at_clocks(&run.tenant).await)
    }

    /// Reads all clocks and compares them with the last good reading of this process. Asked at each destruction and between: the
    /// shorter the time between two readings, the smaller the jump that shows.
    ///
    /// # Errors
    /// [`KeepingError::Time`] when they do not agree.
    pub(crate) async fn look_at_clocks(&self, tenant: &TenantId) -> Result<DateTime<Utc>, KeepingError> {
        let mut tx = self.db.tenant(tenant).await?;
        let mut clocks = self.memory.clocks.lock().await;
        let reading = self.times.read(&mut tx).await?;
        let begun = match clocks.take() {
            Some(begun) => begun,
            None => Clocks::begin(reading, worker_runs::last_seen_before(&mut tx, reading.database).await?),
        };
        tx.commit_read_only().await?;
        let agreed = clocks.insert(begun).agree(&reading);
        agreed.map(|()| reading.own).map_err(KeepingError::from)
    }

    /// The policy in force today, parsed once a version.
    async fn policy_of(&self, run: &mut Run<'_>) -> Result<(), KeepingError> {
        let mut tx = self.db.tenant(&run.tenant).await?;
        let version = policy_versions::in_force(&mut tx, civil_day(run.now)).await?;
        tx.commit_read_only().await?;
        let version = version.ok_or(KeepingError::NoPolicy)?;
        let mut policies = self.memory.policies.lock().await;
        let policy = match policies.get(&run.tenant).filter(|(number, _)| *number == version.version) {
            Some((_, policy)) => policy.clone(),
            None => {
                let policy = Policy::parse(&version.toml).map_err(|_| KeepingError::NoPolicy)?;
                let policy = Arc::new(policy);
                policies.insert(run.tenant.clone(), (version.version, policy.clone()));
                policy
            }
        };
        drop(policies);
        run.rules = Some(crate::run::Rules {
            policy,
            version: version.version,
            effective_from: version.effective_from,
        });
        Ok(())
    }
}

/// How long a job rests when it is through.
const fn every(kind: JobKind) -> TimeDelta {
    match kind {
        JobKind::ObjectHolds => TimeDelta::seconds(15),
        JobKind::Destroy => TimeDelta::minutes(2),
        JobKind::Sweep => TimeDelta::minutes(5),
        JobKind::Capacity | JobKind::TierMove | JobKind::PolicyChange => TimeDelta::minutes(10),
        JobKind::Scrub => TimeDelta::hours(1),
        JobKind::LogErasure => TimeDelta::hours(6),
        JobKind::Reconcile => TimeDelta::hours(24),
    }
}

fn retry(failures: u32) -> TimeDelta {
    let doubled = FIRST_RETRY.checked_mul(1_i32.checked_shl(failures.min(10)).unwrap_or(1));
    doubled.map_or(LAST_RETRY, |wait| wait.min(LAST_RETRY))
}

/// Says in the figures why the time is not believed.
pub(crate) fn doubt_told<T>(
    progress: &mut Progress,
    asked: Result<T, KeepingError>,
) -> Result<T, KeepingError> {
    if let Err(KeepingError::Time(doubt)) = &asked {
        progress.figure("clock_doubt", doubt.to_string());
    }
    asked
}

/// What whoever watches the log is told.
fn told(tenant: &TenantId, kind: JobKind, end: &Result<RunEnd, KeepingError>) {
    match end {
        Ok(RunEnd::Stopped) => {
            tracing::error!(code = "job_stopped", %tenant, %kind, "a job waits for a person's word");
        }
        Ok(_) => {}
        Err(error @ KeepingError::Time(_)) => {
            tracing::error!(code = "clocks_disagree", %tenant, %kind, %error, "nothing is destroyed by this clock");
        }
        Err(error) => {
            metrics::counter!("rokuon_job_failures_total", "kind" => kind.as_str()).increment(1);
            tracing::warn!(code = "job_failed", %tenant, %kind, %error, "a job will be tried again");
        }
    }
}
