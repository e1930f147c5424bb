//! The row of a recording whose call has begun.

use rokuon_policy::capture_order::Capture;

use super::json;
use crate::calls::CallStarted;
use crate::error::DbError;
use crate::row::signed;
use crate::tenant_tx::TenantTx;

/// The row of a call that has begun.
pub(crate) async fn begin(tx: &mut TenantTx, started: &CallStarted) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO recordings (
            tenant_id,
            recording_id,
            call_id,
            media,
            state,
            started_at,
            policy_version,
            epoch,
            start,
            capture,
            doubts,
            keep_at_least_until,
            secondary_from,
            keep_until,
            retention_article,
            retention_ja,
            retention_en
        )
        VALUES ($1, $2, $3, $4, 'recording', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(tenant)
    .bind(started.recording.0)
    .bind(started.call.0)
    .bind(started.media.as_str())
    .bind(started.started_at)
    .bind(started.policy_version)
    .bind(signed(started.epoch))
    .bind(started.start.as_str())
    .bind(Capture::at_start(started.start).as_str())
    .bind(json(&started.doubts))
    .bind(started.retention.keep_at_least_until)
    .bind(started.retention.secondary_from)
    .bind(started.retention.keep_until)
    .bind(started.retention.article.as_str())
    .bind(&started.retention.sentence.ja)
    .bind(&started.retention.sentence.en)
    .execute(connection)
    .await?;
    Ok(())
}
