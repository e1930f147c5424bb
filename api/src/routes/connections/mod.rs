//! Cloud PBXs and trunks.

pub mod connect;
pub mod disable;
pub mod list;
pub mod model;
