//! Changes of a connection: edited, switched on and off, tested.

use chrono::{DateTime, Utc};
use ipnet::IpNet;
use rokuon_policy::ids::ConnectionId;

use crate::connection_terms::{ConnectionSecurity, ConnectionState};
use crate::connections::{network_texts, octets};
use crate::error::DbError;
use crate::tenant_tx::TenantTx;

/// What of a connection may be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionEdit {
    /// The tenant's name for it.
    pub name: String,
    /// Where it may call from.
    pub networks: Vec<IpNet>,
    /// The line of calls that do not say theirs.
    pub default_line: Option<String>,
    /// What it asks of whoever calls.
    pub security: ConnectionSecurity,
}

/// Changes a connection that still has this version; says whether it had.
///
/// # Errors
/// [`DbError::Conflict`] `connections_default_line` for an unknown line.
pub async fn edit(
    tx: &mut TenantTx,
    id: ConnectionId,
    version: i32,
    edit: &ConnectionEdit,
) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let done = sqlx::query(
        "UPDATE connections
        SET
            name = $4,
            networks = $5::text[]::cidr[],
            default_line = $6,
            media_security = $7,
            transport = $8,
            learns_source = $9,
            tls_client_sha256 = $10,
            digest_required = $11,
            version = version + 1
        WHERE tenant_id = $1 AND connection_id = $2 AND version = $3",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(version)
    .bind(&edit.name)
    .bind(network_texts(&edit.networks))
    .bind(&edit.default_line)
    .bind(edit.security.media.as_str())
    .bind(edit.security.transport.as_str())
    .bind(edit.security.learns_source)
    .bind(octets(&edit.security.tls_client_sha256))
    .bind(edit.security.digest_required)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Switches a connection on or off; says whether it was the other.
///
/// # Errors
/// [`DbError`].
pub async fn switch(tx: &mut TenantTx, id: ConnectionId, to: ConnectionState) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let done = sqlx::query(
        "UPDATE connections
        SET state = $3
        WHERE tenant_id = $1 AND connection_id = $2 AND state <> $3",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(to.as_str())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Begins a test of a connection, or lets the one that runs begin anew.
///
/// # Errors
/// [`DbError`].
pub async fn begin_test(
    tx: &mut TenantTx,
    id: ConnectionId,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "UPDATE connections
        SET
            test_began_at = $3,
            test_until = $4
        WHERE tenant_id = $1 AND connection_id = $2",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(now)
    .bind(until)
    .execute(connection)
    .await?;
    Ok(())
}
