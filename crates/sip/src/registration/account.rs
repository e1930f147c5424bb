//! An account at a registrar, and how it stands.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::transport::{Flow, Transport};

/// The shell's number for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountId(pub u64);

/// Where REGISTER goes: the shell resolves the host and opens the flow.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    /// Host name or address, IPv6 without brackets.
    pub host: String,
    /// The port; `None` leaves it to the shell (5060, 5061 with TLS, or what DNS says).
    pub port: Option<u16>,
    /// The transport.
    pub transport: Transport,
}

/// An account.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The registrar's domain, as it stands in Request-URI, From and To.
    pub domain: String,
    /// Where to send; another host than the domain where an outbound proxy is used.
    pub target: Target,
    /// The user of the address of record.
    pub user: String,
    /// The name for authentication, where it is another.
    pub auth_user: Option<String>,
    /// The password.
    pub password: Zeroizing<String>,
    /// The user part of our Contact: calls for the account come to it. Unguessable, one for each account.
    pub contact_user: String,
    /// The `host:port` our Contact shows; `None` shows the flow's own local address.
    pub advertised: Option<String>,
    /// Seconds of registration to ask for.
    pub expires: u32,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("domain", &self.domain).finish_non_exhaustive()
    }
}

/// How an account stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RegistrationState {
    /// Asking for the first time, or again after a failure.
    Registering,
    /// The registrar knows us.
    Registered {
        /// Seconds it granted.
        expires: u32,
    },
    /// The registrar does not take user or password (401, 403, 407).
    CredentialRefused {
        /// The status.
        status: u16,
    },
    /// The registrar says no, or not now.
    Refused {
        /// The status.
        status: u16,
    },
    /// No flow could be opened, it closed, or nothing came back.
    Unreachable,
    /// We took the registration back.
    Unregistered,
}

/// What the shell has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistrationOutput {
    /// Open a flow (a socket for UDP) and say `connected`, or `unreachable`. One that is open already will do.
    Connect {
        /// For which account.
        account: AccountId,
        /// Where to.
        target: Target,
    },
    /// Send these octets: a message or a keep-alive.
    Send {
        /// On which flow.
        flow: Flow,
        /// One datagram on UDP.
        bytes: Vec<u8>,
    },
    /// An account stands otherwise than before.
    State {
        /// Which.
        account: AccountId,
        /// How.
        state: RegistrationState,
    },
}
