//! A connection as the API shows it.

use chrono::{DateTime, Utc};
use rokuon_db::connection_credentials::CredentialDates;
use rokuon_db::connection_terms::{ConnectionKind, ConnectionState};
use rokuon_db::connections::Connection as DbConnection;
use rokuon_db::registration_accounts::{RegistrationState as DbRegistrationState, StandingAccount};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::config::ApiConfig;
use crate::routes::connections::security::{Security, Transport};
use crate::routes::connections::standing::{Reason, Standing, judge};

/// How calls of a connection arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConnectionKind)]
pub enum Kind {
    /// A recording client forks calls to us with metadata: SIPREC (RFC 7866).
    #[default]
    Siprec,
    /// A PBX dials us or takes us into a conference.
    Sip,
    /// We register with a cloud PBX or trunk, which then calls us.
    Registration,
    /// A browser, handset or camera publishes by WHIP (RFC 9725).
    Whip,
}

impl From<ConnectionKind> for Kind {
    fn from(kind: ConnectionKind) -> Self {
        match kind {
            ConnectionKind::Siprec => Self::Siprec,
            ConnectionKind::Sip => Self::Sip,
            ConnectionKind::Registration => Self::Registration,
            ConnectionKind::Whip => Self::Whip,
        }
    }
}

impl From<Kind> for ConnectionKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Siprec => Self::Siprec,
            Kind::Sip => Self::Sip,
            Kind::Registration => Self::Registration,
            Kind::Whip => Self::Whip,
        }
    }
}

/// Whether calls of a connection are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConnectionState)]
pub enum State {
    /// They are.
    Active,
    /// They are refused.
    Disabled,
}

/// How a registration of ours stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RegistrationState)]
pub enum RegistrationState {
    /// Not tried yet.
    Unregistered,
    /// The registrar knows us.
    Registered,
    /// The registrar answered no.
    Refused,
    /// The registrar did not answer, or its name or certificate is wrong.
    Unreachable,
}

impl From<DbRegistrationState> for RegistrationState {
    fn from(state: DbRegistrationState) -> Self {
        match state {
            DbRegistrationState::Unregistered => Self::Unregistered,
            DbRegistrationState::Registered => Self::Registered,
            DbRegistrationState::Refused => Self::Refused,
            DbRegistrationState::Unreachable => Self::Unreachable,
        }
    }
}

/// A connection.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Connection {
    /// The connection.
    pub id: Uuid,
    /// What the tenant calls it.
    pub name: String,
    /// How its calls arrive.
    pub kind: Kind,
    /// Whether its calls are taken.
    pub state: State,
    /// Where to point the PBX (SIP addresses with transport) or the publisher (an HTTPS address).
    #[schema(example = json!(["sip:a1b2c3@192.0.2.1:5070;transport=udp"]))]
    pub address: Vec<String>,
    /// The networks its calls may come from; of WHIP none means anywhere.
    #[schema(example = json!(["192.0.2.0/24"]))]
    pub networks: Vec<String>,
    /// The line taken when a call names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_line: Option<String>,
    /// What it asks of whoever calls.
    pub security: Security,
    /// When the last call came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_call_at: Option<DateTime<Utc>>,
    /// When it last showed itself in any way: a call, OPTIONS, a registration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_heard_at: Option<DateTime<Utc>>,
    /// Calls since midnight in Japan.
    pub calls_today: u64,
    /// Calls since midnight in Japan that were refused.
    pub refused_today: u64,
    /// How its registration stands, of a connection of that kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_state: Option<RegistrationState>,
    /// How it stands, in one word.
    pub standing: Standing,
    /// Why it stands so; empty when all is well.
    pub reasons: Vec<Reason>,
    /// Until when a test of it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_until: Option<DateTime<Utc>>,
    /// Counts edits: send it back with one.
    pub version: i32,
}

