//! One file a command.

use tokio::runtime::Runtime;

use crate::failure::Failure;

pub mod jobs;
pub mod migrate;
pub mod openapi;
pub mod policy_check;
pub mod restore;
pub mod status;
pub mod storage;
pub mod tenant_add;
pub mod up;
pub mod verify;

/// The runtime a command waits in.
fn runtime() -> Result<Runtime, Failure> {
    Runtime::new().map_err(|error| {
        Failure::new(
            format!("スレッドを始められません（{error}）。"),
            format!("cannot start threads: {error}"),
        )
    })
}
