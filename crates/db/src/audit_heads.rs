//! Where a tenant's audit trail ends: how many events it has, and the leaf that stands at a place of it.

use crate::error::DbError;
use crate::row::{Place, signed};
use crate::tenant_tx::TenantTx;

/// How many events the tenant's trail has.
///
/// # Errors
/// [`DbError`].
pub async fn events(tx: &mut TenantTx) -> Result<u64, DbError> {
    let (tenant, connection) = tx.parts();
    let row: Option<(i64,)> = sqlx::query_as("SELECT next_seq FROM audit_heads WHERE tenant_id = $1")
        .bind(tenant)
        .fetch_optional(connection)
        .await?;
    let (next,) = row.unwrap_or((0,));
    Place { table: "audit_heads", row: tx.tenant() }.number("next_seq", next)
}

/// The leaf of the event at a place, counted from 0.
///
/// # Errors
/// [`DbError`].
pub async fn leaf(tx: &mut TenantTx, place: u64) -> Result<Option<[u8; 32]>, DbError> {
    let (tenant, connection) = tx.parts();
    let row: Option<(Vec<u8>,)> =
        sqlx::query_as("SELECT leaf_hash FROM audit_events WHERE tenant_id = $1 AND seq = $2")
            .bind(tenant)
            .bind(signed(place))
            .fetch_optional(connection)
            .await?;
    row.map(|(leaf,)| Place { table: "audit_events", row: &place }.bytes("leaf_hash", leaf)).transpose()
}
