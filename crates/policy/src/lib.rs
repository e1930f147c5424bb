//! The ordinance as data: values in, a decision with its article out. No IO, no async.

pub mod access;
pub mod announcement;
pub mod application;
pub mod appointment;
pub mod article;
pub mod capability;
pub mod check;
pub mod civil;
pub mod clock;
pub mod closed_list;
pub mod decision;
pub mod device;
pub mod duty;
pub mod external_copy;
pub mod ground;
pub mod hold;
pub mod ids;
pub mod ledger;
pub mod media_kind;
pub mod notice;
pub mod pii;
pub mod policy;
pub mod post;
pub mod provision;
pub mod purpose;
pub mod readable;
mod reader;
pub mod recording_scope;
pub mod recording_state;
pub mod retention;
mod sections;
pub mod sign_in;
#[cfg(test)]
mod testing;
pub mod text;
