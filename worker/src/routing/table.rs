//! What the worker knows of every tenant, held in memory so that a call can be answered while the database is away.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use ipnet::IpNet;
use rokuon_db::connection_credentials::{ConnectionCredential, CredentialHash};
use rokuon_db::connection_terms::{ConnectionKind, ConnectionSecurity};
use rokuon_db::devices::Device;
use rokuon_db::registration_accounts::RegistrationAccount;
use rokuon_policy::ids::{ConnectionId, TenantId};
use rokuon_policy::policy::Policy;
use rokuon_policy::recording_scope::Line;

use super::source_index::SourceIndex;

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
    /// The device register.
    pub devices: Vec<Device>,
}

/// One connection calls come by.
#[derive(Debug, Clone)]
pub struct ConnectionRoute {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub id: ConnectionId,
    /// How its calls arrive.
    pub kind: ConnectionKind,
    /// The user part a PBX must call: random, so that it names the connection and is hard to guess.
    pub address_user: String,
    /// Networks calls may come from.
    pub networks: Vec<IpNet>,
    /// The line a call belongs to when its metadata names none.
    pub default_line: Option<String>,
    /// What it asks of whoever calls.
    pub security: ConnectionSecurity,
    /// Its credentials; ask each whether it is still valid.
    pub credentials: Vec<ConnectionCredential>,
    /// The account with which we register, of a connection of that kind.
    pub registration: Option<RegistrationAccount>,
    /// Until when a test of it runs.
    pub test_until: Option<DateTime<Utc>>,
}

impl ConnectionRoute {
    /// Whether its calls come by SIP at all; those of WHIP come by HTTP.
    pub const fn is_called_by_sip(&self) -> bool {
        !matches!(self.kind, ConnectionKind::Whip)
    }

    /// Whether a test of it runs: then everything that arrives is noted in detail.
    pub fn is_tested(&self, now: DateTime<Utc>) -> bool {
        self.test_until.is_some_and(|until| now < until)
    }

    /// The hashes that a digest or token is proved against at a moment; with none, nobody is let in.
    pub fn valid_credentials(&self, now: DateTime<Utc>) -> impl Iterator<Item = &CredentialHash> {
        self.credentials.iter().filter(move |one| one.is_valid(now)).map(|one| &one.hash)
    }

    /// Whether the certificate that was shown, if any, is one it accepts: with any pinned, it is reached over TLS with one of
    /// them and in no other way.
    pub fn accepts_certificate(&self, shown: Option<[u8; 32]>) -> bool {
        let pinned = &self.security.tls_client_sha256;
        pinned.is_empty() || shown.is_some_and(|shown| pinned.contains(&shown))
    }

    /// Whether calls may come from this address. One that is named by a certificate may leave its networks open.
    pub fn allows_source(&self, source: IpAddr) -> bool {
        let source = source.to_canonical();
        (self.networks.is_empty() && !self.security.tls_client_sha256.is_empty())
            || self.networks.iter().any(|network| network.contains(&source))
    }
}

/// Where a request came from, as far as it is proved.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    /// The address it came from.
    pub source: IpAddr,
    /// SHA-256 of the certificate its peer proved to hold.
    pub certificate: Option<[u8; 32]>,
}

/// All tenants' routes at one moment.
#[derive(Debug, Default)]
pub struct RoutingTable {
    tenants: HashMap<TenantId, Arc<TenantRoutes>>,
    by_user: HashMap<String, Arc<ConnectionRoute>>,
    by_id: HashMap<ConnectionId, Arc<ConnectionRoute>>,
    /// Connections by the certificates that name them.
    by_certificate: HashMap<[u8; 32], Vec<Arc<ConnectionRoute>>>,
    sources: SourceIndex,
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
    pub fn new(tenants: Vec<Arc<TenantRoutes>>, connections: Vec<ConnectionRoute>) -> Self {
        let connections: Vec<Arc<ConnectionRoute>> = connections.into_iter().map(Arc::new).collect();
        let mut by_certificate: HashMap<[u8; 32], Vec<Arc<ConnectionRoute>>> = HashMap::new();
        for connection in &connections {
            for certificate in &connection.security.tls_client_sha256 {
                by_certificate.entry(*certificate).or_default().push(connection.clone());
            }
        }
        Self {
            tenants: tenants.into_iter().map(|t| (t.tenant.clone(), t)).collect(),
            sources: SourceIndex::of(
                connections.iter().filter(|c| c.is_called_by_sip()).flat_map(|c| &c.networks),
            ),
            by_user: connections.iter().map(|c| (c.address_user.clone(), c.clone())).collect(),
            by_id: connections.iter().map(|c| (c.id, c.clone())).collect(),
            by_certificate,
        }
    }

