//! The recorders and when they were last heard.

pub mod list;
pub mod model;
