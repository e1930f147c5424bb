//! One UDP port per stream, taken from the configured range; even ports first, as RFC 3550 §11 asks.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;

use nix::sys::socket::{setsockopt, sockopt};
use socket2::{Domain, Protocol, Socket, Type};

/// What the kernel queues for one stream between two sweeps, as far as `net.core.rmem_max` lets it: at 50 packets a second
/// this is half a minute, so that a slow disk costs no audio, and a forger must send ten thousand packets a second to crowd
/// one out. The kernel takes the memory only for what waits.
const RECEIVE_BUFFER: usize = 1024 * 1024;

/// No port of the range could be bound.
#[derive(Debug, thiserror::Error)]
#[error("no free RTP port in {first}-{last}: {source}")]
pub struct NoFreePort {
    first: u16,
    last: u16,
    source: io::Error,
}

/// Hands out receive sockets from a range of ports.
#[derive(Debug)]
pub struct PortPool {
    address: IpAddr,
    first: u16,
    pairs: u16,
    next: u16,
    /// Whether the last search found nothing.
    exhausted: bool,
}

/// Ports tried for a call while all are known to be taken: a flood of calls must not cost a round of the range each.
const TRIES_WHEN_EXHAUSTED: u16 = 8;

impl PortPool {
    /// A pool over `range` at `address`; `start` spreads the first port so that a restart does not hand a live
    /// caller's old port to someone else.
    pub fn new(address: IpAddr, range: &RangeInclusive<u16>, start: u16) -> Self {
        let first = range.start().saturating_add(range.start() % 2);
        let pairs = range.end().saturating_sub(first) / 2 + 1;
        Self { address, first, pairs, next: start % pairs.max(1), exhausted: false }
    }

    /// Binds the next free even port.
    pub fn bind_next(&mut self) -> Result<(UdpSocket, u16), NoFreePort> {
        let mut last_error = io::Error::from(io::ErrorKind::AddrInUse);
        let tries = if self.exhausted { self.pairs.min(TRIES_WHEN_EXHAUSTED) } else { self.pairs };
        for _ in 0..tries {
            let port = self.first + self.next * 2;
            self.next = (self.next + 1) % self.pairs;
            match bind(SocketAddr::new(self.address, port)) {
                Ok(socket) => {
                    self.exhausted = false;
                    return Ok((socket, port));
                }
                Err(error) => last_error = error,
            }
        }
        self.exhausted = true;
        Err(NoFreePort { first: self.first, last: self.first + (self.pairs - 1) * 2, source: last_error })
    }

    /// Binds one given port again: a call that was live before a crash keeps its ports.
    pub fn bind_again(&self, port: u16) -> io::Result<UdpSocket> {
        bind(SocketAddr::new(self.address, port))
    }
}

/// Binds the port after a stream's own, for its RTCP (RFC 3550 §11).
pub fn bind_rtcp(stream: &UdpSocket) -> io::Result<UdpSocket> {
    let mut address = stream.local_addr()?;
    address.set_port(address.port().checked_add(1).ok_or(io::ErrorKind::AddrNotAvailable)?);
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    let socket: UdpSocket = socket.into();
    setsockopt(&socket, sockopt::ReceiveTimestampns, &true)?;
    Ok(socket)
}

/// Binds one receive socket: non-blocking, with room for seconds of media, stamping arrivals.
pub fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    socket.bind(&address.into())?;
    let socket: UdpSocket = socket.into();
    // The kernel's own arrival time, so that sweeping a queue late does not smear the timeline.
    setsockopt(&socket, sockopt::ReceiveTimestampns, &true)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn ports_are_even_distinct_and_run_out_with_a_clear_error() {
        let mut pool = PortPool::new(Ipv4Addr::LOCALHOST.into(), &(42_001..=42_007), 7);
        let mut taken = Vec::new();
        while let Ok((socket, port)) = pool.bind_next() {
            assert_eq!(port % 2, 0);
            assert!((42_002..=42_006).contains(&port));
            assert!(taken.iter().all(|(_, p)| *p != port));
            taken.push((socket, port));
        }
        assert_eq!(taken.len(), 3);
        assert!(pool.bind_next().is_err());
        let (_, port) = taken.pop().expect("three were taken");
        assert!(pool.bind_again(port).is_ok(), "a freed port can be bound again");
    }

    // rule: S5
    #[test]
    fn a_port_that_is_freed_after_all_were_taken_is_found_within_a_round() {
        let mut pool = PortPool::new(Ipv4Addr::LOCALHOST.into(), &(42_100..=42_200), 0);
        let mut taken = Vec::new();
        while let Ok(bound) = pool.bind_next() {
            taken.push(bound);
        }
        let (_, freed) = taken.swap_remove(taken.len() / 2);
        let found = (0..51 / TRIES_WHEN_EXHAUSTED + 1).find_map(|_| pool.bind_next().ok());
        assert_eq!(found.map(|(_, port)| port), Some(freed));
    }
}
