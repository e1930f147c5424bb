//! In which hours recording is owed.

pub mod change;
pub mod model;
pub mod show;
