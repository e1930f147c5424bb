//! The care of a customer's buckets and keys: made, given their rules, compared, and tried.

pub mod apply;
pub mod check;
pub mod finding;
mod key_trial;
pub mod lifecycle;
mod object_trial;
