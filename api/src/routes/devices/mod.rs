//! The device register: recorders, telephones, handsets and cameras, each with its place.

pub mod change;
pub mod entry;
pub mod issue_token;
pub mod list;
pub mod model;
pub mod register;
pub mod retire;
