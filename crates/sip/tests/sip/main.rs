//! The endpoint and its parsers from outside: flows in virtual time, vendors' shapes, torture, mutation.

mod flows;
mod limits;
mod mutate;
mod mutations;
mod peer;
mod restart;
mod timers;
mod torture;
mod torture_ipv6;
mod vendor_messages;
mod vendors;
