//! Entering an erasure. The hold that comes with it is placed by the caller, in the same transaction.

use chrono::{DateTime, NaiveDate, Utc};
use rokuon_policy::ids::{ErasureId, PersonId, RecordingId};
use uuid::Uuid;

use super::RestsOn;
use crate::error::DbError;
use crate::repeats::Repeat;
use crate::tenant_tx::TenantTx;

/// An erasure to be entered.
#[derive(Debug, Clone)]
pub struct NewErasure {
    /// Its id.
    pub id: ErasureId,
    /// Who wants it.
    pub requester: String,
    /// How it was made sure who that is.
    pub identity: String,
    /// What it rests on.
    pub rests_on: RestsOn,
    /// Why.
    pub reason: String,
    /// When it was asked for outside.
    pub applied_on: NaiveDate,
    /// The policy's version.
    pub policy_version: i32,
    /// Who enters it.
    pub asked_by: PersonId,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// By what a repeated request is known.
    pub repeat: Option<Repeat>,
}

/// Enters it for these recordings, each named once.
///
/// # Errors
/// [`DbError::Conflict`] `erasures_repeat_key_once` when the same request was made before, `erasure_recordings_recording` for a
/// recording that is not there.
pub async fn enter(
    tx: &mut TenantTx,
    erasure: &NewErasure,
    recordings: &[RecordingId],
) -> Result<(), DbError> {
    let (application, law) = match &erasure.rests_on {
        RestsOn::Application(key) => (Some(key.as_str()), None),
        RestsOn::Law(law) => (None, Some(law.as_str())),
    };
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO erasures (
            tenant_id,
            erasure_id,
            state,
            requester,
            identity,
            application,
            law,
            reason,
            applied_on,
            policy_version,
            asked_by,
            asked_at,
            recording_count,
            repeat_key,
            repeat_sha256
        )
        VALUES ($1, $2, 'asked', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(tenant)
    .bind(erasure.id.0)
    .bind(&erasure.requester)
    .bind(&erasure.identity)
    .bind(application)
    .bind(law)
    .bind(&erasure.reason)
    .bind(erasure.applied_on)
    .bind(erasure.policy_version)
    .bind(erasure.asked_by.0)
    .bind(erasure.asked_at)
    .bind(i32::try_from(recordings.len()).unwrap_or(i32::MAX))
    .bind(erasure.repeat.as_ref().map(|repeat| repeat.key.as_slice()))
    .bind(erasure.repeat.as_ref().map(|repeat| repeat.asked.as_slice()))
    .execute(&mut *connection)
    .await?;
    let ids: Vec<Uuid> = recordings.iter().map(|id| id.0).collect();
    sqlx::query(
        "INSERT INTO erasure_recordings (tenant_id, erasure_id, recording_id, state)
        SELECT $1, $2, recording_id, 'asked' FROM unnest($3::uuid[]) AS asked (recording_id)",
    )
    .bind(tenant)
    .bind(erasure.id.0)
    .bind(ids)
    .execute(connection)
    .await?;
    Ok(())
}
