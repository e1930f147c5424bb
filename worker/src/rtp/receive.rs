//! The batched receive path: the kernel's queue is the batch.
//!
//! Sockets are not waited for. A sweep every tick drains each stream's queue with one `recvmmsg`; at a 100 ms tick that
//! is one system call for five packets, no wake-up per packet, and no allocation at all: buffers and headers are reused.

use std::io::IoSliceMut;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::errno::Errno;
use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, MultiHeaders, SockaddrIn, SockaddrIn6, SockaddrLike, recvmmsg,
};
use nix::sys::time::TimeSpec;

/// Datagrams taken by one system call.
const BATCH: usize = 32;
/// Longest datagram kept whole: an Ethernet frame; G.711 at 20 ms is 172 octets.
const DATAGRAM: usize = 2_048;
/// A stream whose queue never ends must not starve its neighbours.
const BATCHES_A_SWEEP: usize = 128;

/// The address family of a socket: the kernel writes source addresses of that size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6, mapped IPv4 included.
    V6,
}

impl Family {
    /// The family a socket is bound in; ask once and keep the answer, it is a system call.
    pub fn of(socket: &UdpSocket) -> Self {
        if socket.local_addr().is_ok_and(|a| a.is_ipv4()) { Self::V4 } else { Self::V6 }
    }
}

/// Reusable buffers for one receiving thread.
pub struct Receiver {
    octets: Vec<u8>,
    v4: MultiHeaders<SockaddrIn>,
    v6: MultiHeaders<SockaddrIn6>,
}

impl Default for Receiver {
    fn default() -> Self {
        let space = || Some(nix::cmsg_space!(TimeSpec));
        Self {
            octets: vec![0; BATCH * DATAGRAM],
            v4: MultiHeaders::preallocate(BATCH, space()),
            v6: MultiHeaders::preallocate(BATCH, space()),
        }
    }
}

impl Receiver {
    /// Drains one socket: `take(source, arrival since the UNIX epoch, datagram)` for each datagram waiting.
    ///
    /// Returns how many datagrams there were. Errors other than an empty queue (ICMP reports) are passed over: they
    /// concern what we sent, and we send nothing.
    pub fn drain(
        &mut self,
        socket: &UdpSocket,
        family: Family,
        mut take: impl FnMut(SocketAddr, Duration, &[u8]),
    ) -> usize {
        let mut total = 0;
        for _ in 0..BATCHES_A_SWEEP {
            let got = if family == Family::V4 {
                batch(
                    socket,
                    &mut self.v4,
                    &mut self.octets,
                    |a: &SockaddrIn| SocketAddr::V4((*a).into()),
                    &mut take,
                )
            } else {
                batch(
                    socket,
                    &mut self.v6,
                    &mut self.octets,
                    |a: &SockaddrIn6| SocketAddr::V6((*a).into()),
                    &mut take,
                )
            };
            total += got.unwrap_or(0);
            if !matches!(got, Some(BATCH)) {
                break;
            }
        }
        total
    }
}

/// One system call; `None` when the queue was empty.
fn batch<S: Copy + SockaddrLike>(
    socket: &UdpSocket,
    headers: &mut MultiHeaders<S>,
    octets: &mut [u8],
    address: impl Fn(&S) -> SocketAddr,
    take: &mut impl FnMut(SocketAddr, Duration, &[u8]),
) -> Option<usize> {
    let mut chunks = octets.chunks_exact_mut(DATAGRAM);
    let mut slices: [[IoSliceMut<'_>; 1]; BATCH] =
        std::array::from_fn(|_| [IoSliceMut::new(chunks.next().expect("BATCH chunks were allocated"))]);
    let received =
        match recvmmsg(socket.as_raw_fd(), headers, slices.iter_mut(), MsgFlags::MSG_DONTWAIT, None) {
            Ok(received) => received,
            Err(Errno::ECONNREFUSED) => return Some(0),
            Err(_) => return None,
        };
    let mut count = 0;
    for message in received {
        count += 1;
        if message.flags.contains(MsgFlags::MSG_TRUNC) {
            continue;
        }
        let Some(source) = message.address.as_ref().map(&address) else { continue };
        let arrival = message
            .cmsgs()
            .ok()
            .and_then(|mut list| {
                list.find_map(|c| match c {
                    ControlMessageOwned::ScmTimestampns(at) => Some(Duration::from(at)),
                    _ => None,
                })
            })
            .unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default());
        let datagram = message.iovs().next().unwrap_or(&[]);
        take(source, arrival, datagram);
    }
    Some(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtp::ports::PortPool;
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

    fn every_datagram_arrives_in_order_with_its_time(address: IpAddr, range: std::ops::RangeInclusive<u16>) {
        let mut pool = PortPool::new(address, &range, 0);
        let (socket, port) = pool.bind_next().expect("a free port");
        let sender = UdpSocket::bind((address, 0)).expect("a sender");
        let before = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
        for i in 0..100_u8 {
            sender.send_to(&[i; 172], (address, port)).expect("loopback takes it");
        }
        let mut receiver = Receiver::default();
        let mut seen = Vec::new();
        let mut last = before.saturating_sub(Duration::from_millis(5));
        let count = receiver.drain(&socket, Family::of(&socket), |source, arrival, datagram| {
            assert_eq!(source, sender.local_addr().expect("bound"));
            assert!(arrival >= last, "the kernel's times go forward");
            assert_eq!(datagram.len(), 172);
            last = arrival;
            seen.push(datagram[0]);
        });
        assert_eq!(count, 100);
        assert_eq!(seen, (0..100).collect::<Vec<_>>());
        assert_eq!(receiver.drain(&socket, Family::of(&socket), |_, _, _| panic!("the queue is empty")), 0);
    }

    #[test]
    fn one_sweep_takes_the_whole_queue_over_ipv4() {
        every_datagram_arrives_in_order_with_its_time(Ipv4Addr::LOCALHOST.into(), 43_000..=43_100);
    }

    #[test]
    fn one_sweep_takes_the_whole_queue_over_ipv6() {
        every_datagram_arrives_in_order_with_its_time(Ipv6Addr::LOCALHOST.into(), 43_200..=43_300);
    }
}
