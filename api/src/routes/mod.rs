//! Every operation: one noun a folder, one operation a file.

pub mod alarms;
pub mod announcements;
pub mod appointments;
pub mod audit_events;
pub mod calls;
pub mod capture_orders;
pub mod connection_watches;
pub mod connections;
pub mod counts;
pub mod coverage;
pub mod departments;
pub mod devices;
pub mod expected_calls;
pub mod health;
pub mod lines;
pub mod live_calls;
pub mod operating_calendar;
pub mod people;
pub mod policy;
pub mod posts;
pub mod public_notice;
pub mod recordings;
pub mod retention;
pub mod sign_in;
pub mod uses;
pub mod workers;
