//! Every setting of the API with its reason.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// The settings of the API and the portal it serves.
#[derive(Debug, Clone)]
pub struct ApiConfig {
    /// Where the API and the portal listen.
    pub listen: Vec<SocketAddr>,
    /// Where `/metrics` listens; when absent it is not served at all. Keep it on loopback or an operators' network.
    pub metrics_listen: Option<SocketAddr>,
    /// The folder of the built portal; when absent only the API is served.
    pub portal_dir: Option<PathBuf>,
    /// What the connections page tells a tenant to point its PBX at: `host:port;transport=udp`, one for each transport.
    pub sip_addresses: Vec<String>,
    /// What it tells a tenant to point its handsets, browsers and cameras at: the WHIP endpoint without its last part, such as
    /// `https://rokuon.example/whip`. Empty while no worker listens for WHIP.
    pub whip_addresses: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed when a source address is throttled.
    pub trusted_proxies: Vec<IpAddr>,
    /// Whether TLS stands in front: adds HSTS.
    pub behind_tls: bool,
    /// How long a request may take before it is answered 503 (audio streams excepted once they began).
    pub request_timeout: Duration,
    /// Requests a minute from one source address.
    pub requests_per_minute_per_source: u32,
    /// Requests a minute of one session.
    pub requests_per_minute_per_session: u32,
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self {
            listen: vec![SocketAddr::from(([127, 0, 0, 1], 8080))],
            metrics_listen: None,
            portal_dir: None,
            sip_addresses: Vec::new(),
            whip_addresses: Vec::new(),
            trusted_proxies: Vec::new(),
            behind_tls: false,
            request_timeout: Duration::from_secs(30),
            requests_per_minute_per_source: 6_000,
            requests_per_minute_per_session: 1_200,
        }
    }
}
