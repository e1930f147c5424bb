//! What the worker knows of every tenant, held in memory so that a call can be answered while the database is away.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use rokuon_policy::ids::{ConnectionId, TenantId};
use rokuon_policy::policy::Policy;
use rokuon_policy::recording_scope::Line;

/// One tenant's rules and lines.
#[derive(Debug)]
pub struct TenantRoutes {
    /// Whose.
    pub tenant: TenantId,
    /// The policy in force.
    pub policy: Policy,
    /// Its version's number.
    pub policy_version: i32,
    /// The policy's lines and the register's.
    pub lines: Vec<Line>,
}

/// One connection a PBX records over.
#[derive(Debug, Clone)]
pub struct ConnectionRoute {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub id: ConnectionId,
    /// The user part a PBX must call: random, so that it names the connection and is hard to guess.
    pub address_user: String,
    /// Networks calls may come from.
    pub networks: Vec<IpNet>,
    /// The line a call belongs to when its metadata names none.
    pub default_line: Option<String>,
}

/// All tenants' routes at one moment.
#[derive(Debug, Default)]
pub struct RoutingTable {
    tenants: HashMap<TenantId, Arc<TenantRoutes>>,
    connections: HashMap<String, Arc<ConnectionRoute>>,
}

/// What was found for an offer.
#[derive(Debug, Clone)]
pub enum Found {
    /// The connection it came by, and its tenant's rules.
    Connection(Arc<ConnectionRoute>, Arc<TenantRoutes>),
    /// No such connection, but the source is inside some connection's networks: worth a plain refusal.
    KnownSource,
    /// Nobody we know: worth silence.
    UnknownSource,
}

impl RoutingTable {
    /// A table of these tenants and their connections.
    pub fn new(tenants: Vec<TenantRoutes>, connections: Vec<ConnectionRoute>) -> Self {
        Self {
            tenants: tenants.into_iter().map(|t| (t.tenant.clone(), Arc::new(t))).collect(),
            connections: connections.into_iter().map(|c| (c.address_user.clone(), Arc::new(c))).collect(),
        }
    }

    /// The tenants there are.
    pub fn tenants(&self) -> impl Iterator<Item = &Arc<TenantRoutes>> {
        self.tenants.values()
    }

    /// One tenant's rules.
    pub fn tenant(&self, tenant: &TenantId) -> Option<&Arc<TenantRoutes>> {
        self.tenants.get(tenant)
    }

    /// One connection by its id.
    pub fn connection(&self, id: ConnectionId) -> Option<Arc<ConnectionRoute>> {
        self.connections.values().find(|c| c.id == id).cloned()
    }

    /// Finds the connection by the called user *and* the source network: neither alone is enough, and the dialled
    /// number plays no part.
    pub fn find(&self, users: &[Option<&str>], source: IpAddr) -> Found {
        let source = source.to_canonical();
        let inside = |c: &ConnectionRoute| c.networks.iter().any(|n| n.contains(&source));
        let named = users.iter().flatten().find_map(|user| self.connections.get(*user));
        if let Some(connection) = named.filter(|c| inside(c))
            && let Some(tenant) = self.tenants.get(&connection.tenant)
        {
            return Found::Connection(connection.clone(), tenant.clone());
        }
        if self.knows_source(source) { Found::KnownSource } else { Found::UnknownSource }
    }

    /// Whether any connection may be used from this address; everyone else gets silence (S1: scanners learn nothing).
    pub fn knows_source(&self, source: IpAddr) -> bool {
        let source = source.to_canonical();
        self.connections.values().any(|c| c.networks.iter().any(|n| n.contains(&source)))
    }
}
