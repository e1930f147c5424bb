//! Binds the SIP listeners and carries messages to and from them.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use rokuon_sip::transport::{Flow, Transport};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::stream::serve_stream;

/// A SIPREC INVITE over UDP is 2 to 6 kB and may be fragmented; 64 KiB is the most a datagram can hold.
const DATAGRAM: usize = 65_536;
/// Kernel queue for signalling, so that a burst of INVITEs is not dropped while one is thought about.
const SIGNALLING_BUFFER: usize = 4 * 1024 * 1024;
/// Streams at once: an SBC uses a handful; a scanner must not take them all.
const STREAMS: usize = 1_024;
/// Messages waiting for one slow stream before it is given up.
const STREAM_QUEUE: usize = 256;

/// What came from the network.
#[derive(Debug)]
pub enum Incoming {
    /// One whole message (a datagram, or one framed off a stream).
    Message(Flow, Vec<u8>),
    /// A stream ended.
    Closed(Flow),
}

/// A listener could not be bound.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen for SIP on {transport} {address}: {source}")]
pub struct ListenError {
    /// `udp` or `tcp`.
    pub transport: &'static str,
    /// The address asked for.
    pub address: SocketAddr,
    /// The system's reason.
    pub source: io::Error,
}

pub(super) type Streams = Arc<Mutex<HashMap<u64, mpsc::Sender<Bytes>>>>;

/// The bound sockets; dropping them closes everything.
pub struct SipSockets {
    udp: Arc<UdpSocket>,
    udp_address: SocketAddr,
    tcp_address: SocketAddr,
    streams: Streams,
    tasks: JoinSet<()>,
}

impl SipSockets {
    /// Binds both listeners; everything that arrives goes into `incoming`.
    pub fn bind(
        udp: SocketAddr,
        tcp: SocketAddr,
        incoming: &mpsc::Sender<Incoming>,
    ) -> Result<Self, ListenError> {
        let udp_socket =
            bind_udp(udp).map_err(|source| ListenError { transport: "udp", address: udp, source })?;
        let listener =
            bind_tcp(tcp).map_err(|source| ListenError { transport: "tcp", address: tcp, source })?;
        let udp_address = udp_socket.local_addr().unwrap_or(udp);
        let tcp_address = listener.local_addr().unwrap_or(tcp);
        let udp_socket = Arc::new(udp_socket);
        let streams = Streams::default();
        let mut tasks = JoinSet::new();
        tasks.spawn(read_datagrams(udp_socket.clone(), udp_address, incoming.clone()));
        tasks.spawn(accept_streams(listener, streams.clone(), incoming.clone()));
        Ok(Self { udp: udp_socket, udp_address, tcp_address, streams, tasks })
    }

    /// Where UDP is listened on, with the real port.
    pub const fn udp_address(&self) -> SocketAddr {
        self.udp_address
    }

    /// Where TCP is listened on, with the real port.
    pub const fn tcp_address(&self) -> SocketAddr {
        self.tcp_address
    }

    /// Sends one message along its flow. A stream that is gone or too slow loses it: SIP's own timers repair that.
    pub async fn send(&self, flow: Flow, message: Vec<u8>) {
        match flow.transport {
            Transport::Udp => {
                if let Err(error) = self.udp.send_to(&message, flow.remote).await {
                    tracing::debug!(%error, "a SIP datagram could not be sent");
                }
            }
            Transport::Tcp | Transport::Tls => {
                let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
                let sent = streams.get(&flow.connection).is_some_and(|s| s.try_send(message.into()).is_ok());
                if !sent {
                    streams.remove(&flow.connection);
                    tracing::debug!(connection = flow.connection, "a SIP stream is gone or too slow");
                }
            }
        }
    }

    /// Stops listening and closes every stream.
    pub async fn close(mut self) {
        self.tasks.shutdown().await;
        self.streams.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

fn bind_udp(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    socket.set_recv_buffer_size(SIGNALLING_BUFFER)?;
    socket.bind(&address.into())?;
    UdpSocket::from_std(socket.into())
}

fn bind_tcp(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    // A restart must not wait for the old streams' TIME_WAIT.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(256)?;
    TcpListener::from_std(socket.into())
}

async fn read_datagrams(socket: Arc<UdpSocket>, local: SocketAddr, incoming: mpsc::Sender<Incoming>) {
    let mut buffer = vec![0; DATAGRAM];
    loop {
        // An error here is an ICMP report about something we sent; the socket itself stays good.
        let Ok((length, remote)) = socket.recv_from(&mut buffer).await else { continue };
        let flow = Flow { transport: Transport::Udp, local, remote, connection: 0 };
        let message = buffer.get(..length).unwrap_or_default().to_vec();
        if incoming.send(Incoming::Message(flow, message)).await.is_err() {
            return;
        }
    }
}

async fn accept_streams(listener: TcpListener, streams: Streams, incoming: mpsc::Sender<Incoming>) {
    let next = AtomicU64::new(1);
    let places = Arc::new(Semaphore::new(STREAMS));
    let mut tasks = JoinSet::new();
    loop {
        while tasks.try_join_next().is_some() {}
        let Ok((stream, remote)) = listener.accept().await else {
            // Out of file descriptors: wait rather than spin.
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            continue;
        };
        let Ok(place) = places.clone().try_acquire_owned() else {
            tracing::warn!("too many SIP streams; one was closed");
            continue;
        };
        let Ok(local) = stream.local_addr() else { continue };
        let connection = next.fetch_add(1, Ordering::Relaxed);
        let flow = Flow { transport: Transport::Tcp, local, remote, connection };
        let (sender, outgoing) = mpsc::channel(STREAM_QUEUE);
        streams.lock().unwrap_or_else(PoisonError::into_inner).insert(connection, sender);
        let (streams, incoming) = (streams.clone(), incoming.clone());
        tasks.spawn(async move {
            serve_stream(stream, flow, &incoming, outgoing).await;
            streams.lock().unwrap_or_else(PoisonError::into_inner).remove(&connection);
            let _gone = incoming.send(Incoming::Closed(flow)).await;
            drop(place);
        });
    }
}
