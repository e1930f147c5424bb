//! SIP messages as bytes and as values (RFC 3261 §7, §20, §25).

pub mod body;
pub mod contact;
pub mod essentials;
pub mod headers;
pub mod method;
pub mod name_addr;
pub mod parameters;
pub mod parse;
pub mod request;
pub mod uri;
pub mod via;
