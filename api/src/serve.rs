//! Listening, answering, and stopping within five seconds.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use rokuon_watch::keeping::keep_watch;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::app::App;
use crate::config::ApiConfig;
use crate::forgetting::forget_the_destroyed;
use crate::{metrics, router};

/// How long requests that are being answered may go on after shutdown was asked for.
const LAST_ANSWERS: Duration = Duration::from_millis(4_500);

/// Why the API could not be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// No address to listen on is configured.
    #[error("no address to listen on is set")]
    NoAddress,
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {cause}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why: taken by another program, or not ours.
        cause: io::Error,
    },
    /// A listener failed later.
    #[error("the listener failed: {0}")]
    Listener(#[from] io::Error),
}

/// Sockets that listen already, so that a taken port is found before anything else starts.
#[derive(Debug)]
pub struct Listening {
    api: Vec<TcpListener>,
    metrics: Option<TcpListener>,
}

impl Listening {
    /// The addresses of the API and the portal (with the ports given for port 0).
    ///
    /// # Errors
    /// When a socket does not know its address.
    pub fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        self.api.iter().map(TcpListener::local_addr).collect()
    }
}

/// Opens the sockets.
///
/// # Errors
/// [`ServeError::NoAddress`] and [`ServeError::Bind`].
pub async fn listen(config: &ApiConfig) -> Result<Listening, ServeError> {
    let mut api = Vec::with_capacity(config.listen.len());
    for address in &config.listen {
        api.push(bind(*address).await?);
    }
    if api.is_empty() {
        return Err(ServeError::NoAddress);
    }
    let metrics = match config.metrics_listen {
        Some(address) => Some(bind(address).await?),
        None => None,
    };
    Ok(Listening { api, metrics })
}

async fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|cause| ServeError::Bind { address, cause })
}

/// Opens the sockets of `config` and serves until `shutdown` is done.
///
/// # Errors
/// As [`listen`] and [`serve_on`].
pub async fn serve(
    config: ApiConfig,
    app: App,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), ServeError> {
    let listening = listen(&config).await?;
    serve_on(listening, app, shutdown).await
}

/// Serves on open sockets until `shutdown` is done; answers that are under way get 4.5 s more.
///
/// # Errors
/// When a listener fails.
pub async fn serve_on(
    listening: Listening,
    app: App,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), ServeError> {
    let (stop, stopped) = watch::channel(false);
    let mut servers = JoinSet::new();
    let mut start = |listener: TcpListener, router: Router| {
        let mut stopped = stopped.clone();
        let stopping = async move {
            // an error means that the sender is gone, which is a stop as well
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        servers.spawn(axum::serve(listener, service).with_graceful_shutdown(stopping).into_future());
    };
    // The watch is kept here as well as beside the workers: it must go on when none of those is alive.
    let watching = tokio::spawn(keep_watch(app.db().clone(), app.clock()));
    let forgetting = tokio::spawn(forget_the_destroyed(app.clone()));
    let router = router::router(app);
    for listener in listening.api {
        start(listener, router.clone());
    }
    if let Some(listener) = listening.metrics {
        start(listener, metrics::router());
    }
    tokio::select! {
        () = shutdown => {}
        Some(ended) = servers.join_next() => {
            ended.map_err(|error| io::Error::other(error.to_string()))??;
        }
    }
    watching.abort();
    forgetting.abort();
    let _ = stop.send(true);
    let all = async { while servers.join_next().await.is_some() {} };
    if tokio::time::timeout(LAST_ANSWERS, all).await.is_err() {
        tracing::warn!("some answers were cut short by shutdown");
    }
    Ok(())
}
