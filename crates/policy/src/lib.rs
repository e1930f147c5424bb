//! The ordinance as data: values in, a decision with its article out. No IO, no async.

pub mod clock;
pub mod ids;
pub mod pii;
