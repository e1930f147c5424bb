//! What the platform does by itself over the tenant's recordings.

pub mod list;
pub mod model;
pub mod release;
