//! The REST API under `/v1` and the portal's files: sockets outside, policy and database inside.

pub mod access;
pub mod app;
pub mod config;
pub mod extract;
pub mod layers;
pub mod openapi;
pub mod problem;
pub mod router;
pub mod routes;
pub mod text;
