//! The lives of media workers and what went wrong in them: the platform's own rows, seen by every tenant alike.

use chrono::{DateTime, Utc};
use rokuon_policy::closed_list::NotInList;
use rokuon_policy::span::Span;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use crate::database::Database;
use crate::error::DbError;
use crate::row::{Place, signed};
use crate::tenant_tx::TenantTx;

/// One life of a worker's process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerRun {
    /// This life.
    pub run: Uuid,
    /// Which worker.
    pub worker: Uuid,
    /// The program's version.
    pub software_version: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it last said that it lives.
    pub last_beat_at: DateTime<Utc>,
    /// When it stopped in order.
    pub stopped_at: Option<DateTime<Utc>>,
    /// What it last said of itself.
    pub vitals: Vitals,
}

/// What a worker says of itself with every beat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Vitals {
    /// Calls being recorded.
    pub live_calls: u64,
    /// Octets in its spool.
    pub spool_used_bytes: u64,
    /// Octets its spool could still take.
    pub spool_free_bytes: u64,
    /// Recordings that wait to be sealed.
    pub to_seal: u64,
    /// Nothing in its spool was written before this, if that is known.
    pub frames_since: Option<DateTime<Utc>>,
    /// Whether its spool held no journal file at all.
    pub frames_gone: bool,
}

impl Vitals {
    /// Percent of its room that the spool takes, rounded up.
    pub fn spool_percent(&self) -> u64 {
        let room = self.spool_used_bytes.saturating_add(self.spool_free_bytes);
        if room == 0 { 0 } else { self.spool_used_bytes.saturating_mul(100).div_ceil(room) }
    }
}

/// What can go wrong with a worker while it lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TroubleKind {
    /// Its disk is full: new calls are refused.
    SpoolFull,
    /// No data key can be had: new calls are refused.
    KeysAway,
    /// The database is away: recording goes on, notes wait.
    DatabaseAway,
    /// Recordings wait to be sealed for long.
    SealingBehind,
    /// What it records is not copied to the store: it is on its host alone.
    TailsBehind,
    /// Its spool has no key of its own: after a crash only tenants' keys would open it.
    SpoolKeyMissing,
}

impl TroubleKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::SpoolFull,
        Self::KeysAway,
        Self::DatabaseAway,
        Self::SealingBehind,
        Self::TailsBehind,
        Self::SpoolKeyMissing,
    ];

    /// Its spelling in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SpoolFull => "spool_full",
            Self::KeysAway => "keys_away",
            Self::DatabaseAway => "database_away",
            Self::SealingBehind => "sealing_behind",
            Self::TailsBehind => "tails_behind",
            Self::SpoolKeyMissing => "spool_key_missing",
        }
    }
}

impl std::str::FromStr for TroubleKind {
    type Err = NotInList;
    fn from_str(word: &str) -> Result<Self, NotInList> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == word);
        found.ok_or_else(|| NotInList { list: "TroubleKind", word: word.to_owned() })
    }
}

/// A stretch of a life in which something was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trouble {
    /// In which life.
    pub run: Uuid,
    /// What.
    pub kind: TroubleKind,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Says that a life began or goes on: the first beat writes it down. A beat is never earlier than the one before.
///
/// # Errors
/// [`DbError`].
pub async fn beat(database: &Database, run: &WorkerRun) -> Result<(), DbError> {
    sqlx::query(
        "INSERT INTO worker_runs (
            run_id,
            worker_id,
            software_version,
            started_at,
            last_beat_at,
            stopped_at,
            live_calls,
            spool_used_bytes,
            spool_free_bytes,
            to_seal,
            frames_since,
            frames_gone
        )
        VALUES ($1, $2, $3, $4, greatest($4, $5), $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (run_id) DO UPDATE SET
            last_beat_at = greatest(worker_runs.last_beat_at, excluded.last_beat_at),
            stopped_at = excluded.stopped_at,
            live_calls = excluded.live_calls,
            spool_used_bytes = excluded.spool_used_bytes,
            spool_free_bytes = excluded.spool_free_bytes,
            to_seal = excluded.to_seal,
            frames_since = excluded.frames_since,
            frames_gone = excluded.frames_gone",
    )
    .bind(run.run)
    .bind(run.worker)
    .bind(&run.software_version)
    .bind(run.started_at)
    .bind(run.last_beat_at)
    .bind(run.stopped_at)
    .bind(signed(run.vitals.live_calls))
    .bind(signed(run.vitals.spool_used_bytes))
    .bind(signed(run.vitals.spool_free_bytes))
    .bind(signed(run.vitals.to_seal))
    .bind(run.vitals.frames_since)
    .bind(run.vitals.frames_gone)
    .execute(database.pool())
    .await?;
    Ok(())
}

/// Writes a trouble down, begun or over. A repeated write changes nothing.
///
/// # Errors
/// [`DbError::Conflict`] `worker_troubles_run_id_fkey` for a life that was never told of.
pub async fn trouble(database: &Database, trouble: &Trouble) -> Result<(), DbError> {
    sqlx::query(
        "INSERT INTO worker_troubles (run_id, kind, began_at, ended_at)
        VALUES ($1, $2, $3, CASE WHEN $4::timestamptz IS NOT NULL THEN greatest($3, $4) END)
        ON CONFLICT (run_id, kind, began_at) DO UPDATE SET ended_at = coalesce(worker_troubles.ended_at, excluded.ended_at)",
    )
    .bind(trouble.run)
    .bind(trouble.kind.as_str())
    .bind(trouble.began_at)
    .bind(trouble.ended_at)
    .execute(database.pool())
    .await?;
    Ok(())
}

