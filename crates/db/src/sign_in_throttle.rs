//! Failed sign-ins of the last minutes, counted by account and by source (ASVS 6.1.1: slow down, never lock out).

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::DbError;
use crate::tenant_tx::TenantTx;

/// How often it failed since a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Failures {
    /// For this login ID, from anywhere.
    pub of_account: i64,
    /// From this source, for any login ID.
    pub of_source: i64,
    /// For this login ID from this source.
    pub of_both: i64,
}

/// Failures since `since`.
///
/// # Errors
/// [`DbError`].
pub async fn count(
    tx: &mut TenantTx,
    login_id: &str,
    source: IpAddr,
    since: DateTime<Utc>,
) -> Result<Failures, DbError> {
    let (tenant, connection) = tx.parts();
    let failures = sqlx::query_as(
        "SELECT
            count(*) FILTER (WHERE account_sha256 = $2) AS of_account,
            count(*) FILTER (WHERE source = $3::text::inet) AS of_source,
            count(*) FILTER (WHERE account_sha256 = $2 AND source = $3::text::inet) AS of_both
        FROM sign_in_failures
        WHERE tenant_id = $1
            AND failed_at >= $4
            AND (account_sha256 = $2 OR source = $3::text::inet)",
    )
    .bind(tenant)
    .bind(account(login_id).as_slice())
    .bind(source.to_string())
    .bind(since)
    .fetch_one(connection)
    .await?;
    Ok(failures)
}

/// Notes a failure.
///
/// # Errors
/// [`DbError::Conflict`] for an unknown tenant.
pub async fn failed(
    tx: &mut TenantTx,
    login_id: &str,
    source: IpAddr,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO sign_in_failures (
            tenant_id,
            failure_id,
            account_sha256,
            source,
            failed_at
        )
        VALUES ($1, $2, $3, $4::text::inet, $5)",
    )
    .bind(tenant)
    .bind(Uuid::new_v4())
    .bind(account(login_id).as_slice())
    .bind(source.to_string())
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets an account's failures from one source after a sign-in that succeeded.
///
/// # Errors
/// [`DbError`].
pub async fn succeeded(tx: &mut TenantTx, login_id: &str, source: IpAddr) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "DELETE FROM sign_in_failures
        WHERE tenant_id = $1 AND account_sha256 = $2 AND source = $3::text::inet",
    )
    .bind(tenant)
    .bind(account(login_id).as_slice())
    .bind(source.to_string())
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets everything before `before`; says how many.
///
/// # Errors
/// [`DbError`].
pub async fn forget(tx: &mut TenantTx, before: DateTime<Utc>) -> Result<u64, DbError> {
    let (tenant, connection) = tx.parts();
    let done = sqlx::query("DELETE FROM sign_in_failures WHERE tenant_id = $1 AND failed_at < $2")
        .bind(tenant)
        .bind(before)
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}

/// What is stored of the ID: a person may have typed a password there.
fn account(login_id: &str) -> [u8; 32] {
    Sha256::digest(login_id.to_lowercase().as_bytes()).into()
}
