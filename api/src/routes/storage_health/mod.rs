//! How the stores and the keys are.

pub mod model;
pub mod show;
