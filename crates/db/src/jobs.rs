//! The platform's own work over a tenant's recordings: whose turn it is, how far it is, what it found.
//!
//! A job is a row a kind, its work list is in the rows it works on. The lease spares double work and nothing more: every
//! step of a job is guarded by the row it changes, so that two at once, or a run cut short, do no harm.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rokuon_policy::closed_list;
use rokuon_policy::ids::PersonId;
use rokuon_policy::job::JobKind;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::error::DbError;
use crate::row::{Place, signed};
use crate::tenant_tx::TenantTx;

closed_list! {
    /// Where a job stands.
    pub enum JobState {
        /// It waits for its next time.
        Resting = "resting",
        /// Somebody is at it.
        Running = "running",
        /// It waits for a person's word.
        Stopped = "stopped",
    }
}

/// A person's word that a job may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Released {
    /// Whose.
    pub by: PersonId,
    /// When; it counts for that civil day.
    pub at: DateTime<Utc>,
    /// For how many recordings of that day.
    pub up_to: u64,
}

/// A job.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id.
    pub id: Uuid,
    /// What work.
    pub kind: JobKind,
    /// Where it stands.
    pub state: JobState,
    /// It is not begun before this.
    pub next_at: DateTime<Utc>,
    /// When the last run began.
    pub begun_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// How far the run is.
    pub progress: Progress,
    /// Where a long run goes on.
    pub place: Option<String>,
    /// Why the last run failed.
    pub last_error: Option<String>,
    /// How often it failed in a row.
    pub failures: u32,
    /// The last word of a person on it.
    pub released: Option<Released>,
}

/// How far a run is, and what it found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// How many it has gone through.
    pub done: u64,
    /// How many there are, where that is known.
    pub total: Option<u64>,
    /// Counts and octets by name.
    pub figures: Map<String, Value>,
}

impl Progress {
    /// Adds to a count.
    pub fn count(&mut self, name: &str, more: u64) {
        let before = self.figures.get(name).and_then(Value::as_u64).unwrap_or(0);
        self.figure(name, before + more);
    }

    /// Says a figure.
    pub fn figure(&mut self, name: &str, value: impl Into<Value>) {
        self.figures.insert(name.to_owned(), value.into());
    }
}

/// The right to be at a job for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The job.
    pub kind: JobKind,
    /// This taking.
    pub id: Uuid,
    /// For how long at once.
    pub term: Duration,
}

#[derive(sqlx::FromRow)]
struct Row {
    job_id: Uuid,
    kind: String,
    state: String,
    next_at: DateTime<Utc>,
    begun_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    done: i64,
    total: Option<i64>,
    figures: Value,
    place: Option<String>,
    last_error: Option<String>,
    failures: i32,
    released_by: Option<Uuid>,
    released_at: Option<DateTime<Utc>>,
    released_up_to: Option<i64>,
}

impl TryFrom<Row> for Job {
    type Error = DbError;
    fn try_from(row: Row) -> Result<Self, DbError> {
        let place = Place { table: "jobs", row: &row.kind };
        let released = row.released_by.zip(row.released_at).zip(row.released_up_to);
        Ok(Self {
            id: row.job_id,
            kind: place.parse("kind", &row.kind)?,
            state: place.parse("state", &row.state)?,
            next_at: row.next_at,
            begun_at: row.begun_at,
            ended_at: row.ended_at,
            progress: Progress {
                done: place.number("done", row.done)?,
                total: row.total.map(|total| place.number("total", total)).transpose()?,
                figures: place.json("figures", row.figures)?,
            },
            last_error: row.last_error,
            failures: place.number("failures", row.failures)?,
            released: released
                .map(|((by, at), up_to)| {
                    let up_to = place.number("released_up_to", up_to)?;
                    Ok::<_, DbError>(Released { by: PersonId(by), at, up_to })
                })
                .transpose()?,
            place: row.place,
        })
    }
}

/// The database's own clock: the second opinion on what time it is.
///
/// # Errors
/// [`DbError`].
pub async fn database_clock(tx: &mut TenantTx) -> Result<DateTime<Utc>, DbError> {
    let (now,): (DateTime<Utc>,) =
        sqlx::query_as("SELECT clock_timestamp()").fetch_one(tx.connection()).await?;
    Ok(now)
}

/// Makes sure that there is a row of each kind. What is there stays.
///
/// # Errors
/// [`DbError`].
pub async fn ensure(tx: &mut TenantTx, kinds: &[JobKind], now: DateTime<Utc>) -> Result<(), DbError> {
    let ids: Vec<Uuid> = kinds.iter().map(|_| Uuid::now_v7()).collect();
    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO jobs (tenant_id, job_id, kind, state, next_at, done, figures, failures)
        SELECT $1, id, kind, 'resting', $3, 0, '{}', 0
        FROM unnest($2::text[], $4::uuid[]) AS wanted (kind, id)
        ON CONFLICT (tenant_id, kind) DO NOTHING",
    )
    .bind(tenant)
    .bind(kinds)
    .bind(now)
    .bind(ids)
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes one of the jobs whose time has come and at which nobody is: the one that waited longest. One that lies under
/// somebody else's hands at this moment is skipped, not waited for.
///
/// # Errors
/// [`DbError`].
pub async fn take(
    tx: &mut TenantTx,
    kinds: &[JobKind],
    now: DateTime<Utc>,
    term: Duration,
) -> Result<Option<(Job, Lease)>, DbError> {
    let id = Uuid::now_v7();
    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    let (tenant, connection) = tx.parts();
    let row: Option<Row> = sqlx::query_as(
        "UPDATE jobs
        SET
            state = 'running',
            begun_at = CASE WHEN jobs.place IS NULL THEN $3 ELSE coalesce(jobs.begun_at, $3) END,
            ended_at = NULL,
            lease_id = $4,
            lease_until = clock_timestamp() + make_interval(secs => $5)
        WHERE tenant_id = $1 AND kind = (
            SELECT kind
            FROM jobs
            WHERE tenant_id = $1 AND kind = ANY ($2) AND state <> 'stopped' AND next_at <= $3
                AND (lease_until IS NULL OR lease_until < clock_timestamp())
            ORDER BY next_at, kind
            LIMIT 1
            FOR UPDATE SKIP LOCKED
        )
        RETURNING job_id, kind, state, next_at, begun_at, ended_at, done, total, figures, place, last_error, failures,
            released_by, released_at, released_up_to",
    )
    .bind(tenant)
    .bind(kinds)
    .bind(now)
    .bind(id)
    .bind(term.as_secs_f64())
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let job = Job::try_from(row)?;
    let lease = Lease { kind: job.kind, id, term };
    Ok(Some((job, lease)))
}

