//! The bearer's sockets: a pool of ports, and the batched receive path.

pub mod ports;
pub mod protection;
pub mod receive;
pub mod reports;
