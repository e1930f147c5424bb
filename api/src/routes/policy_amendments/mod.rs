//! Amended policies on their way into force: tried, proposed, approved by another person.

pub mod approve;
pub mod list;
pub mod model;
pub mod preview;
pub mod propose;
pub mod trying;
pub mod withdraw;
