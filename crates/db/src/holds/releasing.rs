//! Keeping a hold on, asking for its release, releasing it: the counter goes down once, whoever presses how often.

use chrono::{DateTime, NaiveDate, Utc};
use rokuon_policy::ids::{HoldId, PersonId, RecordingId};
use uuid::Uuid;

use super::placing;
use crate::error::DbError;
use crate::tenant_tx::TenantTx;

/// Keeps a hold on, until another review day or without one. A release that was asked for is not wanted any more.
/// Says whether there was an active hold.
///
/// # Errors
/// [`DbError`].
pub async fn extend(
    tx: &mut TenantTx,
    id: HoldId,
    review_on: Option<NaiveDate>,
    reason: &str,
    by: PersonId,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let done = sqlx::query(
        "UPDATE holds
        SET
            review_on = $3,
            extension_reason = $4,
            extended_by = $5,
            extended_at = $6,
            release_asked_by = NULL,
            release_asked_at = NULL,
            release_reason = NULL
        WHERE tenant_id = $1 AND hold_id = $2 AND released_at IS NULL",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(review_on)
    .bind(reason)
    .bind(by.0)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Asks for the release of a hold. Says whether there was an active one whose release nobody had asked for.
///
/// # Errors
/// [`DbError`].
pub async fn ask_release(
    tx: &mut TenantTx,
    id: HoldId,
    reason: &str,
    by: PersonId,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let done = sqlx::query(
        "UPDATE holds
        SET release_asked_by = $3, release_asked_at = $4, release_reason = $5
        WHERE tenant_id = $1 AND hold_id = $2 AND released_at IS NULL AND release_asked_at IS NULL",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(by.0)
    .bind(now)
    .bind(reason)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What a release freed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freed {
    /// The recordings on which nothing rests any more.
    pub recordings: Vec<RecordingId>,
}

/// Releases a hold from all its recordings. Those on which nothing rests any more are not destroyed before `grace_until`,
/// and the store's own hold comes off them. `None` when it is released already, or there is no such hold.
///
/// # Errors
/// [`DbError`].
pub async fn release(
    tx: &mut TenantTx,
    id: HoldId,
    by: PersonId,
    reason: Option<&str>,
    now: DateTime<Utc>,
    grace_until: DateTime<Utc>,
) -> Result<Option<Freed>, DbError> {
    let (tenant, connection) = tx.parts();
    // The row's lock makes one of two who release at once; the other finds it released.
    let done = sqlx::query(
        "UPDATE holds
        SET released_by = $3, released_at = $4, released_reason = $5
        WHERE tenant_id = $1 AND hold_id = $2 AND released_at IS NULL",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(by.0)
    .bind(now)
    .bind(reason)
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(None);
    }
    let rows: Vec<(Uuid,)> = sqlx::query_as(
        "SELECT recording_id
        FROM hold_recordings
        WHERE tenant_id = $1 AND hold_id = $2 AND released_at IS NULL",
    )
    .bind(tenant)
    .bind(id.0)
    .fetch_all(connection)
    .await?;
    let held: Vec<RecordingId> = rows.into_iter().map(|(id,)| RecordingId(id)).collect();
    placing::lock(tx, &held).await?;
    let ids: Vec<Uuid> = held.iter().map(|id| id.0).collect();
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "UPDATE hold_recordings
        SET released_at = $3
        WHERE tenant_id = $1 AND hold_id = $2 AND released_at IS NULL",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(now)
    .execute(&mut *connection)
    .await?;
    let left: Vec<(Uuid, i32)> = sqlx::query_as(
        "UPDATE recordings
        SET
            active_holds = active_holds - 1,
            hold_grace_until = CASE
                WHEN active_holds = 1 THEN GREATEST(hold_grace_until, $3)
                ELSE hold_grace_until END,
            object_holds = CASE
                WHEN active_holds = 1 AND object_holds <> 'off' THEN 'unwanted'
                ELSE object_holds END
        WHERE tenant_id = $1 AND recording_id = ANY ($2)
        RETURNING recording_id, active_holds",
    )
    .bind(tenant)
    .bind(ids)
    .bind(grace_until)
    .fetch_all(connection)
    .await?;
    let mut recordings: Vec<RecordingId> =
        left.into_iter().filter(|(_, holds)| *holds == 0).map(|(id, _)| RecordingId(id)).collect();
    recordings.sort_unstable();
    Ok(Some(Freed { recordings }))
}
