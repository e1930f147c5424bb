//! Recordings: find and see.

pub mod filter;
pub mod keeping;
pub mod model;
pub mod picture;
pub mod search;
pub mod seen;
pub mod show;
pub mod summary;
pub mod waveform;
