//! Where a request comes from, as far as our own proxies can be believed.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;

use crate::app::App;

/// The address a request comes from. IPv6 is cut to its /64, which is one household's or office's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Source(pub IpAddr);

/// Finds the source and hands it on in the request's extensions.
pub async fn find(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)).to_canonical();
    let source = behind(peer, request.headers(), &app.config().trusted_proxies);
    request.extensions_mut().insert(Source(cut(source)));
    next.run(request).await
}

/// The last address of `X-Forwarded-For` that is not one of our proxies, if the peer is one.
fn behind(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    if !trusted.contains(&peer) {
        return peer;
    }
    let named = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<IpAddr> =
        named.flat_map(|value| value.split(',')).filter_map(|hop| hop.trim().parse().ok()).collect();
    hops.into_iter().rev().find(|hop| !trusted.contains(hop)).unwrap_or(peer)
}

fn cut(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_proxies_may_name_the_source() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "203.0.113.9, 198.51.100.7, 10.0.0.2".parse().expect("a header"));
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        let trusted = [address("10.0.0.1"), address("10.0.0.2")];
        assert_eq!(behind(address("10.0.0.1"), &headers, &trusted), address("198.51.100.7"));
        assert_eq!(behind(address("192.0.2.5"), &headers, &trusted), address("192.0.2.5"));
        assert_eq!(behind(address("10.0.0.1"), &HeaderMap::new(), &trusted), address("10.0.0.1"));
        assert_eq!(cut(address("2001:db8:1:2:3:4:5:6")), address("2001:db8:1:2::"));
    }
}
