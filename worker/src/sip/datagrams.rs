//! SIP over UDP: one reader a socket.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use rokuon_sip::transport::{Flow, Transport};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;

use super::gate::{Gate, Hearing};
use super::sockets::{Incoming, ListenError};

/// A SIPREC INVITE over UDP is 2 to 6 kB and may be fragmented; 64 KiB is the most a datagram can hold.
const DATAGRAM: usize = 65_536;
/// Kernel queue for signalling, so that a burst of INVITEs is not dropped while one is thought about.
const SIGNALLING_BUFFER: usize = 4 * 1024 * 1024;

pub(super) fn bind_datagrams(address: SocketAddr) -> Result<(UdpSocket, SocketAddr), ListenError> {
    let bound = || -> io::Result<(UdpSocket, SocketAddr)> {
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
        if address.is_ipv6() {
            // Both families may be listened for on one port, each by its own socket.
            socket.set_only_v6(true)?;
        }
        socket.set_nonblocking(true)?;
        socket.set_recv_buffer_size(SIGNALLING_BUFFER)?;
        socket.bind(&address.into())?;
        let socket = UdpSocket::from_std(socket.into())?;
        let real = socket.local_addr()?;
        Ok((socket, real))
    };
    bound().map_err(|source| ListenError::Bind { transport: "udp", address, source })
}

pub(super) async fn read_datagrams(
    socket: Arc<UdpSocket>,
    local: SocketAddr,
    gate: Arc<Gate>,
    incoming: mpsc::Sender<Incoming>,
) {
    let mut buffer = vec![0; DATAGRAM];
    loop {
        // An error here is an ICMP report about something we sent; the socket itself stays good.
        let Ok((length, remote)) = socket.recv_from(&mut buffer).await else { continue };
        // Before anything is copied or read: this is all that a scanner costs.
        match gate.hear(remote.ip()) {
            Hearing::Heard => {}
            Hearing::Unknown => {
                gate.tell_stranger(remote.ip(), buffer.get(..length).unwrap_or_default());
                continue;
            }
            Hearing::TooMany => continue,
        }
        let flow = Flow { transport: Transport::Udp, local, remote, connection: 0 };
        let message = buffer.get(..length).unwrap_or_default().to_vec();
        if incoming.send(Incoming::Message(flow, message)).await.is_err() {
            return;
        }
    }
}
