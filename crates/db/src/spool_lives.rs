//! Lives of workers' spools: which are heard, which fell silent, and which one worker takes over such a one. All times are the
//! database's own; every write that takes or settles says in its WHERE clause what it stands on.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::database::Database;
use crate::error::DbError;
use crate::row::{Place, signed};

/// What a worker says of its spool with every beat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpoolLife {
    /// This life of the spool.
    pub life: Uuid,
    /// Of which life of the process; its first beat must have been heard.
    pub run: Uuid,
    /// Which worker.
    pub worker: Uuid,
    /// Whether all of the journal was copied once.
    pub copied: bool,
    /// The first journal file still needed then.
    pub first_file: u32,
    /// Whether nothing was left to be sealed then.
    pub empty: bool,
    /// Nothing in its tails from that file on was written before this, if that is known.
    pub frames_since: Option<DateTime<Utc>>,
    /// Whether the process stops now, in order.
    pub stopped: bool,
}

/// A life that is heard no more, as it was found: what taking it over stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SilentLife {
    /// Which.
    pub life: Uuid,
    /// When it was last heard.
    pub heard_at: DateTime<Utc>,
    /// How often it was taken over before.
    pub epoch: u64,
    /// The first journal file it needed.
    pub first_file: u32,
    /// Nothing in its tails from that file on was written before this, if that is known.
    pub frames_since: Option<DateTime<Utc>>,
}

/// A life that is not over, before its tails are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenLife {
    /// Which.
    pub life: Uuid,
    /// Nothing in its tails that are still needed was written before this, if that is known.
    pub frames_since: Option<DateTime<Utc>>,
    /// For how many seconds it was not heard.
    pub silent_seconds: i64,
}

/// What may go of a life's tails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TailsNeeded {
    /// Of which life.
    pub life: Uuid,
    /// Tails of files before this one tell nothing any more; none at all is needed of a life that is over.
    pub from_file: Option<u32>,
}

/// Says that a life goes on. `false`: another worker took it over, and nothing was written.
///
/// # Errors
/// [`DbError::Conflict`] `spool_lives_run_id_fkey` for a process that was never heard.
pub async fn hear(database: &Database, said: &SpoolLife) -> Result<bool, DbError> {
    let written = sqlx::query(
        "INSERT INTO spool_lives (life_id, run_id, worker_id, heard_at, copied, first_file, empty, stopped, frames_since)
        VALUES ($1, $2, $3, clock_timestamp(), $4, $5, $6, $7, $8)
        ON CONFLICT (life_id) DO UPDATE SET
            heard_at = clock_timestamp(),
            copied = excluded.copied,
            first_file = excluded.first_file,
            empty = excluded.empty,
            stopped = excluded.stopped,
            frames_since = excluded.frames_since
        WHERE spool_lives.taken_by IS NULL",
    )
    .bind(said.life)
    .bind(said.run)
    .bind(said.worker)
    .bind(said.copied)
    .bind(i64::from(said.first_file))
    .bind(said.empty)
    .bind(said.stopped)
    .bind(said.frames_since)
    .execute(database.pool())
    .await?;
    Ok(written.rows_affected() == 1)
}

/// A worker that has its own spool again, and has copied all of it anew, settles its earlier lives itself. One that somebody has
/// taken over stays theirs. Says how many there were.
///
/// # Errors
/// [`DbError`].
pub async fn settle_own_earlier(database: &Database, worker: Uuid, life: Uuid) -> Result<u64, DbError> {
    let written = sqlx::query(
        "UPDATE spool_lives
        SET
            taken_by = $2,
            taken_at = clock_timestamp(),
            epoch = epoch + 1,
            settled_at = clock_timestamp()
        WHERE worker_id = $1 AND life_id <> $2 AND taken_by IS NULL AND settled_at IS NULL",
    )
    .bind(worker)
    .bind(life)
    .execute(database.pool())
    .await?;
    Ok(written.rows_affected())
}

