//! A private PostgreSQL cluster: found, made, started, stopped, and never left behind.

pub mod binaries;
pub mod cluster;
pub mod cluster_error;
mod foundation;
mod live_postmaster;
mod postmaster;
mod server_user;
mod socket_directory;
pub mod test_cluster;
pub mod test_database;
