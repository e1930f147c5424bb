//! Counts.

pub mod model;
pub mod unrecorded;
