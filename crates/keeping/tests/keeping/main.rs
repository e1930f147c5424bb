//! The jobs against a real PostgreSQL and a store in memory, by the five cities' own policies.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod amending;
mod comparing;
mod cut_short;
mod destroying;
mod full_store;
mod guarding;
mod in_one_object;
mod logs;
mod moving;
mod reading;
mod restoring;
mod store_holds;
mod tails;
mod town;
mod waiting_for_spools;
