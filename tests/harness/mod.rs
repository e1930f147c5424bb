//! The platform as scenarios use it: the real `rokuon up` with its own data and ports, people at the API, the phone.

pub mod connecting;
pub mod cut_line;
pub mod keeping;
pub mod peers;
pub mod platform;
pub mod postgres_backup;
pub mod publishers;
pub mod sound;
pub mod talk;
pub mod tls;
