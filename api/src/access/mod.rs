//! Who calls: asking for one of these extractors is the check.

pub mod actors;
pub mod acts;
pub mod caller;
pub mod csrf;
pub mod permitted;
pub mod reach;
pub mod refusal;
pub mod session;
pub mod sign_in_throttle;
pub mod token;
