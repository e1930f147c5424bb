//! Uses: state a purpose, then hear.

pub mod audio;
pub mod heard;
pub mod model;
pub mod open;
pub mod sound;
