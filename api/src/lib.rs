//! The REST API under `/v1` and the portal's files: sockets outside, policy and database inside.

pub mod access;
pub mod app;
pub mod byte_ranges;
pub mod config;
pub mod db_fault;
pub mod extract;
pub mod forgetting;
pub mod layers;
pub mod metrics;
pub mod openapi;
pub mod passwords;
pub mod portal;
pub mod problem;
pub mod router;
pub mod routes;
pub mod serve;
pub mod tenant_rules;
pub mod text;
