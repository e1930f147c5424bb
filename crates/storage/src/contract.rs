//! What every adapter must keep: one suite a port, run on the twin in memory, on the adapters here, and on those to come.
//!
//! The suites are plain async functions that panic where the contract is broken, so that another crate's tests (or an
//! operator's check of a real bucket) can call them.

pub mod cell_key_contract;
pub mod key_service_contract;
pub mod object_store_contract;
pub mod versions_contract;
