//! The platform as scenarios use it: the real `rokuon up` with its own data and ports, people at the API, the phone.

pub mod connecting;
pub mod peers;
pub mod platform;
pub mod publishers;
pub mod sound;
pub mod talk;
pub mod tls;
