//! Departments.

pub mod list;
pub mod model;
