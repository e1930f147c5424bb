//! Lines.

pub mod list;
pub mod model;
