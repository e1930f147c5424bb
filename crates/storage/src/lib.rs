//! Encrypted objects: the ports [`object_store::ObjectStore`], [`key_service::KeyService`] and [`cell_key::CellKey`], their adapters,
//! the container between them, and the crash-proof spool.

pub mod cell_key;
pub mod container;
pub mod container_context;
pub mod contract;
pub mod data_key_pool;
pub mod directory;
pub mod hourly_keys;
pub mod key_service;
pub mod keyfile;
pub mod memory;
pub mod memory_cell_key;
pub mod memory_keys;
pub mod object_key;
pub mod object_store;
pub mod recording_reader;
pub mod recording_writer;
pub mod sealed_secret;
pub mod sections;
pub mod spool;
pub mod spool_keys;
pub mod spool_tail;
