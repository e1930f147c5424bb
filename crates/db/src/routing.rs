//! The only two questions asked across tenants: which tenants there are, and which connection an address belongs to.

use ipnet::IpNet;
use rokuon_policy::ids::{ConnectionId, TenantId};
use uuid::Uuid;

use crate::connections::{ConnectionState, networks};
use crate::database::Database;
use crate::error::DbError;
use crate::row::Place;

/// What a worker needs to know of a connection before it knows whose call it has. Meant to be cached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutingConnection {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub connection: ConnectionId,
    /// The tenant's name for it.
    pub name: String,
    /// `siprec`.
    pub kind: String,
    /// User part of the SIP address.
    pub address_user: String,
    /// Where it may call from; with none, from nowhere.
    pub networks: Vec<IpNet>,
    /// The line of calls that do not say theirs.
    pub default_line: Option<String>,
    /// Whether it may place calls.
    pub state: ConnectionState,
}

#[derive(sqlx::FromRow)]
struct Row {
    tenant_id: String,
    connection_id: Uuid,
    name: String,
    kind: String,
    address_user: String,
    networks: Vec<String>,
    default_line: Option<String>,
    state: String,
}

/// All tenants by key.
///
/// # Errors
/// [`DbError`].
pub async fn tenants(database: &Database) -> Result<Vec<TenantId>, DbError> {
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT tenant_id FROM tenant_ids()").fetch_all(database.pool()).await?;
    rows.into_iter().map(|(id,)| Place { table: "tenants", row: &id }.parse("tenant_id", &id)).collect()
}

/// All connections of all tenants, disabled ones too.
///
/// # Errors
/// [`DbError`].
pub async fn connections(database: &Database) -> Result<Vec<RoutingConnection>, DbError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT
            tenant_id,
            connection_id,
            name,
            kind,
            address_user,
            networks::text[] AS networks,
            default_line,
            state
        FROM routing_connections()",
    )
    .fetch_all(database.pool())
    .await?;
    rows.into_iter().map(RoutingConnection::try_from).collect()
}

impl TryFrom<Row> for RoutingConnection {
    type Error = DbError;
    fn try_from(row: Row) -> Result<Self, DbError> {
        let place = Place { table: "connections", row: &row.connection_id };
        Ok(Self {
            tenant: place.parse("tenant_id", &row.tenant_id)?,
            connection: ConnectionId(row.connection_id),
            networks: networks(&place, &row.networks)?,
            state: place.parse("state", &row.state)?,
            name: row.name,
            kind: row.kind,
            address_user: row.address_user,
            default_line: row.default_line,
        })
    }
}
