//! Who holds which post.

pub mod appoint;
pub mod end;
pub mod model;
