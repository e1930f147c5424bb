//! WHIP (RFC 9725): browsers, mobile handsets and cameras publish over HTTP and WebRTC into the recorder.

pub mod bearer;
pub mod config;
pub mod endpoint;
pub mod judging;
pub mod listener;
pub mod media_thread;
pub mod opening;
pub mod problem;
pub mod running_endpoint;
pub mod session_order;
pub mod sessions;
