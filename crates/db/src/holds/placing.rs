//! Placing a hold: the counter on each recording's row and the hold's own rows, in one transaction.

use chrono::{DateTime, NaiveDate, Utc};
use rokuon_policy::access::RecordingFacts;
use rokuon_policy::ids::{HoldId, PersonId, RecordingId};
use rokuon_policy::recording_state::RecordingState;
use uuid::Uuid;

use super::{HoldGround, HoldOrigin};
use crate::error::DbError;
use crate::repeats::Repeat;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// A recording as holds and erasures find it, locked until the transaction ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedRecording {
    /// Which.
    pub id: RecordingId,
    /// What access rules need to know of it.
    pub facts: RecordingFacts,
}

impl LockedRecording {
    /// Whether its destruction has been committed: nothing can hold it any more.
    pub const fn is_gone(&self) -> bool {
        matches!(self.facts.state, RecordingState::Destroying | RecordingState::Destroyed)
    }
}

#[derive(sqlx::FromRow)]
struct LockedRow {
    recording_id: Uuid,
    media: String,
    state: String,
    started_at: DateTime<Utc>,
    active_holds: i32,
    keep_until: Option<DateTime<Utc>>,
    due_article: Option<String>,
    department_id: Option<String>,
    line_proved: bool,
}

/// Locks recordings in the order of their ids, which every writer of several keeps to. Ids the tenant does not have are
/// not among the answer.
///
/// # Errors
/// [`DbError`].
pub async fn lock(tx: &mut TenantTx, recordings: &[RecordingId]) -> Result<Vec<LockedRecording>, DbError> {
    select(tx, recordings, " FOR NO KEY UPDATE OF r").await
}

/// The same without a lock: for showing, not for deciding.
///
/// # Errors
/// [`DbError`].
pub async fn facts(tx: &mut TenantTx, recordings: &[RecordingId]) -> Result<Vec<LockedRecording>, DbError> {
    select(tx, recordings, "").await
}

async fn select(
    tx: &mut TenantTx,
    recordings: &[RecordingId],
    locking: &'static str,
) -> Result<Vec<LockedRecording>, DbError> {
    let ids: Vec<Uuid> = recordings.iter().map(|id| id.0).collect();
    let (tenant, connection) = tx.parts();
    let sql = format!(
        "SELECT
            r.recording_id,
            r.media,
            r.state,
            r.started_at,
            r.active_holds,
            r.keep_until,
            r.due_article,
            c.department_id,
            c.line_proved
        FROM recordings r
        JOIN calls c USING (tenant_id, call_id)
        WHERE r.tenant_id = $1 AND r.recording_id = ANY ($2)
        ORDER BY r.recording_id{locking}"
    );
    let rows: Vec<LockedRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant).bind(ids).fetch_all(connection).await?;
    rows.into_iter()
        .map(|row| {
            let place = Place { table: "recordings", row: &row.recording_id };
            Ok(LockedRecording {
                id: RecordingId(row.recording_id),
                facts: RecordingFacts {
                    department: place.parse_optional("department_id", row.department_id.as_deref())?,
                    line_proved: row.line_proved,
                    started_at: row.started_at,
                    media: place.parse("media", &row.media)?,
                    state: place.parse("state", &row.state)?,
                    keep_until: row.keep_until,
                    active_holds: place.number("active_holds", row.active_holds)?,
                    due_article: place.parse_optional("due_article", row.due_article.as_deref())?,
                },
            })
        })
        .collect()
}

/// A hold to be placed.
#[derive(Debug, Clone)]
pub struct NewHold {
    /// Its id.
    pub id: HoldId,
    /// Where it comes from.
    pub origin: HoldOrigin,
    /// On which ground.
    pub ground: HoldGround,
    /// Why.
    pub reason: String,
    /// On whose word.
    pub authority: String,
    /// The policy's version.
    pub policy_version: i32,
    /// Who.
    pub placed_by: PersonId,
    /// When.
    pub placed_at: DateTime<Utc>,
    /// When somebody looks whether it is still needed.
    pub review_on: Option<NaiveDate>,
    /// By what a repeated request is known.
    pub repeat: Option<Repeat>,
}

