//! Digest authentication for SIP, both sides (RFC 3261 §22, RFC 7616, RFC 8760).

pub mod algorithm;
pub mod challenge;
pub mod challenger;
pub mod credentials;
