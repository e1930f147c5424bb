//! Whether the other party of a call was told that it is recorded.

pub mod model;
pub mod note;
pub mod shown;
