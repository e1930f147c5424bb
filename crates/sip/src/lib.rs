//! SIP, SDP and SIPREC for a recording server: bytes and time go in, bytes and events come out (sans-IO).
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod digest;
pub mod endpoint;
pub mod framing;
pub mod message;
pub mod multipart;
pub mod registration;
pub mod sdp;
pub mod siprec;
pub mod transport;
