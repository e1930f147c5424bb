//! What every request passes on its way in and every answer on its way out.

pub mod problem_writer;
pub mod rate_limit;
pub mod request_id;
pub mod security_headers;
pub mod source;
pub mod time_limit;