impl Connection {
    /// A connection as of `now`, reached at the addresses of the settings.
    pub fn of(connection: DbConnection, config: &ApiConfig, now: DateTime<Utc>) -> Self {
        let (standing, reasons) = judge(&connection, now);
        let user = &connection.address_user;
        let last_heard_at = connection.last_heartbeat_at.max(connection.last_call_at);
        Self {
            id: connection.id.0,
            address: match connection.kind {
                ConnectionKind::Whip => {
                    config.whip_addresses.iter().map(|address| format!("{address}/{user}")).collect()
                }
                // Here it is we who go there: nobody is told an address.
                ConnectionKind::Registration => Vec::new(),
                ConnectionKind::Siprec | ConnectionKind::Sip => {
                    config.sip_addresses.iter().map(|address| format!("sip:{user}@{address}")).collect()
                }
            },
            kind: connection.kind.into(),
            state: match connection.state {
                ConnectionState::Active => State::Active,
                ConnectionState::Disabled => State::Disabled,
            },
            networks: connection.networks.iter().map(ToString::to_string).collect(),
            security: Security::of(&connection.security),
            name: connection.name,
            default_line: connection.default_line,
            last_call_at: connection.last_call_at,
            last_heard_at,
            calls_today: connection.calls_today,
            refused_today: connection.refused_today,
            registration_state: connection.registration.map(Into::into),
            standing,
            reasons,
            test_until: connection.test_until.filter(|until| now < *until),
            version: connection.version,
        }
    }
}

/// All connections.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ConnectionList)]
pub struct List {
    /// By name.
    pub items: Vec<Connection>,
}

/// The account with which we register, without its password: that is shown to nobody.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = RegistrationAccount)]
pub struct Account {
    /// Host name or address of the registrar.
    pub registrar_host: String,
    /// Its port.
    pub registrar_port: u16,
    /// What to reach it over.
    pub transport: Transport,
    /// The domain of the address of record, where it is not the registrar's host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// User part of the address of record.
    pub username: String,
    /// User name of the digest, where it is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_username: Option<String>,
    /// The expiry asked for, in seconds.
    pub expires_seconds: u32,
    /// How it stands.
    pub state: RegistrationState,
    /// The registrar's last final answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<u16>,
    /// Since when it stands so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// When the registrar last confirmed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<DateTime<Utc>>,
}

impl Account {
    /// What of an account may be shown.
    pub fn of(found: StandingAccount) -> Self {
        let StandingAccount { account, standing } = found;
        Self {
            registrar_host: account.registrar_host,
            registrar_port: account.registrar_port,
            transport: account.transport.into(),
            domain: account.domain,
            username: account.username.into_revealed(),
            auth_username: account.auth_username.map(|name| name.into_revealed()),
            expires_seconds: account.expires_seconds,
            state: standing.state.into(),
            status_code: standing.status_code,
            since: standing.since,
            confirmed_at: standing.confirmed_at,
        }
    }
}

/// When a connection's credentials were made and end. The secrets themselves are shown once, when they are made.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ConnectionCredential)]
pub struct Credential {
    /// When the newest was made.
    pub created_at: DateTime<Utc>,
    /// Until when the one before it is still good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_until: Option<DateTime<Utc>>,
}

impl Credential {
    /// What of the dates is shown.
    pub const fn of(dates: CredentialDates) -> Self {
        Self { created_at: dates.created_at, previous_until: dates.previous_until }
    }
}

/// One connection with its account and credential.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ConnectionDetail)]
pub struct Detail {
    /// The connection.
    #[serde(flatten)]
    pub connection: Connection,
    /// The account with which we register, of a connection of that kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// Its credential, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<Credential>,
}

/// A secret that was just made. It is shown this once and kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = ConnectionSecret)]
pub enum Secret {
    /// For SIP digest.
    Digest {
        /// The user name.
        username: String,
        /// The password.
        password: String,
        /// The realm we challenge with.
        realm: String,
    },
    /// For WHIP: `Authorization: Bearer …`.
    Token {
        /// The token.
        token: String,
    },
}

/// A connection, and the secret that was made with it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ConnectionMade)]
pub struct Made {
    /// The connection.
    #[serde(flatten)]
    pub connection: Connection,
    /// What it has to prove itself with, shown this once; absent where the address and the network are all it needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<Secret>,
}
