//! Encrypted media, sans-IO: SRTP and SRTCP (RFC 3711, 6188, 7714), their keys from SDP (RFC 4568) or from DTLS (RFC 5764).

pub mod dtls;
pub mod kind;
pub mod master_key;
pub mod profile;
pub mod receiver;
pub mod refused;
pub mod sdes;
pub mod sender;

mod context;
mod packet;
mod replay_window;
mod session_keys;
mod snapshot;
mod source;
mod transform;
