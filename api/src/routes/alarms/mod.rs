//! What is wrong, and who has taken it up.

pub mod acknowledge;
pub mod list;
pub mod model;
