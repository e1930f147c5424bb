//! A connection: the cloud PBX or trunk a tenant records from.

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::connection_terms::ConnectionState;
use rokuon_db::connections::Connection as DbConnection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Without any sign of life for so long a connection is called silent.
const SILENT_AFTER: TimeDelta = TimeDelta::hours(24);

/// How a connection reaches us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConnectionKind)]
pub enum Kind {
    /// SIPREC (RFC 7866).
    Siprec,
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

/// Whether a connection is alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConnectionHealth)]
pub enum Health {
    /// A call or heartbeat came within the last day.
    Ok,
    /// Nothing came within the last day.
    Silent,
    /// Nothing ever came.
    Never,
}

/// A connection.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Connection {
    /// The connection.
    pub id: Uuid,
    /// What the tenant calls it.
    pub name: String,
    /// How it reaches us.
    pub kind: Kind,
    /// Whether its calls are taken.
    pub state: State,
    /// Where to point the PBX: SIP addresses with transport.
    #[schema(example = json!(["sip:a1b2c3@192.0.2.1:5070;transport=udp"]))]
    pub address: Vec<String>,
    /// The networks its calls may come from.
    #[schema(example = json!(["192.0.2.0/24"]))]
    pub networks: Vec<String>,
    /// The line taken when a call names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_line: Option<String>,
    /// When the last call came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_call_at: Option<DateTime<Utc>>,
    /// When the last sign of life (OPTIONS) came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_heartbeat_at: Option<DateTime<Utc>>,
    /// Calls since midnight in Japan.
    pub calls_today: u64,
    /// Calls since midnight in Japan that were refused.
    pub refused_today: u64,
    /// Whether it is alive.
    pub health: Health,
}

impl Connection {
    /// A connection as of `now`, reached at `sip_addresses` (`host:port;transport=udp`).
    pub fn of(connection: DbConnection, sip_addresses: &[String], now: DateTime<Utc>) -> Self {
        let user = &connection.address_user;
        Self {
            id: connection.id.0,
            address: sip_addresses.iter().map(|address| format!("sip:{user}@{address}")).collect(),
            kind: Kind::Siprec,
            state: match connection.state {
                ConnectionState::Active => State::Active,
                ConnectionState::Disabled => State::Disabled,
            },
            networks: connection.networks.iter().map(ToString::to_string).collect(),
            health: match connection.last_heartbeat_at {
                None => Health::Never,
                Some(at) if now - at < SILENT_AFTER => Health::Ok,
                Some(_) => Health::Silent,
            },
            name: connection.name,
            default_line: connection.default_line,
            last_call_at: connection.last_call_at,
            last_heartbeat_at: connection.last_heartbeat_at,
            calls_today: connection.calls_today,
            refused_today: connection.refused_today,
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

/// What is needed to connect a PBX.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectRequest {
    /// What to call it.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// The networks (CIDR) its calls may come from; at least one.
    #[schema(min_items = 1, max_items = 32, example = json!(["192.0.2.0/24"]))]
    pub networks: Vec<String>,
    /// The line taken when a call names none.
    #[serde(default)]
    pub default_line: Option<String>,
}
