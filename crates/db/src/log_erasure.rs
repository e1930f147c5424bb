//! The call log's own end: numbers, names, the exchange's id and the line go; that there was a call stays, as a count.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::error::DbError;
use crate::tenant_tx::TenantTx;

/// Erases the log of calls that began at or before `until`, the oldest first; says of how many. A call whose recording is
/// still there keeps its log until that is destroyed: without it nobody could say whose recording it is.
///
/// # Errors
/// [`DbError`].
pub async fn erase_calls(
    tx: &mut TenantTx,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
    limit: u32,
) -> Result<u64, DbError> {
    let (tenant, connection) = tx.parts();
    let calls: Vec<(Uuid,)> = sqlx::query_as(
        "WITH old AS MATERIALIZED (
            SELECT c.call_id
            FROM calls c
            WHERE c.tenant_id = $1 AND c.log_erased_at IS NULL AND c.started_at <= $2
                -- by the call, not as a join: that would read every recording to learn that no call is old enough
                AND coalesce((
                    SELECT r.state IN ('destroyed', 'failed') AND r.active_holds = 0
                    FROM recordings r
                    WHERE r.tenant_id = $1 AND r.call_id = c.call_id
                ), true)
            ORDER BY c.started_at
            LIMIT $4
            FOR UPDATE OF c SKIP LOCKED
        )
        UPDATE calls c
        SET
            log_erased_at = $3,
            sip_call_id = '',
            caller_digits = NULL,
            caller_name = NULL,
            called_digits = NULL,
            called_name = NULL,
            line_key = NULL
        FROM old
        WHERE c.tenant_id = $1 AND c.call_id = old.call_id
        RETURNING c.call_id",
    )
    .bind(tenant)
    .bind(until)
    .bind(now)
    .bind(i64::from(limit))
    .fetch_all(&mut *connection)
    .await?;
    let calls: Vec<Uuid> = calls.into_iter().map(|(id,)| id).collect();
    sqlx::query("UPDATE legs SET digits = NULL, name = NULL WHERE tenant_id = $1 AND call_id = ANY ($2)")
        .bind(tenant)
        .bind(&calls)
        .execute(connection)
        .await?;
    Ok(calls.len() as u64)
}

/// Erases the numbers of calls that an exchange says there were, of the same age; says of how many.
///
/// # Errors
/// [`DbError`].
pub async fn erase_expected_calls(
    tx: &mut TenantTx,
    until: DateTime<Utc>,
    limit: u32,
) -> Result<u64, DbError> {
    let (tenant, connection) = tx.parts();
    let done = sqlx::query(
        "WITH old AS MATERIALIZED (
            SELECT expected_id
            FROM expected_calls
            WHERE tenant_id = $1 AND started_at <= $2 AND (caller_digits IS NOT NULL OR called_digits IS NOT NULL)
            ORDER BY started_at
            LIMIT $3
            FOR UPDATE SKIP LOCKED
        )
        UPDATE expected_calls e
        SET caller_digits = NULL, called_digits = NULL
        FROM old
        WHERE e.tenant_id = $1 AND e.expected_id = old.expected_id",
    )
    .bind(tenant)
    .bind(until)
    .bind(i64::from(limit))
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}
