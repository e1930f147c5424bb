//! What SIPREC adds: recording metadata in its standard and its vendors' shapes (RFC 7865, RFC 7866).

pub mod dialled_parties;
pub mod doubt;
pub mod header_parties;
pub mod metadata;
pub mod party;
mod read_metadata;
mod sessions;
mod tell_parties;
mod xml;
