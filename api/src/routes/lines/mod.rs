//! Lines.

pub mod change;
pub mod list;
pub mod model;
