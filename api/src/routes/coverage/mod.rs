//! How much of the owed hours recording ran.

pub mod csv;
pub mod model;
pub mod show;
