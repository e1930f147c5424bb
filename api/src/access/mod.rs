//! Who calls: asking for one of these extractors is the check.

pub mod acts;
pub mod caller;
pub mod permitted;
pub mod session;
