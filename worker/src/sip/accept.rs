//! SIP streams that come in, plain or inside TLS: few of one source, none of a stranger, none that only holds its place.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rokuon_sip::transport::{Flow, Transport};
use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::gate::Gate;
use super::handshake_failure::HandshakeFailure;
use super::sockets::{Incoming, ListenError, Streams};
use super::stream::{Limits, Served, serve_until_closed};
use super::tls::TlsServer;

/// Streams at once over one listener: some exchanges open one a call.
const STREAMS: usize = 4_096;
/// Of these, one source's.
const STREAMS_A_SOURCE: usize = 2_048;
/// A handshake that takes longer is none.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// One listening socket and what its streams need.
pub(super) struct Listener {
    pub socket: TcpListener,
    /// TLS is spoken on it.
    pub tls: Option<Arc<TlsServer>>,
    /// The address we say we are at.
    pub shown: SocketAddr,
    pub streams: Streams,
    pub gate: Arc<Gate>,
    pub incoming: mpsc::Sender<Incoming>,
}

pub(super) fn bind_listener(
    transport: Transport,
    address: SocketAddr,
) -> Result<(TcpListener, SocketAddr), ListenError> {
    let bound = || -> io::Result<(TcpListener, SocketAddr)> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        if address.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        socket.set_nonblocking(true)?;
        // A restart must not wait for the old streams' TIME_WAIT.
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        socket.listen(1_024)?;
        let listener = TcpListener::from_std(socket.into())?;
        let real = listener.local_addr()?;
        Ok((listener, real))
    };
    bound().map_err(|source| ListenError::Bind { transport: transport.as_str(), address, source })
}

pub(super) async fn accept_streams(listener: Listener) {
    let listener = Arc::new(listener);
    let places = Places::default();
    let mut tasks = JoinSet::new();
    loop {
        while tasks.try_join_next().is_some() {}
        let Ok((stream, remote)) = listener.socket.accept().await else {
            // Out of file descriptors: wait rather than spin.
            sleep(Duration::from_millis(50)).await;
            continue;
        };
        let known = listener.gate.knows(remote.ip());
        if !known && (listener.tls.is_none() || !listener.gate.knows_certificates()) {
            metrics::counter!("rokuon_sip_streams_refused_total", "why" => "unknown_source").increment(1);
            continue;
        }
        let Some(place) = places.take(remote.ip()) else {
            metrics::counter!("rokuon_sip_streams_refused_total", "why" => "too_many").increment(1);
            tracing::warn!("too many SIP streams; one was closed");
            continue;
        };
        tasks.spawn(serve(listener.clone(), stream, remote, known, place));
    }
}

async fn serve(listener: Arc<Listener>, stream: TcpStream, remote: SocketAddr, known: bool, _place: Place) {
    let _unset = stream.set_nodelay(true);
    // A peer that vanished without a FIN is found out, whatever it had to say.
    let probing =
        TcpKeepalive::new().with_time(Duration::from_secs(60)).with_interval(Duration::from_secs(20));
    let _unset = SockRef::from(&stream).set_tcp_keepalive(&probing);
    let local = match stream.local_addr() {
        Ok(real) if listener.shown.ip().is_unspecified() => real,
        Ok(_) => listener.shown,
        Err(_) => return,
    };
    let number = listener.streams.number();
    let transport = if listener.tls.is_some() { Transport::Tls } else { Transport::Tcp };
    let flow = Flow { transport, local, remote, connection: number };
    let (gate, incoming, streams) =
        (listener.gate.clone(), listener.incoming.clone(), listener.streams.clone());
    let Some(tls) = &listener.tls else {
        let queue = streams.open(number, None);
        return serve_until_closed(
            stream,
            Served { flow, gate, incoming, certified: false, limits: Limits::default() },
            streams,
            queue,
        )
        .await;
    };
    let accepting = TlsAcceptor::from(tls.config()).accept(stream);
    let stream = match timeout(HANDSHAKE, accepting).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return gate.tell_failed_handshake(remote.ip(), HandshakeFailure::of(&error)),
        Err(_) => return gate.tell_failed_handshake(remote.ip(), HandshakeFailure::Timeout),
    };
    let certificate = tls.judge(stream.get_ref().1.peer_certificates());
    let certified = certificate.is_some_and(|one| gate.knows_certificate(&one.sha256));
    let vouched = !tls.demands_certificates() || certificate.is_some_and(|one| one.vouched);
    if certified || (known && vouched) {
        let queue = streams.open(number, certificate);
        serve_until_closed(
            stream,
            Served { flow, gate, incoming, certified, limits: Limits::default() },
            streams,
            queue,
        )
        .await;
    } else {
        let shown = certificate.is_some();
        gate.tell_failed_handshake(
            remote.ip(),
            if shown { HandshakeFailure::UnknownCertificate } else { HandshakeFailure::NoCertificate },
        );
    }
}

/// How many streams there are, in all and by source.
#[derive(Clone, Default)]
struct Places {
    taken: Arc<Mutex<(usize, HashMap<IpAddr, usize>)>>,
}

impl Places {
    fn take(&self, source: IpAddr) -> Option<Place> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let (all, by_source) = &mut *taken;
        let of_this = by_source.get(&source).copied().unwrap_or(0);
        if *all >= STREAMS || of_this >= STREAMS_A_SOURCE {
            return None;
        }
        *all += 1;
        by_source.insert(source, of_this + 1);
        drop(taken);
        Some(Place { places: self.clone(), source })
    }
}

/// A stream's place; free again when it is dropped.
struct Place {
    places: Places,
    source: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let (all, by_source) = &mut *taken;
        *all = all.saturating_sub(1);
        match by_source.get_mut(&self.source) {
            Some(of_this) if *of_this > 1 => *of_this -= 1,
            _ => drop(by_source.remove(&self.source)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: S5
    #[test]
    fn one_source_cannot_take_every_stream_and_what_is_closed_is_free_again() {
        let places = Places::default();
        let (greedy, other) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
        let held: Vec<Place> = std::iter::from_fn(|| places.take(greedy)).collect();
        assert_eq!(held.len(), STREAMS_A_SOURCE);
        let one = places.take(other).expect("another source still finds room");
        drop(held);
        drop(one);
        let taken = places.taken.lock().expect("no panic");
        assert_eq!((taken.0, taken.1.len()), (0, 0));
    }
}
