//! What the shell decides for the endpoint: names, timers, limits.

use std::time::Duration;

/// The host:port a Contact of ours shows, per transport; `None` shows the flow's own local address.
#[derive(Debug, Clone, Default)]
pub struct Advertised {
    /// `host:port` for UDP.
    pub udp: Option<String>,
    /// `host:port` for TCP.
    pub tcp: Option<String>,
    /// `host:port` for TLS.
    pub tls: Option<String>,
}

/// Settings of an endpoint.
#[derive(Debug, Clone)]
pub struct EndpointConfig {
    /// The user part of our Contact; `None` repeats the user of the Request-URI.
    pub contact_user: Option<String>,
    /// The addresses our Contact shows.
    pub advertised: Advertised,
    /// The `Server` header.
    pub server_name: String,
    /// The shortest session interval in seconds we accept (RFC 4028 Min-SE; never below 90).
    pub min_session_expires: u32,
    /// RFC 3261 T1, the round-trip estimate.
    pub t1: Duration,
    /// RFC 3261 T2, the longest retransmission interval.
    pub t2: Duration,
    /// RFC 3261 T4, how long a message may stay in the network.
    pub t4: Duration,
    /// INVITEs neither answered nor acknowledged at one time; beyond it 503.
    pub max_half_open: usize,
    /// Server transactions remembered at one time; beyond it 503.
    pub max_transactions: usize,
    /// Dialogs at one time; beyond it 503.
    pub max_dialogs: usize,
    /// The Retry-After in seconds of such a 503.
    pub retry_after: u32,
}

impl Default for EndpointConfig {
    fn default() -> Self {
        EndpointConfig {
            contact_user: None,
            advertised: Advertised::default(),
            server_name: "rokuon".to_owned(),
            min_session_expires: 90,
            t1: Duration::from_millis(500),
            t2: Duration::from_secs(4),
            t4: Duration::from_secs(5),
            max_half_open: 2_000,
            max_transactions: 20_000,
            max_dialogs: 10_000,
            retry_after: 30,
        }
    }
}
