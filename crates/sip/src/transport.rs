//! Where a message came from and where its answer goes: transport and flow.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// The transport protocol of a flow (RFC 3261 §18).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// Datagrams; requests may come twice, answers may be lost.
    Udp,
    /// A stream.
    Tcp,
    /// A stream inside TLS.
    Tls,
}

impl Transport {
    /// Whether the transport itself repeats what was lost.
    pub fn is_reliable(self) -> bool {
        !matches!(self, Transport::Udp)
    }

    /// The `transport=` parameter of a SIP URI.
    pub fn as_str(self) -> &'static str {
        match self {
            Transport::Udp => "udp",
            Transport::Tcp => "tcp",
            Transport::Tls => "tls",
        }
    }
}

/// One path between us and a peer: replies go back on the flow the request came on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Flow {
    /// The transport protocol.
    pub transport: Transport,
    /// Our address and port on this flow.
    pub local: SocketAddr,
    /// The peer's address and port as the packets show it.
    pub remote: SocketAddr,
    /// The shell's number for a stream; 0 on UDP.
    pub connection: u64,
}
