//! DTLS-SRTP (RFC 5763, RFC 5764): keys for SRTP from a handshake on the media port, sans-IO.

pub mod fingerprint;
pub mod handshake;
pub mod identity;

mod client_hello;
mod cookie;

#[cfg(test)]
mod tests;
