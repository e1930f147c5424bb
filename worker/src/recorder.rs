//! The recording thread: sweeps media sockets, journals what came, and makes it durable; nothing else happens on it. Calls are
//! opened on a thread beside it, since an INVITE is not to wait for a sweep.

pub mod command;
mod guarded;
mod live_recording;
mod openings;
mod pace;
mod shared_spool;
pub mod thread;
