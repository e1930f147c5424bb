//! Holds that open and close with a request (INV-11).

use rokuon_policy::ids::HoldId;
use uuid::Uuid;

use crate::error::DbError;
use crate::tenant_tx::TenantTx;

/// The active holds that opened with a request.
pub(crate) async fn of_request(tx: &mut TenantTx, request: Uuid) -> Result<Vec<HoldId>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid,)> = sqlx::query_as(
        "SELECT hold_id
        FROM holds
        WHERE tenant_id = $1 AND request_id = $2 AND origin = 'request' AND released_at IS NULL
        ORDER BY hold_id",
    )
    .bind(tenant)
    .bind(request)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| HoldId(id)).collect())
}
