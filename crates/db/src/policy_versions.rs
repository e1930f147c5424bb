//! Every version of a tenant's ordinance file that was loaded.

use chrono::{DateTime, NaiveDate, Utc};
use sha2::{Digest, Sha256};

use crate::error::DbError;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// One loaded version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVersion {
    /// From 1 up, in the order of loading.
    pub version: i32,
    /// The file.
    pub toml: String,
    /// Its SHA-256.
    pub sha256: [u8; 32],
    /// First civil day (Japan) it applies.
    pub effective_from: NaiveDate,
    /// When it was loaded.
    pub loaded_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct Row {
    version: i32,
    toml: String,
    sha256: Vec<u8>,
    effective_from: NaiveDate,
    loaded_at: DateTime<Utc>,
}

/// Loads a file as the next version; a text that is already there keeps its number. Says the number and whether it is new.
///
/// # Errors
/// [`DbError`].
pub async fn load(
    tx: &mut TenantTx,
    toml: &str,
    effective_from: NaiveDate,
    now: DateTime<Utc>,
) -> Result<(i32, bool), DbError> {
    let sha256: [u8; 32] = Sha256::digest(toml.as_bytes()).into();
    let (tenant, connection) = tx.parts();
    // One loader of a tenant at a time, so that numbers are dense.
    sqlx::query("SELECT 1 FROM tenants WHERE tenant_id = $1 FOR NO KEY UPDATE")
        .bind(tenant)
        .execute(&mut *connection)
        .await?;
    let there: Option<(i32,)> =
        sqlx::query_as("SELECT version FROM policy_versions WHERE tenant_id = $1 AND sha256 = $2")
            .bind(tenant)
            .bind(sha256.as_slice())
            .fetch_optional(&mut *connection)
            .await?;
    if let Some((version,)) = there {
        return Ok((version, false));
    }
    let (version,): (i32,) = sqlx::query_as(
        "INSERT INTO policy_versions (
            tenant_id,
            version,
            toml,
            sha256,
            effective_from,
            loaded_at
        )
        SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5
        FROM policy_versions
        WHERE tenant_id = $1
        RETURNING version",
    )
    .bind(tenant)
    .bind(toml)
    .bind(sha256.as_slice())
    .bind(effective_from)
    .bind(now)
    .fetch_one(connection)
    .await?;
    Ok((version, true))
}

/// The version in force on a civil day: the newest of those whose day has come.
///
/// # Errors
/// [`DbError`].
pub async fn in_force(tx: &mut TenantTx, day: NaiveDate) -> Result<Option<PolicyVersion>, DbError> {
    let (tenant, connection) = tx.parts();
    let row: Option<Row> = sqlx::query_as(
        "SELECT
            version,
            toml,
            sha256,
            effective_from,
            loaded_at
        FROM policy_versions
        WHERE tenant_id = $1 AND effective_from <= $2
        ORDER BY effective_from DESC, version DESC
        LIMIT 1",
    )
    .bind(tenant)
    .bind(day)
    .fetch_optional(connection)
    .await?;
    row.map(PolicyVersion::try_from).transpose()
}

/// One version by its number.
///
/// # Errors
/// [`DbError`].
pub async fn find(tx: &mut TenantTx, version: i32) -> Result<Option<PolicyVersion>, DbError> {
    let (tenant, connection) = tx.parts();
    let row: Option<Row> = sqlx::query_as(
        "SELECT
            version,
            toml,
            sha256,
            effective_from,
            loaded_at
        FROM policy_versions
        WHERE tenant_id = $1 AND version = $2",
    )
    .bind(tenant)
    .bind(version)
    .fetch_optional(connection)
    .await?;
    row.map(PolicyVersion::try_from).transpose()
}

impl TryFrom<Row> for PolicyVersion {
    type Error = DbError;
    fn try_from(row: Row) -> Result<Self, DbError> {
        let place = Place { table: "policy_versions", row: &row.version };
        Ok(Self {
            version: row.version,
            sha256: place.bytes("sha256", row.sha256)?,
            toml: row.toml,
            effective_from: row.effective_from,
            loaded_at: row.loaded_at,
        })
    }
}
