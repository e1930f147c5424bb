//! Starts the WHIP endpoint and stops it again: the media port and its thread, the HTTP listener and its task.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use arc_swap::ArcSwap;
use rokuon_policy::clock::Clock;
use rokuon_secure_media::dtls::identity::DtlsIdentity;
use rokuon_storage::data_key_pool::DataKeyPool;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::config::WhipConfig;
use super::endpoint::{Endpoint, router};
use super::listener::{Listener, ListenerError};
use super::media_thread::MediaThread;
use super::opening::Opening;
use crate::desk::signalling::Phase;
use crate::recorder::command::{Command, NewCall};
use crate::registrar::Registrar;
use crate::routing::table::RoutingTable;
use crate::rtp::ports::bind;

/// What the endpoint shares with the rest of the worker.
pub struct WhipParts {
    /// Whose token is whose.
    pub routes: Arc<ArcSwap<RoutingTable>>,
    /// Data keys.
    pub keys: Arc<DataKeyPool>,
    /// The recording thread.
    pub recorder: Sender<Command>,
    /// The thread beside it that opens calls.
    pub openings: Sender<NewCall>,
    /// The way into the database.
    pub registrar: Registrar,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Whether the worker takes anything new.
    pub phases: watch::Receiver<Phase>,
}

/// An endpoint that runs.
pub struct RunningWhip {
    http: SocketAddr,
    media: SocketAddr,
    live: watch::Receiver<usize>,
    thread: MediaThread,
    serving: JoinHandle<()>,
}

/// Binds both and starts.
pub async fn start(config: &WhipConfig, parts: WhipParts) -> Result<RunningWhip, ListenerError> {
    let listener = Listener::bind(config).await?;
    let http = listener.address();
    let bound = |source| ListenerError::Media { address: config.media, source };
    let socket = bind(config.media).map_err(bound)?;
    let media = socket.local_addr().map_err(bound)?;
    let candidates = config.candidates(&socket).map_err(bound)?;
    let (count, live) = watch::channel(0);
    let thread =
        MediaThread::start(socket, config.max_sessions, parts.recorder.clone(), count).map_err(bound)?;
    let identity = DtlsIdentity::generate().map_err(|error| ListenerError::Identity(error.to_string()))?;
    let opening = Opening {
        routes: parts.routes,
        keys: parts.keys,
        recorder: parts.recorder,
        openings: parts.openings,
        media: thread.orders(),
        registrar: parts.registrar,
        clock: parts.clock,
        identity,
        candidates,
    };
    let (trusted_proxies, phases) = (config.trusted_proxies.clone(), parts.phases);
    let routes = router(Arc::new(Endpoint { opening, trusted_proxies, phases }));
    let serving = tokio::spawn(listener.serve(routes));
    Ok(RunningWhip { http, media, live, thread, serving })
}

impl RunningWhip {
    /// Where clients publish (HTTP), and where their media goes (UDP).
    pub const fn addresses(&self) -> (SocketAddr, SocketAddr) {
        (self.http, self.media)
    }

    /// How many sessions are live.
    pub fn live(&self) -> watch::Receiver<usize> {
        self.live.clone()
    }

    /// Stops: no more requests, and every session ends with what it brought.
    pub fn stop(mut self) {
        self.serving.abort();
        self.thread.stop();
    }
}
