//! What is expected of a connection.

pub mod list;
pub mod model;
pub mod set;
