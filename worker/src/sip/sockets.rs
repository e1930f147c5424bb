//! All SIP sockets of this worker: binds the listeners, sends along a flow, knows whose certificate a stream showed.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use rokuon_sip::transport::{Flow, Transport};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::accept::{Listener, accept_streams, bind_listener};
use super::datagrams::{bind_datagrams, read_datagrams};
use super::gate::Gate;
use super::tls::{PeerCertificate, TlsError, TlsServer};
use crate::config::SipListeners;

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

/// A listener could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// It could not be bound.
    #[error("cannot listen for SIP on {transport} {address}: {source}")]
    Bind {
        /// `udp`, `tcp` or `tls`.
        transport: &'static str,
        /// The address asked for.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// Its certificate cannot be used.
    #[error("cannot speak TLS: {0}")]
    Tls(#[from] TlsError),
    /// TLS is to be listened for, but there is no certificate.
    #[error("SIP over TLS needs a certificate")]
    NoCertificate,
}

/// Where this worker listens, with the real ports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SipAddresses {
    /// UDP.
    pub udp: Vec<SocketAddr>,
    /// TCP.
    pub tcp: Vec<SocketAddr>,
    /// TLS.
    pub tls: Vec<SocketAddr>,
}

/// An open stream.
struct OpenStream {
    outgoing: mpsc::Sender<Bytes>,
    certificate: Option<PeerCertificate>,
}

/// The open streams by number; shared with the tasks that serve them.
#[derive(Clone, Default)]
pub(super) struct Streams {
    open: Arc<Mutex<HashMap<u64, OpenStream>>>,
    last: Arc<AtomicU64>,
}

impl Streams {
    pub(super) fn number(&self) -> u64 {
        self.last.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(super) fn open(&self, number: u64, certificate: Option<PeerCertificate>) -> mpsc::Receiver<Bytes> {
        let (outgoing, queue) = mpsc::channel(STREAM_QUEUE);
        self.lock().insert(number, OpenStream { outgoing, certificate });
        queue
    }

    pub(super) fn close(&self, number: u64) {
        self.lock().remove(&number);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u64, OpenStream>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The bound sockets; dropping them closes everything.
pub struct SipSockets {
    pub(super) udp: Vec<(SocketAddr, Arc<UdpSocket>)>,
    addresses: SipAddresses,
    pub(super) streams: Streams,
    pub(super) incoming: mpsc::Sender<Incoming>,
    pub(super) gate: Arc<Gate>,
    pub(super) tasks: JoinSet<()>,
}

impl SipSockets {
    /// Binds every listener; everything that is heard goes into `incoming`. `shown` is what stands for an address that
    /// is none (`0.0.0.0`, `::`) when callers are told where we are.
    pub fn bind(
        listeners: &SipListeners,
        shown: impl Fn(SocketAddr) -> SocketAddr,
        gate: Arc<Gate>,
        incoming: mpsc::Sender<Incoming>,
    ) -> Result<Self, ListenError> {
        let (mut udp, mut addresses, mut tasks) = (Vec::new(), SipAddresses::default(), JoinSet::new());
        let streams = Streams::default();
        for address in &listeners.udp {
            let (socket, real) = bind_datagrams(*address)?;
            let (socket, local) = (Arc::new(socket), shown(real));
            tasks.spawn(read_datagrams(socket.clone(), local, gate.clone(), incoming.clone()));
            udp.push((local, socket));
            addresses.udp.push(real);
        }
        let tls = match &listeners.certificate {
            Some(files) => Some(Arc::new(TlsServer::load(files.clone())?)),
            None if listeners.tls.is_empty() => None,
            None => return Err(ListenError::NoCertificate),
        };
        let plain = listeners.tcp.iter().map(|address| (*address, None));
        let secure = listeners.tls.iter().map(|address| (*address, tls.clone()));
        for (address, tls) in plain.chain(secure) {
            let transport = if tls.is_some() { Transport::Tls } else { Transport::Tcp };
            let (socket, real) = bind_listener(transport, address)?;
            match transport {
                Transport::Tls => addresses.tls.push(real),
                _ => addresses.tcp.push(real),
            }
            let listener = Listener {
                socket,
                tls,
                shown: shown(real),
                streams: streams.clone(),
                gate: gate.clone(),
                incoming: incoming.clone(),
            };
            tasks.spawn(accept_streams(listener));
        }
        if let Some(tls) = tls {
            tasks.spawn(async move { tls.follow_files().await });
        }
        Ok(Self { udp, addresses, streams, incoming, gate, tasks })
    }

    /// Where is listened, with the real ports.
    pub const fn addresses(&self) -> &SipAddresses {
        &self.addresses
    }

    /// The gate in front of all of them.
    pub const fn gate(&self) -> &Arc<Gate> {
        &self.gate
    }

    /// The certificate that the peer of a stream proved to hold.
    pub fn certificate(&self, flow: &Flow) -> Option<PeerCertificate> {
        if flow.transport != Transport::Tls {
            return None;
        }
        self.streams.lock().get(&flow.connection)?.certificate
    }

    /// Sends one message along its flow. A stream that is gone or too slow loses it: SIP's own timers repair that.
    pub async fn send(&self, flow: Flow, message: Vec<u8>) {
        match flow.transport {
            Transport::Udp => {
                let Some(socket) = self.socket_for(flow.local, flow.remote) else { return };
                if let Err(error) = socket.send_to(&message, flow.remote).await {
                    tracing::debug!(%error, "a SIP datagram could not be sent");
                }
            }
            Transport::Tcp | Transport::Tls => {
                let mut streams = self.streams.lock();
                let sent = streams
                    .get(&flow.connection)
                    .is_some_and(|stream| stream.outgoing.try_send(message.into()).is_ok());
                if !sent {
                    streams.remove(&flow.connection);
                    tracing::debug!(connection = flow.connection, "a SIP stream is gone or too slow");
                }
            }
        }
    }

    /// The socket a flow came by; after a restart with other listeners, one of the same family.
    pub(super) fn socket_for(&self, local: SocketAddr, remote: SocketAddr) -> Option<&Arc<UdpSocket>> {
        let same = self.udp.iter().find(|(address, _)| *address == local);
        let family = || self.udp.iter().find(|(address, _)| same_family(address.ip(), remote.ip()));
        same.or_else(family).map(|(_, socket)| socket)
    }

    /// Stops listening and closes every stream.
    pub async fn close(mut self) {
        self.tasks.shutdown().await;
        self.streams.lock().clear();
    }
}

pub(super) const fn same_family(one: IpAddr, two: IpAddr) -> bool {
    one.is_ipv4() == two.is_ipv4()
}
