//! Flows that we open: to registrars, over UDP, TCP or TLS.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rokuon_sip::transport::{Flow, Transport};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::gate::Gate;
use super::sockets::{Incoming, SipSockets, Streams, same_family};
use super::stream::{Limits, Served, serve_until_closed};

/// Connecting and shaking hands may take so long.
const PATIENCE: Duration = Duration::from_secs(10);

/// Opens flows; cheap to clone, so that dialling holds up nobody.
#[derive(Clone)]
pub struct Dialler {
    udp: Vec<SocketAddr>,
    streams: Streams,
    gate: Arc<Gate>,
    incoming: mpsc::Sender<Incoming>,
    tls: Arc<ClientConfig>,
}

impl SipSockets {
    /// Something that opens flows beside the listeners.
    pub fn dialler(&self, tls: Arc<ClientConfig>) -> Dialler {
        Dialler {
            udp: self.udp.iter().map(|(address, _)| *address).collect(),
            streams: self.streams.clone(),
            gate: self.gate.clone(),
            incoming: self.incoming.clone(),
            tls,
        }
    }
}

impl Dialler {
    /// Opens a flow to `remote`; over TLS the certificate must be good for `name`.
    pub async fn dial(&self, transport: Transport, remote: SocketAddr, name: &str) -> io::Result<Flow> {
        if transport == Transport::Udp {
            let local = self.udp.iter().find(|local| same_family(local.ip(), remote.ip()));
            let none = || io::Error::new(io::ErrorKind::AddrNotAvailable, "no UDP listener of that family");
            let local = *local.ok_or_else(none)?;
            return Ok(Flow { transport, local, remote, connection: 0 });
        }
        let late = |_| io::Error::from(io::ErrorKind::TimedOut);
        let stream = timeout(PATIENCE, TcpStream::connect(remote)).await.map_err(late)??;
        stream.set_nodelay(true)?;
        let number = self.streams.number();
        let flow = Flow { transport, local: stream.local_addr()?, remote, connection: number };
        // Whom we called is heard, whatever networks say.
        let served = Served {
            flow,
            gate: self.gate.clone(),
            incoming: self.incoming.clone(),
            certified: true,
            // A registrar may have nothing to say for an hour; we are the ones who ping.
            limits: Limits { first: Limits::default().idle, ..Limits::default() },
        };
        if transport == Transport::Tcp {
            let queue = self.streams.open(number, None);
            tokio::spawn(serve_until_closed(stream, served, self.streams.clone(), queue));
            return Ok(flow);
        }
        let name = ServerName::try_from(name.to_owned())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let connecting = TlsConnector::from(self.tls.clone()).connect(name, stream);
        let stream = timeout(PATIENCE, connecting).await.map_err(late)??;
        let queue = self.streams.open(number, None);
        tokio::spawn(serve_until_closed(stream, served, self.streams.clone(), queue));
        Ok(flow)
    }

    /// Closes a stream that was dialled.
    pub fn hang_up(&self, flow: &Flow) {
        if flow.transport.is_reliable() {
            self.streams.close(flow.connection);
        }
    }
}
