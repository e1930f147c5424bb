//! The posts of the rules.

pub mod list;
pub mod model;
