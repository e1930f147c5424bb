//! A recording on its way out: due, committed, gone. Each write says in its WHERE clause what it stands on.

use chrono::{DateTime, Utc};
use rokuon_policy::ids::RecordingId;
use rokuon_policy::keeping::Cause;
use sqlx::postgres::PgListener;
use uuid::Uuid;

use crate::database::Database;
use crate::error::DbError;
use crate::row::signed;
use crate::tenant_tx::TenantTx;

/// Where it is told whose destruction was committed: what is in memory of them is forgotten at once.
pub(crate) const CHANNEL: &str = "recordings_destroying";

// Every statement below that changes rows chosen by their ids says `state || ''`, not `state`. Written plainly the condition fits a
// partial index (`recordings_due` and its like), which statistics gathered before a sweep call empty: each of a batch's rows was then
// looked for by reading everything that is due, and destroying fell with the square of what was due. As an expression it fits no
// index, so that the row is found by its key.

/// A notification carries at most 8,000 octets; an id has 32 and a comma.
const IDS_A_NOTICE: usize = 200;

/// A recording that was chosen, with the epoch it was read at (I12): one that was taken over since is left alone.
pub type Chosen = (RecordingId, u64);

/// Recordings become due, each for its cause; says which did. What is held, or moved on meanwhile, does not.
///
/// # Errors
/// [`DbError`].
pub async fn become_due(
    tx: &mut TenantTx,
    chosen: &[(Chosen, Cause)],
    now: DateTime<Utc>,
) -> Result<Vec<RecordingId>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid,)> = sqlx::query_as(
        "WITH chosen AS MATERIALIZED (
            SELECT r.recording_id, w.reason, w.article
            FROM unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[]) AS w (recording_id, epoch, reason, article)
            JOIN recordings r ON r.tenant_id = $1 AND r.recording_id = w.recording_id AND r.epoch = w.epoch
            WHERE r.active_holds = 0 AND r.state || '' IN ('primary', 'secondary', 'quarantined')
                -- an erasure that was approved since they were chosen keeps its cause
                AND (r.due_reason IS NULL OR r.due_reason = w.reason)
            ORDER BY r.recording_id
            FOR UPDATE OF r SKIP LOCKED
        )
        UPDATE recordings r
        SET state = 'due', due_at = $6, due_reason = chosen.reason, due_article = chosen.article
        FROM chosen
        WHERE r.tenant_id = $1 AND r.recording_id = chosen.recording_id
            AND r.active_holds = 0 AND r.state || '' IN ('primary', 'secondary', 'quarantined')
        RETURNING r.recording_id",
    )
    .bind(tenant)
    .bind(chosen.iter().map(|((id, _), _)| id.0).collect::<Vec<_>>())
    .bind(chosen.iter().map(|((_, epoch), _)| signed(*epoch)).collect::<Vec<_>>())
    .bind(chosen.iter().map(|(_, cause)| cause.reason.as_str()).collect::<Vec<_>>())
    .bind(chosen.iter().map(|(_, cause)| cause.article.as_str()).collect::<Vec<_>>())
    .bind(now)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| RecordingId(id)).collect())
}

/// Due recordings go back to their tier: their period was lengthened. Says which did.
///
/// # Errors
/// [`DbError`].
pub async fn keep_after_all(tx: &mut TenantTx, chosen: &[Chosen]) -> Result<Vec<RecordingId>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid,)> = sqlx::query_as(
        "UPDATE recordings r
        SET state = r.tier, due_at = NULL, due_reason = NULL, due_article = NULL
        FROM unnest($2::uuid[], $3::bigint[]) AS w (recording_id, epoch)
        WHERE r.tenant_id = $1 AND r.recording_id = w.recording_id AND r.epoch = w.epoch AND r.state || '' = 'due'
            AND r.due_reason <> 'erasure'
        RETURNING r.recording_id",
    )
    .bind(tenant)
    .bind(chosen.iter().map(|(id, _)| id.0).collect::<Vec<_>>())
    .bind(chosen.iter().map(|(_, epoch)| signed(*epoch)).collect::<Vec<_>>())
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| RecordingId(id)).collect())
}

