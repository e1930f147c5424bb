//! Media workers: sockets and jobs round the sans-IO crates.

pub mod rtp;
