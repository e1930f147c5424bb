//! Every operation: one noun a folder, one operation a file.

pub mod announcements;
pub mod appointments;
pub mod audit_events;
pub mod calls;
pub mod capture_orders;
pub mod connections;
pub mod counts;
pub mod departments;
pub mod health;
pub mod lines;
pub mod live_calls;
pub mod people;
pub mod policy;
pub mod posts;
pub mod public_notice;
pub mod recordings;
pub mod sign_in;
pub mod uses;
