//! Uses: state a purpose, then hear.

pub mod audio;
mod byte_answer;
pub mod closing;
pub mod file;
pub mod heard;
pub mod model;
pub mod open;
pub mod parts;
pub mod served;
pub mod sound;
