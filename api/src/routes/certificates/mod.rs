//! The proofs that recordings are gone.

pub mod list;
pub mod model;
pub mod show;
pub mod text;