    /// The tenants there are.
    pub fn tenants(&self) -> impl Iterator<Item = &Arc<TenantRoutes>> {
        self.tenants.values()
    }

    /// Connections whose calls arrive in one way.
    pub fn of_kind(&self, kind: ConnectionKind) -> impl Iterator<Item = &Arc<ConnectionRoute>> {
        self.by_id.values().filter(move |connection| connection.kind == kind)
    }

    /// One tenant's rules.
    pub fn tenant(&self, tenant: &TenantId) -> Option<&Arc<TenantRoutes>> {
        self.tenants.get(tenant)
    }

    /// All connections.
    pub fn connections(&self) -> impl Iterator<Item = &Arc<ConnectionRoute>> {
        self.by_id.values()
    }

    /// The connection whose address was called, wherever that came from.
    pub fn named(&self, users: &[Option<&str>]) -> Option<&Arc<ConnectionRoute>> {
        users.iter().flatten().find_map(|user| self.by_user.get(*user))
    }

    /// The connections that a source may use.
    pub fn usable_from(&self, source: IpAddr) -> impl Iterator<Item = &Arc<ConnectionRoute>> {
        let source = source.to_canonical();
        let inside = move |c: &&Arc<ConnectionRoute>| c.networks.iter().any(|n| n.contains(&source));
        self.by_id.values().filter(|c| c.is_called_by_sip()).filter(inside)
    }

    /// One connection by its id.
    pub fn connection(&self, id: ConnectionId) -> Option<Arc<ConnectionRoute>> {
        self.by_id.get(&id).cloned()
    }

    /// Finds the connection by the called user *and* the source network, or where no connection's user was called by the
    /// certificate that was shown: a user alone is never enough, and the dialled number plays no part. A called user goes
    /// before the certificate, so that nobody draws another's calls to themselves by pinning a certificate of theirs.
    pub fn find(&self, users: &[Option<&str>], origin: Origin) -> Found {
        let Origin { source, certificate } = origin;
        let pinned = certificate.and_then(|shown| self.by_certificate.get(&shown));
        let named = self.named(users);
        let found = match (named, pinned.map(Vec::as_slice)) {
            (Some(named), _) => Some(named).filter(|c| c.accepts_certificate(certificate)),
            (None, Some([only])) => Some(only),
            (None, _) => None,
        };
        if let Some(connection) = found.filter(|c| c.is_called_by_sip() && c.allows_source(source))
            && let Some(tenant) = self.tenants.get(&connection.tenant)
        {
            return Found::Connection(connection.clone(), tenant.clone());
        }
        if pinned.is_some() || self.knows_source(source) { Found::KnownSource } else { Found::UnknownSource }
    }

    /// The connection called by SIP at a user, from wherever.
    pub fn called(&self, user: &str) -> Option<Arc<ConnectionRoute>> {
        self.by_user.get(user).filter(|c| c.is_called_by_sip()).cloned()
    }

    /// The connections under test that a source may belong to.
    pub fn tested_from(&self, source: IpAddr, now: DateTime<Utc>) -> Vec<Arc<ConnectionRoute>> {
        let source = source.to_canonical();
        let tested = self.by_id.values().filter(|c| c.is_tested(now));
        // A device's connection that names no network may be used from anywhere.
        let anywhere = |c: &ConnectionRoute| c.kind == ConnectionKind::Whip && c.networks.is_empty();
        tested.filter(|c| anywhere(c) || c.networks.iter().any(|n| n.contains(&source))).cloned().collect()
    }

    /// Whether any connection may be used from this address; everyone else gets silence (S1: scanners learn nothing).
    pub fn knows_source(&self, source: IpAddr) -> bool {
        self.sources.contains(source)
    }

    /// Whether any connection is named by a certificate, so that TLS streams may come from anywhere.
    pub fn has_pinned_certificates(&self) -> bool {
        !self.by_certificate.is_empty()
    }

    /// Whether a connection is named by this certificate.
    pub fn knows_certificate(&self, sha256: &[u8; 32]) -> bool {
        self.by_certificate.contains_key(sha256)
    }
}
