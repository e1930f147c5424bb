//! What SIPREC adds: recording metadata in its standard and its vendors' shapes (RFC 7865, RFC 7866).

pub mod dialled_parties;
pub mod doubt;
pub mod e164;
pub mod header_parties;
pub mod metadata;
pub mod metadata_state;
pub mod party;
mod read_metadata;
mod sessions;
pub mod speakers;
mod tell_parties;
pub mod told_time;
mod xml;
