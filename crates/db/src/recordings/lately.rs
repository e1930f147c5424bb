//! What went wrong with recordings of late, as figures.

use chrono::{DateTime, Utc};

use crate::error::DbError;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// How many recordings were given up since an instant.
///
/// # Errors
/// [`DbError`].
pub async fn failed(tx: &mut TenantTx, since: DateTime<Utc>) -> Result<u64, DbError> {
    let (tenant, connection) = tx.parts();
    let (count,): (i64,) = sqlx::query_as(
        "SELECT count(*)
        FROM recordings
        WHERE tenant_id = $1 AND state = 'failed' AND finished_at >= $2",
    )
    .bind(tenant)
    .bind(since)
    .fetch_one(connection)
    .await?;
    Place { table: "recordings", row: &"count" }.number("count", count)
}
