//! The desk: the one task that speaks SIP. It decides nothing itself: routing judges, the recorder records.

pub mod call;
pub mod inputs;
pub mod members;
pub mod offers;
mod protection;
pub mod registrations;
pub mod signalling;
