//! The whole platform as a person meets it: real process, real SIP and RTP, real HTTP.

#[path = "../harness/mod.rs"]
mod harness;

mod siprec_call_can_be_played;
