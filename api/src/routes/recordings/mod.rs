//! Recordings: find and see.

pub mod filter;
pub mod model;
pub mod search;
pub mod show;
pub mod waveform;
