//! One worker a test with a database of its own, and phones decent and otherwise.

pub mod gated_keys;
pub mod house;
pub mod kept;
pub mod raw_phone;
pub mod recording_client;
pub mod tls;
pub mod voice;
