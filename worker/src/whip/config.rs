//! Settings of the WHIP endpoint, each with its reason.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use nix::ifaddrs::getifaddrs;

use crate::sip::tls::CertificateFiles;

/// Where WHIP is spoken and where its media comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhipConfig {
    /// Where WHIP is listened for (HTTP).
    pub http: SocketAddr,
    /// A certificate of its own; without one, TLS stands in front, or nobody beyond this machine is heard.
    pub certificate: Option<CertificateFiles>,
    /// Proxies in front whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// The one UDP port that all sessions share; a firewall has to open no other.
    pub media: SocketAddr,
    /// Addresses clients are told to send media to; with none, that of `media`, or of every interface where that is unspecified.
    pub media_addresses: Vec<IpAddr>,
    /// Whether addresses of this machine's loopback are told as well: for clients on the same machine, as in tests.
    pub loopback: bool,
    /// More live sessions than this are answered 503.
    pub max_sessions: usize,
}

impl WhipConfig {
    /// The embedded defaults, on this machine's loopback.
    pub const fn on_loopback() -> Self {
        let loopback = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
        Self {
            http: SocketAddr::new(loopback, 8_088),
            certificate: None,
            trusted_proxies: Vec::new(),
            media: SocketAddr::new(loopback, 8_089),
            media_addresses: Vec::new(),
            loopback: true,
            max_sessions: 1_000,
        }
    }

    /// Every address that goes into answers, the preferred one first, at the port that was bound.
    pub fn candidates(&self, socket: &UdpSocket) -> std::io::Result<Vec<SocketAddr>> {
        let bound = socket.local_addr()?;
        let mut addresses = self.media_addresses.clone();
        if addresses.is_empty() && !bound.ip().is_unspecified() {
            addresses.push(bound.ip());
        }
        if addresses.is_empty() {
            addresses = interface_addresses(bound.is_ipv4(), self.loopback);
        }
        Ok(addresses.into_iter().map(|ip| SocketAddr::new(ip, bound.port())).collect())
    }
}

/// The addresses of this machine; IPv4 first, since more networks carry it.
fn interface_addresses(only_v4: bool, loopback: bool) -> Vec<IpAddr> {
    let found = getifaddrs().into_iter().flatten().filter_map(|interface| {
        let address = interface.address?;
        let v4 = address.as_sockaddr_in().map(|a| IpAddr::V4(a.ip()));
        v4.or_else(|| address.as_sockaddr_in6().map(|a| IpAddr::V6(a.ip())))
    });
    let usable = |ip: &IpAddr| match ip {
        IpAddr::V4(_) => loopback || !ip.is_loopback(),
        // A link-local address means nothing without its interface.
        IpAddr::V6(v6) => !only_v4 && (loopback || !ip.is_loopback()) && !v6.is_unicast_link_local(),
    };
    let mut addresses: Vec<IpAddr> = found.filter(usable).collect();
    addresses.sort_by_key(|ip| (ip.is_loopback(), ip.is_ipv6()));
    addresses.dedup();
    addresses
}
