//! Connections: cloud PBXs, trunks, handsets and cameras a tenant records from.

pub mod begin_test;
pub mod connect;
pub mod disable;
pub mod draft;
pub mod edit;
pub mod enable;
pub mod health;
pub mod list;
pub mod model;
pub mod rotate;
pub mod secrets;
pub mod security;
pub mod show;
pub mod standing;
mod switching;
pub mod test_model;
pub mod watch_test;
