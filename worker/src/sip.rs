//! SIP sockets: whole messages in, whole messages out. UDP, TCP and TLS, IPv4 and IPv6; who is not known is not heard.

pub mod accept;
pub mod datagrams;
pub mod dial;
pub mod gate;
pub mod handshake_failure;
pub mod sockets;
mod stream;
pub mod tls;