/// What placing met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placed {
    /// It rests on all of them. Once the transaction has committed, nothing destroys them until it is released.
    Done,
    /// There is nothing to place it on, or these recordings are not there: nothing was written.
    Missing(Vec<RecordingId>),
    /// The destruction of these was committed first: nothing was written.
    TooLate(Vec<RecordingId>),
}

/// Places a hold on all of the recordings or on none.
///
/// # Errors
/// [`DbError::Conflict`] `holds_repeat_key_once` when the same request was made before.
pub async fn place(tx: &mut TenantTx, hold: &NewHold, recordings: &[RecordingId]) -> Result<Placed, DbError> {
    let mut ids: Vec<RecordingId> = recordings.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let locked = lock(tx, &ids).await?;
    if ids.is_empty() || locked.len() != ids.len() {
        let missing = ids.into_iter().filter(|id| locked.iter().all(|one| one.id != *id));
        return Ok(Placed::Missing(missing.collect()));
    }
    let gone: Vec<RecordingId> = locked.iter().filter(|one| one.is_gone()).map(|one| one.id).collect();
    if !gone.is_empty() {
        return Ok(Placed::TooLate(gone));
    }
    insert(tx, hold, ids.len()).await?;
    let ids: Vec<Uuid> = ids.into_iter().map(|id| id.0).collect();
    let (tenant, connection) = tx.parts();
    // The state is asked once more by the statement that counts, as the other side's statement asks the counter.
    let counted = sqlx::query(
        "UPDATE recordings
        SET active_holds = active_holds + 1, object_holds = 'wanted'
        WHERE tenant_id = $1 AND recording_id = ANY ($2) AND state NOT IN ('destroying', 'destroyed')",
    )
    .bind(tenant)
    .bind(&ids)
    .execute(&mut *connection)
    .await?
    .rows_affected();
    if counted != ids.len() as u64 {
        return Err(DbError::Inconsistency {
            table: "recordings",
            column: "state",
            row: format!("hold {}", hold.id),
        });
    }
    sqlx::query(
        "INSERT INTO hold_recordings (tenant_id, hold_id, recording_id)
        SELECT $1, $2, recording_id FROM unnest($3::uuid[]) AS held (recording_id)",
    )
    .bind(tenant)
    .bind(hold.id.0)
    .bind(&ids)
    .execute(connection)
    .await?;
    Ok(Placed::Done)
}

async fn insert(tx: &mut TenantTx, hold: &NewHold, count: usize) -> Result<(), DbError> {
    let (origin, kind, request) = match &hold.origin {
        HoldOrigin::Person => ("person", None, None),
        HoldOrigin::Request { kind, id } => ("request", Some(kind.as_str()), Some(*id)),
    };
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO holds (
            tenant_id,
            hold_id,
            origin,
            request_kind,
            request_id,
            ground,
            ground_article,
            ground_ja,
            ground_en,
            reason,
            authority,
            policy_version,
            placed_by,
            placed_at,
            recording_count,
            review_on,
            repeat_key,
            repeat_sha256
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
    )
    .bind(tenant)
    .bind(hold.id.0)
    .bind(origin)
    .bind(kind)
    .bind(request)
    .bind(&hold.ground.key)
    .bind(hold.ground.article.as_str())
    .bind(&hold.ground.name.ja)
    .bind(&hold.ground.name.en)
    .bind(&hold.reason)
    .bind(&hold.authority)
    .bind(hold.policy_version)
    .bind(hold.placed_by.0)
    .bind(hold.placed_at)
    .bind(i32::try_from(count).unwrap_or(i32::MAX))
    .bind(hold.review_on)
    .bind(hold.repeat.as_ref().map(|repeat| repeat.key.as_slice()))
    .bind(hold.repeat.as_ref().map(|repeat| repeat.asked.as_slice()))
    .execute(connection)
    .await?;
    Ok(())
}
