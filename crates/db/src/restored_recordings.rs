//! Rows of a restored database brought to what had become of their recordings since the backup was taken.

use chrono::{DateTime, Utc};
use rokuon_policy::ids::RecordingId;
use rokuon_policy::keeping::Cause;
use rokuon_policy::recording_state::Tier;
use uuid::Uuid;

use crate::error::DbError;
use crate::kept_segments::{self, Switched};
use crate::tenant_tx::TenantTx;

/// A destruction that happened after the backup was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// Of which recording.
    pub recording: RecordingId,
    /// Why.
    pub cause: Cause,
    /// When it became due.
    pub due_at: DateTime<Utc>,
    /// When its destruction was committed.
    pub committed_at: DateTime<Utc>,
    /// When the last of it was seen to be gone; absent where nobody saw that yet.
    pub destroyed_at: Option<DateTime<Utc>>,
}

/// Marks recordings as destroyed or being destroyed again, lets go what held them, and says of which that was news.
///
/// # Errors
/// [`DbError`].
pub async fn gone_again(
    tx: &mut TenantTx,
    gone: &[Gone],
    now: DateTime<Utc>,
) -> Result<Vec<RecordingId>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid,)> = sqlx::query_as(
        "UPDATE recordings r
        SET
            state = CASE WHEN g.destroyed_at IS NULL THEN 'destroying' ELSE 'destroyed' END,
            due_reason = g.reason,
            due_article = g.article,
            due_at = g.due_at,
            destroying_at = g.committed_at,
            destroyed_at = g.destroyed_at,
            active_holds = 0,
            object_holds = 'off'
        FROM unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[])
            AS g (recording_id, reason, article, due_at, committed_at, destroyed_at)
        WHERE r.tenant_id = $1 AND r.recording_id = g.recording_id AND r.state <> 'destroyed'
        RETURNING r.recording_id",
    )
    .bind(tenant)
    .bind(gone.iter().map(|one| one.recording.0).collect::<Vec<_>>())
    .bind(gone.iter().map(|one| one.cause.reason.as_str()).collect::<Vec<_>>())
    .bind(gone.iter().map(|one| one.cause.article.as_str()).collect::<Vec<_>>())
    .bind(gone.iter().map(|one| one.due_at).collect::<Vec<_>>())
    .bind(gone.iter().map(|one| one.committed_at).collect::<Vec<_>>())
    .bind(gone.iter().map(|one| one.destroyed_at).collect::<Vec<_>>())
    .fetch_all(&mut *connection)
    .await?;
    let ids: Vec<Uuid> = rows.into_iter().map(|(id,)| id).collect();
    // A hold that was released after the backup and before the destruction stands in the restored rows again.
    sqlx::query(
        "UPDATE hold_recordings
        SET released_at = $3
        WHERE tenant_id = $1 AND recording_id = ANY ($2) AND released_at IS NULL",
    )
    .bind(tenant)
    .bind(&ids)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(ids.into_iter().map(RecordingId).collect())
}

/// Points a recording's rows at where its media lies; says whether they still pointed where it was thought.
///
/// # Errors
/// [`DbError`].
pub async fn follow_media(
    tx: &mut TenantTx,
    recording: RecordingId,
    tier: Tier,
    switched: &[Switched],
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    if !kept_segments::switch(tx, switched).await? {
        return Ok(false);
    }
    let (tenant, connection) = tx.parts();
    let done = sqlx::query(
        "UPDATE recordings
        SET
            tier = $3,
            tier_moved_at = CASE WHEN $3 = 'secondary' THEN $4::timestamptz END,
            state = CASE WHEN state IN ('primary', 'secondary') THEN $3 ELSE state END
        WHERE tenant_id = $1 AND recording_id = $2 AND state IN ('primary', 'secondary', 'due', 'quarantined')",
    )
    .bind(tenant)
    .bind(recording.0)
    .bind(tier.as_str())
    .bind(now)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Sets recordings aside whose key or media is missing without a reason; says which were not set aside already.
///
/// # Errors
/// [`DbError`].
pub async fn set_aside(
    tx: &mut TenantTx,
    recordings: &[RecordingId],
    now: DateTime<Utc>,
) -> Result<Vec<RecordingId>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid,)> = sqlx::query_as(
        "UPDATE recordings
        SET state = 'quarantined', scrubbed_at = $3, scrub_result = 'missing'
        WHERE tenant_id = $1 AND recording_id = ANY ($2) AND state IN ('primary', 'secondary', 'due')
        RETURNING recording_id",
    )
    .bind(tenant)
    .bind(recordings.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind(now)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| RecordingId(id)).collect())
}
