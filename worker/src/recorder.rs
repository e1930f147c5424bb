//! The recording thread: sweeps media sockets, journals what came, and makes it durable; nothing else happens on it.

pub mod command;
mod guarded;
mod live_recording;
mod pace;
pub mod thread;
