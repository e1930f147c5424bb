//! Recording by hand: start, pause, resume, stop.

pub mod model;
pub mod place;
