//! The HTTP listener of WHIP: plain behind a TLS front or on loopback, or TLS with a certificate of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::config::WhipConfig;
use crate::sip::tls::{TlsError, TlsServer};

/// A TLS handshake that takes longer is given up.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(5);
/// Handshakes that may wait to be served.
const WAITING: usize = 64;

/// Why WHIP cannot be spoken.
#[derive(Debug, thiserror::Error)]
pub enum ListenerError {
    /// The HTTP address cannot be bound.
    #[error("cannot listen for WHIP on {address}: {source}")]
    Http {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The media port cannot be bound.
    #[error("cannot receive WHIP media on {address}: {source}")]
    Media {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// No key for media connections can be made.
    #[error("no certificate for media connections: {0}")]
    Identity(String),
}

/// A bound listener.
pub struct Listener {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Arc<TlsServer>>,
}

impl Listener {
    /// Binds it and reads its certificate, if it has one.
    pub async fn bind(config: &WhipConfig) -> Result<Self, ListenerError> {
        let failed = |source| ListenerError::Http { address: config.http, source };
        let listener = TcpListener::bind(config.http).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let tls = config.certificate.clone().map(TlsServer::load).transpose()?.map(Arc::new);
        Ok(Self { listener, address, tls })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until dropped.
    pub async fn serve(self, routes: Router) {
        let service = routes.into_make_service_with_connect_info::<PeerAddress>();
        let ended = match self.tls {
            None => axum::serve(self.listener, service).await,
            Some(tls) => {
                let files = Arc::clone(&tls);
                let following = tokio::spawn(async move { files.follow_files().await });
                let (shaken, inbox) = mpsc::channel(WAITING);
                let accepting = tokio::spawn(accept(self.listener, tls, shaken));
                let ended = axum::serve(Shaken { inbox, address: self.address }, service).await;
                following.abort();
                accepting.abort();
                ended
            }
        };
        if let Err(error) = ended {
            tracing::error!(%error, "WHIP is not spoken any more");
        }
    }
}

/// Takes connections and shakes hands with each apart, so that a slow one delays nobody.
async fn accept(
    listener: TcpListener,
    tls: Arc<TlsServer>,
    shaken: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
) {
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            // Out of descriptors, mostly: waiting frees some.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (acceptor, shaken) = (TlsAcceptor::from(tls.config()), shaken.clone());
        tokio::spawn(async move {
            if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_WITHIN, acceptor.accept(stream)).await {
                let _stopping = shaken.send((stream, peer)).await;
            }
        });
    }
}

/// Connections that have shaken hands, as axum takes them.
struct Shaken {
    inbox: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl axum::serve::Listener for Shaken {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.inbox.recv().await {
            Some(connection) => connection,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        Ok(self.address)
    }
}

impl axum::extract::connect_info::Connected<axum::serve::IncomingStream<'_, Shaken>> for PeerAddress {
    fn connect_info(stream: axum::serve::IncomingStream<'_, Shaken>) -> Self {
        Self(*stream.remote_addr())
    }
}

impl axum::extract::connect_info::Connected<axum::serve::IncomingStream<'_, TcpListener>> for PeerAddress {
    fn connect_info(stream: axum::serve::IncomingStream<'_, TcpListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// Where a request's connection came from.
#[derive(Debug, Clone, Copy)]
pub struct PeerAddress(pub SocketAddr);
