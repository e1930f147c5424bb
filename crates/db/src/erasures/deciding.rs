//! Deciding an erasure, carrying out what was approved as far as holds let it, and letting go of what was refused.

use chrono::{DateTime, Utc};
use rokuon_policy::article::Article;
use rokuon_policy::ids::{ErasureId, HoldId, PersonId, RecordingId};
use uuid::Uuid;

use super::{ErasureDecision, ErasureState};
use crate::error::DbError;
use crate::holds::releasing::{self, Freed};
use crate::holds::requests;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// Writes the decision on an erasure that nobody has decided. Says whether it was written.
///
/// # Errors
/// [`DbError::Conflict`] `erasures_approved_by_another` when one person asks and decides.
pub async fn decide(
    tx: &mut TenantTx,
    id: ErasureId,
    state: ErasureState,
    decision: &ErasureDecision,
) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let decided = sqlx::query(
        "UPDATE erasures
        SET
            state = $3,
            decided_by = $4,
            decided_at = $5,
            decision_reason = $6,
            decision_article = $7,
            decision_ja = $8,
            decision_en = $9,
            lets_go_at = $10
        WHERE tenant_id = $1 AND erasure_id = $2 AND state = 'asked'",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(state.as_str())
    .bind(decision.person.0)
    .bind(decision.at)
    .bind(decision.reason.as_deref())
    .bind(decision.article.as_str())
    .bind(&decision.sentence.ja)
    .bind(&decision.sentence.en)
    .bind(decision.lets_go_at)
    .execute(&mut *connection)
    .await?;
    if decided.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query(
        "UPDATE erasure_recordings
        SET state = $3
        WHERE tenant_id = $1 AND erasure_id = $2",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(if state == ErasureState::Approved { "waiting" } else { "closed" })
    .execute(connection)
    .await?;
    if state == ErasureState::Approved {
        write_cause(tx, id, &decision.article).await?;
    }
    Ok(true)
}

/// The approved erasure becomes the cause of the recordings' destruction, before they are due for it.
async fn write_cause(tx: &mut TenantTx, id: ErasureId, article: &Article) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "UPDATE recordings
        SET due_reason = 'erasure', due_article = $3
        WHERE tenant_id = $1
            AND state IN ('primary', 'secondary', 'due', 'quarantined')
            AND recording_id IN (
                SELECT recording_id FROM erasure_recordings WHERE tenant_id = $1 AND erasure_id = $2)",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(article.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

/// Releases the hold that came with an erasure. `None` when it is released already.
///
/// # Errors
/// [`DbError`].
pub async fn release_its_hold(
    tx: &mut TenantTx,
    id: ErasureId,
    by: PersonId,
    now: DateTime<Utc>,
    grace_until: DateTime<Utc>,
) -> Result<Option<(HoldId, Freed)>, DbError> {
    for hold in requests::of_request(tx, id.0).await? {
        if let Some(freed) = releasing::release(tx, hold, by, None, now, grace_until).await? {
            return Ok(Some((hold, freed)));
        }
    }
    Ok(None)
}

/// A recording that an approved erasure made due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    /// Which.
    pub recording: RecordingId,
    /// By which erasure.
    pub erasure: ErasureId,
    /// On which article.
    pub article: Article,
}

/// Makes those of the recordings due whose approved erasure waited and on which nothing rests any more.
///
/// # Errors
/// [`DbError`].
pub async fn carry_out(
    tx: &mut TenantTx,
    recordings: &[RecordingId],
    now: DateTime<Utc>,
) -> Result<Vec<Ordered>, DbError> {
    let ids: Vec<Uuid> = recordings.iter().map(|id| id.0).collect();
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "UPDATE recordings
        SET state = 'due', due_at = $3
        WHERE tenant_id = $1
            AND recording_id = ANY ($2)
            AND active_holds = 0
            AND state IN ('primary', 'secondary')
            AND due_reason = 'erasure'
            AND recording_id IN (
                SELECT recording_id FROM erasure_recordings WHERE tenant_id = $1 AND state = 'waiting')",
    )
    .bind(tenant)
    .bind(&ids)
    .bind(now)
    .execute(&mut *connection)
    .await?;
    let rows: Vec<(Uuid, Uuid, String)> = sqlx::query_as(
        "UPDATE erasure_recordings e
        SET state = 'due', due_at = $3
        FROM recordings r
        WHERE e.tenant_id = $1
            AND e.recording_id = ANY ($2)
            AND e.state = 'waiting'
            AND r.tenant_id = e.tenant_id
            AND r.recording_id = e.recording_id
            AND r.state IN ('due', 'destroying', 'destroyed')
            AND r.active_holds = 0
        RETURNING e.recording_id, e.erasure_id, r.due_article",
    )
    .bind(tenant)
    .bind(&ids)
    .bind(now)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(recording, erasure, article)| {
            let place = Place { table: "recordings", row: &recording };
            Ok(Ordered {
                recording: RecordingId(recording),
                erasure: ErasureId(erasure),
                article: place.parse("due_article", &article)?,
            })
        })
        .collect()
}

/// The recordings of approved erasures that still wait although nothing rests on them: what a crash or a repaired recording
/// left behind. No more than `limit`.
///
/// # Errors
/// [`DbError`].
pub async fn left_waiting(tx: &mut TenantTx, limit: u32) -> Result<Vec<RecordingId>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid,)> = sqlx::query_as(
        "SELECT DISTINCT r.recording_id
        FROM erasure_recordings e
        JOIN recordings r USING (tenant_id, recording_id)
        WHERE e.tenant_id = $1
            AND e.state = 'waiting'
            AND r.active_holds = 0
            AND r.state IN ('primary', 'secondary', 'due', 'destroying', 'destroyed')
        LIMIT $2",
    )
    .bind(tenant)
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| RecordingId(id)).collect())
}

/// The refused erasures against which no appeal is left, whose hold still rests. No more than `limit`.
///
/// # Errors
/// [`DbError`].
pub async fn past_appeal(
    tx: &mut TenantTx,
    now: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<(ErasureId, PersonId)>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "SELECT e.erasure_id, e.decided_by
        FROM erasures e
        JOIN holds h ON h.tenant_id = e.tenant_id AND h.request_id = e.erasure_id AND h.origin = 'request'
        WHERE e.tenant_id = $1 AND e.state = 'refused' AND e.lets_go_at <= $2 AND h.released_at IS NULL
        ORDER BY e.lets_go_at
        LIMIT $3",
    )
    .bind(tenant)
    .bind(now)
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id, by)| (ErasureId(id), PersonId(by))).collect())
}
