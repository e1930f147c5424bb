//! For the machine that watches this process.

pub mod document;
pub mod model;
pub mod probes;
