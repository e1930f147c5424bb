//! One call from its first packet to sealed media files, sans-IO: datagrams and signalling facts in, journal entries and files out.

#![deny(clippy::indexing_slicing)]

pub mod counters;
pub mod journal;
pub mod live_call;
pub mod manifest;
pub mod outcome;
pub mod segment;
pub mod stream;
