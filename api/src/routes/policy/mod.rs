//! The tenant's rules.

pub mod model;
pub mod show;
pub mod text;
