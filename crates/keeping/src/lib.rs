//! Keeping and destroying: the jobs that carry out what the retention kernel decides, over the rows and the store.
//!
//! Each job is a file. It may be cut short anywhere and run again, by several processes at once: the rows say what is left
//! to do, every change of a row says in its WHERE clause what it stands on, and every step on the store may be repeated.

pub mod capacity;
pub mod certificate;
pub mod destroy;
mod erasing;
pub mod failure;
pub mod interruption;
pub mod keeper;
pub mod log_erasure;
pub mod object_holds;
mod outside;
pub mod policy_change;
pub mod reconcile;
mod recorders;
pub mod restore;
pub mod rounds;
pub mod run;
pub mod scrub;
pub mod signed_note;
mod stretch;
pub mod sweep;
pub mod tails;
pub mod tier_move;
pub mod times;
pub mod witness;
