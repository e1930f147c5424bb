//! The database crate against a real PostgreSQL: its rules as the catalogue shows them, and every function.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod audit;
mod catalogue;
mod city;
mod connecting;
mod erasing;
mod holding;
mod holding_races;
mod isolation;
mod keeping;
mod live_calls;
mod people;
mod recording_life;
mod register;
mod retention_counts;
mod search;
mod spools_taken_over;
mod uses;
mod watching;
