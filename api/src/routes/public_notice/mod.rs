//! What citizens read.

pub mod model;
pub mod show;
