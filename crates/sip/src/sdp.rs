//! Session descriptions: reading offers, writing the recorder's answers (RFC 8866, RFC 3264).

pub mod answer;
pub mod direction;
pub mod session_description;
