//! The call log.

pub mod model;
pub mod search;
