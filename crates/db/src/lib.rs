//! Postgres: one file a noun, SQL inside, domain types out; [`tenant_tx::TenantTx`] is the only door.
//!
//! To add a noun: a migration that creates its table (rules in `migrations/README.md`), a file here with its domain
//! struct, a private row, functions that take `&mut TenantTx` first, and its tests against a real database.

pub mod alarms;
pub mod announcements;
pub mod appointments;
pub mod audit_events;
pub mod audit_search;
pub mod calls;
pub mod canonical_json;
pub mod capture_orders;
pub mod connection_credentials;
pub mod connection_edits;
pub mod connection_events;
pub mod connection_figures;
pub mod connection_hours;
pub mod connection_observations;
pub mod connection_terms;
pub mod connection_watches;
pub mod connections;
pub mod credentials;
pub mod cursor;
pub mod database;
pub mod departments;
pub mod devices;
pub mod erasures;
pub mod error;
pub mod expected_call_files;
pub mod expected_calls;
pub mod holds;
pub mod legs;
pub mod lines;
pub mod object_holds;
pub mod operating_calendar;
pub mod people;
pub mod plays;
pub mod policy_versions;
pub mod recording_search;
pub mod recordings;
pub mod registration_accounts;
pub mod retention_counts;
pub mod routing;
mod row;
pub mod segments;
pub mod sessions;
pub mod sign_in_throttle;
pub mod tenant_tx;
pub mod tenants;
pub mod unrecorded_counts;
pub mod untaken_minutes;
pub mod uses;
pub mod worker_runs;