/// Says how far it is and keeps the lease; says whether it was still ours.
///
/// # Errors
/// [`DbError`].
pub async fn progress(
    tx: &mut TenantTx,
    lease: &Lease,
    progress: &Progress,
    place: Option<&str>,
) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let done = sqlx::query(
        "UPDATE jobs
        SET
            done = $4,
            total = $5,
            figures = $6,
            place = $7,
            lease_until = clock_timestamp() + make_interval(secs => $8)
        WHERE tenant_id = $1 AND kind = $2 AND lease_id = $3",
    )
    .bind(tenant)
    .bind(lease.kind.as_str())
    .bind(lease.id)
    .bind(signed(progress.done))
    .bind(progress.total.map(signed))
    .bind(Value::Object(progress.figures.clone()))
    .bind(place)
    .bind(lease.term.as_secs_f64())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunEnd {
    /// It is through; the next one begins anew.
    Done,
    /// It goes on at this place the next time.
    Goes {
        /// Where.
        place: String,
    },
    /// It waits for a person.
    Stopped,
    /// It failed and is tried again; its place stays.
    Failed {
        /// Why, without personal data.
        error: String,
    },
}

/// Ends a run: gives the lease back and sets the next time. A lease that was lost ends nothing.
///
/// # Errors
/// [`DbError`].
pub async fn end(
    tx: &mut TenantTx,
    lease: &Lease,
    end: &RunEnd,
    progress: &Progress,
    now: DateTime<Utc>,
    next_at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let (place, error) = match end {
        RunEnd::Done | RunEnd::Stopped => (None, None),
        RunEnd::Goes { place } => (Some(place.as_str()), None),
        RunEnd::Failed { error } => (None, Some(error.as_str())),
    };
    let state = if *end == RunEnd::Stopped { JobState::Stopped } else { JobState::Resting };
    let (tenant, connection) = tx.parts();
    let done = sqlx::query(
        "UPDATE jobs
        SET
            state = $4,
            ended_at = $5,
            next_at = $6,
            done = CASE WHEN $10 THEN done ELSE $7 END,
            total = CASE WHEN $10 THEN total ELSE $8 END,
            figures = CASE WHEN $10 THEN figures ELSE $9 END,
            place = CASE WHEN $10 THEN place ELSE $11 END,
            last_error = $12,
            failures = CASE WHEN $10 THEN failures + 1 ELSE 0 END,
            lease_id = NULL,
            lease_until = NULL
        WHERE tenant_id = $1 AND kind = $2 AND lease_id = $3",
    )
    .bind(tenant)
    .bind(lease.kind.as_str())
    .bind(lease.id)
    .bind(state.as_str())
    .bind(now)
    .bind(next_at)
    .bind(signed(progress.done))
    .bind(progress.total.map(signed))
    .bind(Value::Object(progress.figures.clone()))
    .bind(error.is_some())
    .bind(place)
    .bind(error)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A person lets a stopped job go on, for so many recordings of this day; says whether it was stopped.
///
/// # Errors
/// [`DbError`].
pub async fn release(tx: &mut TenantTx, id: Uuid, released: &Released) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let done = sqlx::query(
        "UPDATE jobs
        SET state = 'resting', next_at = $4, released_by = $3, released_at = $4, released_up_to = $5
        WHERE tenant_id = $1 AND job_id = $2 AND state = 'stopped'",
    )
    .bind(tenant)
    .bind(id)
    .bind(released.by.0)
    .bind(released.at)
    .bind(signed(released.up_to))
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Makes a job's time come now, unless it is stopped: something was done that it waits for.
///
/// # Errors
/// [`DbError`].
pub async fn hurry(tx: &mut TenantTx, kind: JobKind, now: DateTime<Utc>) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "UPDATE jobs
        SET next_at = least(next_at, $3)
        WHERE tenant_id = $1 AND kind = $2 AND state <> 'stopped'",
    )
    .bind(tenant)
    .bind(kind.as_str())
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Every job of the tenant, in the order of the list in code.
///
/// # Errors
/// [`DbError`].
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Job>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT job_id, kind, state, next_at, begun_at, ended_at, done, total, figures, place, last_error, failures,
            released_by, released_at, released_up_to
        FROM jobs
        WHERE tenant_id = $1",
    )
    .bind(tenant)
    .fetch_all(connection)
    .await?;
    let mut jobs: Vec<Job> = rows.into_iter().map(Job::try_from).collect::<Result<_, _>>()?;
    jobs.sort_by_key(|job| job.kind);
    Ok(jobs)
}