/// Lives that were not heard for `silent_seconds` (for `stopped_seconds` after a stop in order that left something), and that
/// nobody who is heard himself has taken over.
///
/// # Errors
/// [`DbError`].
pub async fn silent(
    database: &Database,
    own: Uuid,
    silent_seconds: f64,
    stopped_seconds: f64,
) -> Result<Vec<SilentLife>, DbError> {
    type Row = (Uuid, DateTime<Utc>, i64, i64, Option<DateTime<Utc>>);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT s.life_id, s.heard_at, s.epoch, s.first_file, s.frames_since
        FROM spool_lives s
        WHERE s.settled_at IS NULL
            AND s.life_id <> $1
            AND s.heard_at < clock_timestamp() - make_interval(secs => CASE WHEN s.stopped THEN $3 ELSE $2 END)
            AND NOT (s.stopped AND s.copied AND s.empty)
            AND NOT EXISTS (
                SELECT
                FROM spool_lives t
                WHERE t.life_id = s.taken_by
                    AND NOT t.stopped
                    AND t.heard_at >= clock_timestamp() - make_interval(secs => $2))
        ORDER BY s.heard_at, s.life_id",
    )
    .bind(own)
    .bind(silent_seconds)
    .bind(stopped_seconds)
    .fetch_all(database.pool())
    .await?;
    rows.into_iter()
        .map(|(life, heard_at, epoch, first_file, frames_since)| {
            let place = Place { table: "spool_lives", row: &life };
            Ok(SilentLife {
                life,
                heard_at,
                epoch: place.number("epoch", epoch)?,
                first_file: place.number("first_file", first_file)?,
                frames_since,
            })
        })
        .collect()
}

/// Takes a silent life over, if it is still as it was found: of all who try, one gets the new epoch.
///
/// # Errors
/// [`DbError`].
pub async fn take_over(database: &Database, found: &SilentLife, by: Uuid) -> Result<Option<u64>, DbError> {
    let row: Option<(i64,)> = sqlx::query_as(
        "UPDATE spool_lives
        SET taken_by = $2, taken_at = clock_timestamp(), epoch = epoch + 1
        WHERE life_id = $1 AND heard_at = $3 AND epoch = $4 AND settled_at IS NULL
        RETURNING epoch",
    )
    .bind(found.life)
    .bind(by)
    .bind(found.heard_at)
    .bind(signed(found.epoch))
    .fetch_optional(database.pool())
    .await?;
    row.map(|(epoch,)| Place { table: "spool_lives", row: &found.life }.number("epoch", epoch)).transpose()
}

/// Everything in it is sealed. `false`: another one has it by now.
///
/// # Errors
/// [`DbError`].
pub async fn settle(database: &Database, life: Uuid, by: Uuid, epoch: u64) -> Result<bool, DbError> {
    let written = sqlx::query(
        "UPDATE spool_lives
        SET settled_at = clock_timestamp()
        WHERE life_id = $1 AND taken_by = $2 AND epoch = $3 AND settled_at IS NULL",
    )
    .bind(life)
    .bind(by)
    .bind(signed(epoch))
    .execute(database.pool())
    .await?;
    Ok(written.rows_affected() == 1)
}

/// The lives that are not over, as they are before their tails are looked at.
///
/// # Errors
/// [`DbError`].
pub async fn open(database: &Database) -> Result<Vec<OpenLife>, DbError> {
    let rows: Vec<(Uuid, Option<DateTime<Utc>>, i64)> = sqlx::query_as(
        "SELECT life_id, frames_since, extract(epoch FROM clock_timestamp() - heard_at)::bigint
        FROM spool_lives
        WHERE settled_at IS NULL AND NOT (stopped AND copied AND empty)",
    )
    .fetch_all(database.pool())
    .await?;
    let life = |(life, frames_since, silent_seconds)| OpenLife { life, frames_since, silent_seconds };
    Ok(rows.into_iter().map(life).collect())
}

/// What may go of these lives' tails; of one that is not known nothing is said.
///
/// # Errors
/// [`DbError`].
pub async fn tails_needed(database: &Database, lives: &[Uuid]) -> Result<Vec<TailsNeeded>, DbError> {
    let rows: Vec<(Uuid, bool, i64)> = sqlx::query_as(
        "SELECT
            life_id,
            settled_at IS NOT NULL OR (stopped AND copied AND empty),
            CASE WHEN copied THEN first_file ELSE 0 END
        FROM spool_lives
        WHERE life_id = ANY ($1)",
    )
    .bind(lives)
    .fetch_all(database.pool())
    .await?;
    rows.into_iter()
        .map(|(life, over, first_file)| {
            let first = Place { table: "spool_lives", row: &life }.number("first_file", first_file)?;
            Ok(TailsNeeded { life, from_file: (!over).then_some(first) })
        })
        .collect()
}
