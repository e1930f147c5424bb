//! The signalling sockets: datagrams and streams in, messages out. What they mean is `rokuon-sip`'s.

pub mod sockets;
mod stream;
