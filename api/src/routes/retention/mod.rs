//! What is kept, for how long and why.

pub mod model;
pub mod show;
