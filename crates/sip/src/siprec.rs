//! What SIPREC adds: recording metadata in its standard and its vendors' shapes (RFC 7865, RFC 7866).

pub mod doubt;
pub mod header_parties;
pub mod metadata;
pub mod party;
mod read_metadata;
mod tell_parties;
mod xml;
