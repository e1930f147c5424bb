//! The retention kernel in motion: a small race looked at whole, and long random lives of recordings with every fault between.

pub mod action;
pub mod instant;
pub mod race;
pub mod world;
