//! Erasure before the period is over: asked for by one person, decided by another.

pub mod approve;
pub mod ask;
pub mod decided;
pub mod list;
pub mod model;
pub mod refuse;
pub mod rules;
pub mod show;
pub mod shown;
pub mod withdraw;
