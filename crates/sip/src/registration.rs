//! REGISTER as a client: accounts of a cloud PBX or trunk that calls us (RFC 3261 §10, RFC 5626 §4.4), sans-IO.

pub mod account;
mod attempt;
pub mod registrations;
mod request;
mod response;
