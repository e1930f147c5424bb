//! Calls that go on at this moment.

pub mod list;
pub mod model;