/// The columns of [`RunRow`].
const COLUMNS: &str = "run_id, worker_id, software_version, started_at, last_beat_at, stopped_at,
    live_calls, spool_used_bytes, spool_free_bytes, to_seal, frames_since, frames_gone";

#[derive(sqlx::FromRow)]
struct RunRow {
    run_id: Uuid,
    worker_id: Uuid,
    software_version: String,
    started_at: DateTime<Utc>,
    last_beat_at: DateTime<Utc>,
    stopped_at: Option<DateTime<Utc>>,
    live_calls: i64,
    spool_used_bytes: i64,
    spool_free_bytes: i64,
    to_seal: i64,
    frames_since: Option<DateTime<Utc>>,
    frames_gone: bool,
}

impl TryFrom<RunRow> for WorkerRun {
    type Error = DbError;
    fn try_from(row: RunRow) -> Result<Self, DbError> {
        let place = Place { table: "worker_runs", row: &row.run_id };
        Ok(Self {
            run: row.run_id,
            worker: row.worker_id,
            software_version: row.software_version,
            started_at: row.started_at,
            last_beat_at: row.last_beat_at,
            stopped_at: row.stopped_at,
            vitals: Vitals {
                live_calls: place.number("live_calls", row.live_calls)?,
                spool_used_bytes: place.number("spool_used_bytes", row.spool_used_bytes)?,
                spool_free_bytes: place.number("spool_free_bytes", row.spool_free_bytes)?,
                to_seal: place.number("to_seal", row.to_seal)?,
                frames_since: row.frames_since,
                frames_gone: row.frames_gone,
            },
        })
    }
}

/// The lives that touch a stretch of time, oldest first.
///
/// # Errors
/// [`DbError`].
pub async fn within(tx: &mut TenantTx, span: Span) -> Result<Vec<WorkerRun>, DbError> {
    let mut sql = QueryBuilder::<Postgres>::new("SELECT ");
    sql.push(COLUMNS).push(" FROM worker_runs WHERE last_beat_at >= ").push_bind(span.from);
    sql.push(" AND started_at < ").push_bind(span.until).push(" ORDER BY started_at, run_id");
    let rows: Vec<RunRow> = sql.build_query_as().fetch_all(tx.connection()).await?;
    rows.into_iter().map(WorkerRun::try_from).collect()
}

/// The newest life of each worker that was heard since `since`.
///
/// # Errors
/// [`DbError`].
pub async fn latest(tx: &mut TenantTx, since: DateTime<Utc>) -> Result<Vec<WorkerRun>, DbError> {
    let mut sql = QueryBuilder::<Postgres>::new("SELECT DISTINCT ON (worker_id) ");
    sql.push(COLUMNS).push(" FROM worker_runs WHERE last_beat_at >= ").push_bind(since);
    sql.push(" ORDER BY worker_id, started_at DESC");
    let rows: Vec<RunRow> = sql.build_query_as().fetch_all(tx.connection()).await?;
    rows.into_iter().map(WorkerRun::try_from).collect()
}

/// When the first life of any worker began: before it nothing was measured.
///
/// # Errors
/// [`DbError`].
pub async fn first(tx: &mut TenantTx) -> Result<Option<DateTime<Utc>>, DbError> {
    let (first,): (Option<DateTime<Utc>>,) =
        sqlx::query_as("SELECT min(started_at) FROM worker_runs").fetch_one(tx.connection()).await?;
    Ok(first)
}

/// When anybody was last known to keep time before a process that began at `began`: the newest beat of an earlier life.
///
/// # Errors
/// [`DbError`].
pub async fn last_seen_before(
    tx: &mut TenantTx,
    began: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, DbError> {
    let (last,): (Option<DateTime<Utc>>,) = sqlx::query_as(
        "SELECT max(last_beat_at) FROM worker_runs WHERE started_at < $1 - interval '1 minute'",
    )
    .bind(began)
    .fetch_one(tx.connection())
    .await?;
    Ok(last)
}

/// The troubles that touch a stretch of time. One that is not over ends with the life it was in.
///
/// # Errors
/// [`DbError`].
pub async fn troubles(tx: &mut TenantTx, span: Span) -> Result<Vec<Trouble>, DbError> {
    type Row = (Uuid, String, DateTime<Utc>, Option<DateTime<Utc>>);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT t.run_id, t.kind, t.began_at, t.ended_at
        FROM worker_troubles t
        WHERE t.began_at < $2 AND coalesce(t.ended_at, 'infinity') > $1
        ORDER BY t.began_at, t.run_id, t.kind",
    )
    .bind(span.from)
    .bind(span.until)
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|(run, kind, began_at, ended_at)| {
            let kind = Place { table: "worker_troubles", row: &run }.parse("kind", &kind)?;
            Ok(Trouble { run, kind, began_at, ended_at })
        })
        .collect()
}
