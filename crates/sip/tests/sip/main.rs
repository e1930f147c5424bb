//! The endpoint and its parsers from outside: flows in virtual time, vendors' shapes, torture, mutation.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod corpora;
mod digest;
mod flows;
mod limits;
mod mutate;
mod mutations;
mod offers_of_ours;
mod peer;
mod provisional;
mod registrations;
mod restart;
mod snapshots;
mod speakers;
mod timers;
mod torture;
mod torture_ipv6;
mod torture_table;
mod vendor_messages;
mod vendor_peculiarities;
mod vendors;