/// Commits destructions: the point of no return, and the one statement that may pass it (INV-9). Says for which.
///
/// Its WHERE clause is `policy::keeping::step::may_commit`. A row that somebody else holds locked at this moment is left for the
/// next time: neither waits for the other, so placing holds on many recordings at once cannot deadlock with it.
///
/// # Errors
/// [`DbError`].
pub async fn commit(
    tx: &mut TenantTx,
    chosen: &[Chosen],
    now: DateTime<Utc>,
) -> Result<Vec<RecordingId>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid,)> = sqlx::query_as(
        "WITH free AS MATERIALIZED (
            SELECT r.recording_id, r.epoch
            FROM unnest($2::uuid[], $3::bigint[]) AS w (recording_id, epoch)
            JOIN recordings r ON r.tenant_id = $1 AND r.recording_id = w.recording_id AND r.epoch = w.epoch
            WHERE r.state || '' = 'due' AND r.active_holds = 0
            ORDER BY r.recording_id
            FOR UPDATE OF r SKIP LOCKED
        )
        UPDATE recordings r
        SET state = 'destroying', destroying_at = $4
        FROM free
        WHERE r.tenant_id = $1 AND r.recording_id = free.recording_id AND r.epoch = free.epoch
            AND r.state || '' = 'due'
            AND r.active_holds = 0
            AND (r.hold_grace_until IS NULL OR r.hold_grace_until <= $4)
            AND (r.due_reason = 'erasure' OR r.keep_at_least_until IS NULL OR r.keep_at_least_until <= $4)
            AND (r.due_reason <> 'expired' OR r.keep_until <= $4)
        RETURNING r.recording_id",
    )
    .bind(tenant)
    .bind(chosen.iter().map(|(id, _)| id.0).collect::<Vec<_>>())
    .bind(chosen.iter().map(|(_, epoch)| signed(*epoch)).collect::<Vec<_>>())
    .bind(now)
    .fetch_all(&mut *connection)
    .await?;
    let ids: Vec<RecordingId> = rows.into_iter().map(|(id,)| RecordingId(id)).collect();
    for part in ids.chunks(IDS_A_NOTICE) {
        let told: Vec<String> = part.iter().map(|id| id.0.simple().to_string()).collect();
        sqlx::query("SELECT pg_notify($1, $2)")
            .bind(CHANNEL)
            .bind(told.join(","))
            .execute(&mut *connection)
            .await?;
    }
    Ok(ids)
}

/// Recordings of which nothing is left: their rows stay and say so. Says which were not destroyed already.
///
/// # Errors
/// [`DbError`].
pub async fn done(
    tx: &mut TenantTx,
    ids: &[RecordingId],
    now: DateTime<Utc>,
) -> Result<Vec<RecordingId>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid,)> = sqlx::query_as(
        "UPDATE recordings
        SET state = 'destroyed', destroyed_at = $3, object_holds = 'off'
        WHERE tenant_id = $1 AND recording_id = ANY ($2) AND state || '' = 'destroying'
        RETURNING recording_id",
    )
    .bind(tenant)
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind(now)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| RecordingId(id)).collect())
}

/// Hears whose destruction was committed.
pub struct DestroyingBell(PgListener);

impl DestroyingBell {
    /// Listens on a connection of its own.
    ///
    /// # Errors
    /// [`DbError::Driver`].
    pub async fn listen(database: &Database) -> Result<Self, DbError> {
        let mut listener = PgListener::connect_with(database.pool()).await?;
        listener.listen(CHANNEL).await?;
        Ok(Self(listener))
    }

    /// Waits for the next ones. What was committed while the connection was lost is not told: forget everything then.
    ///
    /// # Errors
    /// [`DbError::Driver`] when the connection is lost.
    pub async fn rings(&mut self) -> Result<Vec<RecordingId>, DbError> {
        let told = self.0.recv().await?;
        Ok(told.payload().split(',').filter_map(|id| Uuid::parse_str(id).ok()).map(RecordingId).collect())
    }
}
