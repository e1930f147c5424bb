//! On which recordings a hold rests, and which holds have let one go.

use rokuon_policy::ids::{HoldId, RecordingId};
use uuid::Uuid;

use crate::error::DbError;
use crate::tenant_tx::TenantTx;

/// Every recording a hold was placed on, in the order of their ids.
///
/// # Errors
/// [`DbError`].
pub async fn recordings_of(tx: &mut TenantTx, hold: HoldId) -> Result<Vec<RecordingId>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid,)> = sqlx::query_as(
        "SELECT recording_id
        FROM hold_recordings
        WHERE tenant_id = $1 AND hold_id = $2
        ORDER BY recording_id",
    )
    .bind(tenant)
    .bind(hold.0)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| RecordingId(id)).collect())
}

/// The holds that rested on a recording and were released.
///
/// # Errors
/// [`DbError`].
pub async fn released_from(tx: &mut TenantTx, recording: RecordingId) -> Result<Vec<HoldId>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid,)> = sqlx::query_as(
        "SELECT h.hold_id
        FROM holds h
        JOIN hold_recordings o USING (tenant_id, hold_id)
        WHERE h.tenant_id = $1 AND o.recording_id = $2 AND h.released_at IS NOT NULL
        ORDER BY h.hold_id",
    )
    .bind(tenant)
    .bind(recording.0)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| HoldId(id)).collect())
}
