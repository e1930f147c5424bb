//! The only two questions asked across tenants: which tenants there are, and which connection an address belongs to.

use chrono::{DateTime, Utc};
use ipnet::IpNet;
use rokuon_policy::ids::{ConnectionId, TenantId};
use rokuon_policy::pii::Pii;
use uuid::Uuid;

use crate::connection_credentials::{ConnectionCredential, CredentialHash};
use crate::connection_terms::{ConnectionKind, ConnectionSecurity, ConnectionState, SipTransport};
use crate::connections::{digests, networks};
use crate::database::Database;
use crate::error::DbError;
use crate::registration_accounts::RegistrationAccount;
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
    /// How its calls arrive.
    pub kind: ConnectionKind,
    /// User part of the SIP address.
    pub address_user: String,
    /// Where it may call from; with none, from nowhere. Of WHIP alone none means anywhere: there the token lets in.
    pub networks: Vec<IpNet>,
    /// The line of calls that do not say theirs.
    pub default_line: Option<String>,
    /// Whether it may place calls.
    pub state: ConnectionState,
    /// What it asks of whoever calls.
    pub security: ConnectionSecurity,
    /// Its credentials, oldest first; two while one replaces the other. Ask each whether it is still valid.
    pub credentials: Vec<ConnectionCredential>,
    /// The account with which we register, of a connection of that kind.
    pub registration: Option<RegistrationAccount>,
    /// Until when a test of it runs.
    pub test_until: Option<DateTime<Utc>>,
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
    media_security: String,
    transport: String,
    learns_source: bool,
    tls_client_sha256: Vec<Vec<u8>>,
    digest_required: bool,
    test_until: Option<DateTime<Utc>>,
    credentials: serde_json::Value,
    registration: Option<serde_json::Value>,
}

#[derive(serde::Deserialize)]
struct StoredCredential {
    kind: String,
    username: Option<String>,
    ha1_sha256: Option<String>,
    ha1_md5: Option<String>,
    token_sha256: Option<String>,
    valid_until: Option<DateTime<Utc>>,
}

#[derive(serde::Deserialize)]
struct StoredAccount {
    registrar_host: String,
    registrar_port: u16,
    transport: SipTransport,
    domain: Option<String>,
    username: String,
    auth_username: Option<String>,
    sealed_password: String,
    expires_seconds: u32,
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
            state,
            media_security,
            transport,
            learns_source,
            tls_client_sha256,
            digest_required,
            test_until,
            credentials,
            registration
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
            security: ConnectionSecurity {
                media: place.parse("media_security", &row.media_security)?,
                transport: place.parse("transport", &row.transport)?,
                learns_source: row.learns_source,
                tls_client_sha256: digests(&place, row.tls_client_sha256)?,
                digest_required: row.digest_required,
            },
            credentials: place
                .json::<Vec<StoredCredential>>("credentials", row.credentials)?
                .into_iter()
                .map(|stored| stored.credential(&place))
                .collect::<Result<_, _>>()?,
            registration: row.registration.map(|stored| account(&place, stored)).transpose()?,
            test_until: row.test_until,
            kind: place.parse("kind", &row.kind)?,
            name: row.name,
            address_user: row.address_user,
            default_line: row.default_line,
        })
    }
}

impl StoredCredential {
    fn credential(self, place: &Place<'_>) -> Result<ConnectionCredential, DbError> {
        let hash = match (self.kind.as_str(), self.username, self.ha1_sha256, self.ha1_md5, self.token_sha256)
        {
            ("digest", Some(username), Some(sha256), Some(md5), None) => CredentialHash::Digest {
                username,
                ha1_sha256: fixed(place, &sha256)?,
                ha1_md5: fixed(place, &md5)?,
            },
            ("token", None, None, None, Some(sha256)) => CredentialHash::Token(fixed(place, &sha256)?),
            _ => return Err(place.wrong("credentials")),
        };
        Ok(ConnectionCredential { hash, valid_until: self.valid_until })
    }
}

fn account(place: &Place<'_>, stored: serde_json::Value) -> Result<RegistrationAccount, DbError> {
    let stored: StoredAccount = place.json("registration", stored)?;
    Ok(RegistrationAccount {
        registrar_host: stored.registrar_host,
        registrar_port: stored.registrar_port,
        transport: stored.transport,
        domain: stored.domain,
        username: Pii::new(stored.username),
        auth_username: stored.auth_username.map(Pii::new),
        sealed_password: unhexed(&stored.sealed_password).ok_or_else(|| place.wrong("registration"))?,
        expires_seconds: stored.expires_seconds,
    })
}

fn fixed<const N: usize>(place: &Place<'_>, text: &str) -> Result<[u8; N], DbError> {
    place.bytes("credentials", unhexed(text).ok_or_else(|| place.wrong("credentials"))?)
}

/// Octets from hexadecimal as PostgreSQL's `encode` writes it.
fn unhexed(text: &str) -> Option<Vec<u8>> {
    let digit = |octet: u8| char::from(octet).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect()
}
