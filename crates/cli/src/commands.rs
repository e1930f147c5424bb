//! One file a command.

pub mod migrate;
pub mod openapi;
pub mod policy_check;
pub mod status;
pub mod tenant_add;
pub mod up;
