//! Calls an exchange says there were, compared with what was recorded.

pub mod columns;
pub mod list;
pub mod model;
pub mod reading;
pub mod upload;
