//! Session descriptions: what is offered, and what a recorder answers (RFC 8866, RFC 3264).

pub mod answer;
pub mod crypto;
pub mod direction;
pub mod dtls;
pub mod format;
pub mod offer;
pub mod offered_stream;
pub mod own_session;
pub mod security;
pub mod session_description;
