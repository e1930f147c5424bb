//! Whether what ought to be there is there: coverage, alarms, expected calls. The api and the worker both keep this watch, so that
//! nobody must be alive but one of them; a lock in the database makes it one at a time.

pub mod calendar;
pub mod comparing;
pub mod coverage;
pub mod evidence;
pub mod keeping;
mod kept;
pub mod round;
