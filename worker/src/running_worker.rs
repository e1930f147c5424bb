//! Starts a media worker and stops it again.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use rokuon_db::database::Database;
use rokuon_keeping::keeper::Keeper;
use rokuon_keeping::rounds::keep;
use rokuon_keeping::signed_note::NoteSigner;
use rokuon_keeping::times::MachineTimes;
use rokuon_policy::clock::Clock;
use rokuon_policy::ids::RecordingId;
use rokuon_secure_media::dtls::identity::DtlsIdentity;
use rokuon_sip::endpoint::Endpoint;
use rokuon_sip::endpoint::config::{Advertised, EndpointConfig};
use rokuon_storage::cell_key::CellKey;
use rokuon_storage::data_key_pool::DataKeyPool;
use rokuon_storage::key_service::KeyService;
use rokuon_storage::object_store::ObjectStore;
use rokuon_storage::recording_writer::RecordingWriter;
use rokuon_storage::spool::{Spool, SpoolError, SpoolLimits};
use rokuon_storage::spool_keys::SpoolKeys;
use rokuon_watch::keeping::keep_watch;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use uuid::Uuid;

use crate::config::WorkerConfig;
use crate::descriptors;
use crate::desk::signalling::{Desk, DeskParts, Phase};
use crate::heartbeat::{Ending, Heart, beat, worker_id};
use crate::held_frames::HeldFrames;
use crate::orders::carry_out_orders;
use crate::recorder::command::{LastingCall, Told};
use crate::recorder::thread::RecorderThread;
use crate::recovery::Recovery;
use crate::registrar::Registrar;
use crate::registrar::observing::Sighting;
use crate::routing::refresh::{load_routes, refresh_routes};
use crate::routing::table::RoutingTable;
use crate::rtp::ports::PortPool;
use crate::running_tails::RunningTails;
use crate::sealing::sealer::{Origin, SealOrder, Sealer};
use crate::sip::gate::Gate;
use crate::sip::sockets::{ListenError, SipAddresses, SipSockets};
use crate::sip::tls::{TlsError, client_config};
use crate::tails::TailState;
use crate::takeover::{Takeover, take_over_what_is_lost};
use crate::whip::listener::ListenerError;
use crate::whip::running_endpoint::{self, RunningWhip, WhipParts};

/// Messages from the network that may wait for the desk.
const INCOMING: usize = 4_096;
/// How long a stop waits until it is written down that it is one.
pub(crate) const LAST_BEAT: Duration = Duration::from_millis(500);
/// How long a start waits for the first reading of the routes before it begins without them.
const FIRST_ROUTES: Duration = Duration::from_secs(10);

/// What a worker stands on.
pub struct WorkerPorts {
    /// The database.
    pub db: Database,
    /// The object store.
    pub store: Arc<dyn ObjectStore>,
    /// The key service.
    pub keys: Arc<dyn KeyService>,
    /// The cell's own key, where it has one: it opens this spool and those of lost workers, and then no tenant's key is asked for that.
    pub cell_key: Option<Arc<dyn CellKey>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Signs certificates of destruction. Without it nothing is destroyed.
    pub signer: Option<Arc<NoteSigner>>,
}

/// Why a worker did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The spool cannot be used.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// A listener cannot be bound.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// WHIP cannot be spoken.
    #[error(transparent)]
    Whip(#[from] ListenerError),
    /// Nobody can be trusted for TLS that we dial.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A thread or a socket of our own cannot be had.
    #[error("the worker cannot start: {0}")]
    System(#[from] std::io::Error),
}

/// A worker that runs.
pub struct RunningWorker {
    sip: SipAddresses,
    phase: watch::Sender<Phase>,
    live: watch::Receiver<usize>,
    routes: Arc<ArcSwap<RoutingTable>>,
    recorder: RecorderThread,
    tasks: JoinSet<()>,
    sealing: JoinSet<()>,
    tails: Option<RunningTails>,
    ending: watch::Sender<Ending>,
    beating: JoinHandle<()>,
    whip: Option<RunningWhip>,
}

/// Starts everything: the spool first, then what an earlier life left in it, then the listeners.
pub async fn start(config: WorkerConfig, ports: WorkerPorts) -> Result<RunningWorker, StartError> {
    let config = Arc::new(config);
    descriptors::raise_limit(&config.rtp_ports);
    let (spool, recovered) = Spool::open(&config.spool_dir, SpoolLimits::default())?;
    let spool_reader = spool.reader();
    let (told, told_inbox) = mpsc::unbounded_channel();
    // Made anew at each start; peers know it by its fingerprint in our answers.
    let identity = DtlsIdentity::generate()
        .inspect_err(|error| tracing::error!(%error, "calls protected by DTLS cannot be taken"))
        .ok();
    let spool_keys = Arc::new(SpoolKeys::new(ports.keys.clone(), ports.cell_key.clone()));
    let recorder = RecorderThread::start(spool, spool_keys.clone(), &config, identity.clone(), told)?;
    let (phase, phases) = watch::channel(Phase::Serving);
    let mut tasks = JoinSet::new();

    // Mostly it is there before the first call. A call does not wait for it.
    let fetched = spool_keys.clone();
    tasks.spawn(async move { fetched.fetch_in_the_end().await });
    let routes = Arc::new(ArcSwap::from_pointee(RoutingTable::default()));
    match tokio::time::timeout(
        FIRST_ROUTES,
        load_routes(&ports.db, &RoutingTable::default(), ports.clock.now()),
    )
    .await
    {
        Ok(Ok(table)) => routes.store(Arc::new(table)),
        Ok(Err(error)) => tracing::error!(%error, "the database is away: no new call can be placed yet"),
        Err(_) => tracing::error!("the database is slow: no new call can be placed yet"),
    }
    let keys = Arc::new(DataKeyPool::new(ports.keys.clone(), config.prefetched_keys));
    for tenant in routes.load().tenants() {
        keys.add_tenant(&tenant.tenant);
    }
    let refresh = refresh_routes(
        ports.db.clone(),
        ports.clock.clone(),
        routes.clone(),
        keys.clone(),
        config.refresh_routes_every,
    );
    tasks.spawn(refresh);
    let filled = keys.clone();
    tasks.spawn(async move { filled.keep_filled(Duration::from_secs(5)).await });

    let (registrar, registering) = Registrar::new(ports.db.clone(), ports.clock.clone(), routes.clone());
    tasks.spawn(carry_out_orders(ports.db.clone(), ports.clock.clone(), recorder.commands()));
    let mut sealing = JoinSet::new();
    sealing.spawn(registering);
    let (orders, orders_inbox) = mpsc::unbounded_channel();
    let sealer = Sealer {
        spool: spool_reader.clone(),
        writer: RecordingWriter::new(ports.store.clone()),
        keys: spool_keys.clone(),
        registrar: registrar.clone(),
        recorder: recorder.commands(),
        vitals: recorder.vitals(),
    };
    let (lasting, lasting_inbox) = mpsc::unbounded_channel();
    let (run, worker) = (Uuid::now_v7(), worker_id(&config.spool_dir));
    let frames = Arc::new(HeldFrames::begin(spool_reader.clone(), &config.spool_dir));
    let tails = match config.tails {
        Some(settings) => {
            let state = Arc::new(TailState::default());
            tasks.spawn(take_over_what_is_lost(Takeover {
                db: ports.db.clone(),
                store: ports.store.clone(),
                state: state.clone(),
                frames: frames.clone(),
                sealer: sealer.clone(),
                config: settings,
            }));
            Some(RunningTails::start(&spool_reader, &ports, state, settings, (run, worker)))
        }
        None => None,
    };
    sealing.spawn(sealer.run(orders_inbox, lasting_inbox));
    let (silent, silent_inbox) = mpsc::unbounded_channel();
    sealing.spawn(pass_on(told_inbox, orders.clone(), lasting, silent, registrar.clone()));

    let mut seed = [0; 2];
    let _unseeded = getrandom::fill(&mut seed);
    let port_pool = PortPool::new(config.media_bind, &config.rtp_ports, u16::from_be_bytes(seed));
    let recovery = Recovery {
        spool: spool_reader,
        keys: spool_keys.clone(),
        routes: &routes.load_full(),
        ports: &port_pool,
        openings: recorder.openings(),
        seal: orders,
        clock: ports.clock.clone(),
        config: &config,
    };
    let restored = recovery.run(recovered.calls).await;

    let whip = match &config.whip {
        Some(whip) => {
            let parts = WhipParts {
                routes: routes.clone(),
                keys: keys.clone(),
                recorder: recorder.commands(),
                openings: recorder.openings(),
                registrar: registrar.clone(),
                clock: ports.clock.clone(),
                phases: phases.clone(),
            };
            Some(running_endpoint::start(whip, parts).await?)
        }
        None => None,
    };

    let (incoming, incoming_inbox) = mpsc::channel(INCOMING);
    let gate = Arc::new(Gate::new(routes.clone()));
    let noticing = registrar.clone();
    gate.on_stranger(Box::new(move |source, message| noticing.stranger(source, "udp", message)));
    let noticing = registrar.clone();
    gate.on_failed_handshake(Box::new(move |source, failure| noticing.handshake_failed(source, failure)));
    let shown = |address: SocketAddr| match address.ip().is_unspecified() {
        true => SocketAddr::new(config.media_address_for(address.ip()), address.port()),
        false => address,
    };
    let sockets = SipSockets::bind(&config.sip, shown, gate, incoming)?;
    let sip = sockets.addresses().clone();
    let heart = Heart {
        db: ports.db.clone(),
        clock: ports.clock.clone(),
        vitals: recorder.vitals(),
        keys: keys.clone(),
        spool_keys,
        prefetches: config.prefetched_keys > 0,
        routes: routes.clone(),
        tails: tails.as_ref().map(|tails| tails.state().clone()),
        frames,
    };
    let (ending, ended) = watch::channel(Ending::NotYet);
    let beating = tokio::spawn(beat(heart, run, worker, ended));
    tasks.spawn(keep_watch(ports.db.clone(), ports.clock.clone()));
    if let Some(signer) = ports.signer.filter(|_| config.jobs) {
        let times = Arc::new(MachineTimes::new(ports.clock.clone()));
        let keeper = Keeper::new(ports.db.clone(), ports.store.clone(), times, signer);
        tasks.spawn(keep(Arc::new(keeper)));
    }
    let known = routes.clone();
    let parts = DeskParts {
        endpoint: Endpoint::new(endpoint_config(&config, &sip), Box::new(fill_with_entropy)),
        sockets,
        ports: port_pool,
        identity,
        unkept_media: UdpSocket::bind((config.media_bind, 0))?,
        routes,
        keys,
        key_service: ports.keys.clone(),
        dial_tls: client_config(None)?,
        recorder: recorder.commands(),
        openings: recorder.openings(),
        registrar,
        clock: ports.clock,
        config,
    };
    let (live_calls, live) = watch::channel(restored.len());
    tasks.spawn(Desk::new(parts, restored).run(incoming_inbox, silent_inbox, phases, live_calls));
    Ok(RunningWorker {
        sip,
        phase,
        live,
        routes: known,
        recorder,
        tasks,
        sealing,
        tails,
        ending,
        beating,
        whip,
    })
}

impl RunningWorker {
    /// Where PBXs reach this worker, with the real ports.
    pub const fn sip_addresses(&self) -> &SipAddresses {
        &self.sip
    }

    /// The connections, lines and policies it goes by at this moment.
    pub fn routes(&self) -> Arc<RoutingTable> {
        self.routes.load_full()
    }

    /// Where WHIP is spoken (HTTP) and where its media goes (UDP), if it is.
    pub fn whip_addresses(&self) -> Option<(SocketAddr, SocketAddr)> {
        self.whip.as_ref().map(RunningWhip::addresses)
    }

    /// Takes no new calls (503, and so for OPTIONS) and waits until the live ones have ended, or until patience is over.
    /// No call is ended; what still lives then goes on after the next start. Returns how many those are.
    pub async fn drain(&mut self, patience: Duration) -> usize {
        self.phase.send_replace(Phase::Draining);
        let mut sessions = self.whip.as_ref().map(RunningWhip::live);
        let over = async {
            // What is waited for comes with a lock that must not be held over the next wait.
            let _desk_is_gone = self.live.wait_for(|live| *live == 0).await.is_err();
            if let Some(sessions) = &mut sessions {
                let _whip_is_gone = sessions.wait_for(|live| *live == 0).await.is_err();
            }
        };
        let ended = tokio::time::timeout(patience, over).await.is_ok();
        let left = *self.live.borrow() + sessions.map_or(0, |sessions| *sessions.borrow());
        if !ended {
            tracing::warn!(calls = left, "live calls are left to the next start");
        }
        left
    }

    /// Stops within `patience`: no new calls, live ones made durable and left open for the next start, and as much of what
    /// is being sealed finished as time allows. What is not finished is done by the next start.
    pub async fn shutdown(mut self, patience: Duration) {
        self.phase.send_replace(Phase::Stopping);
        // From here on no call is taken: that is the end of this life.
        self.ending.send_replace(Ending::Begun);
        let sealing = async {
            // Ends by itself once the recorder is gone and every order is done.
            while self.sealing.join_next().await.is_some() {}
        };
        let (mut recorder, whip) = (self.recorder, self.whip);
        let stopped = tokio::task::spawn_blocking(move || {
            // Before the recorder: what its sessions still hold is fed, and each is ended.
            if let Some(whip) = whip {
                whip.stop();
            }
            recorder.stop();
            recorder
        });
        let (recorder, ()) = tokio::join!(stopped, self.tasks.shutdown());
        if tokio::time::timeout(patience, sealing).await.is_err() {
            tracing::info!("what is not yet sealed stays in the spool for the next start");
        }
        self.sealing.shutdown().await;
        if let Ok(mut recorder) = recorder {
            let _panicked = tokio::task::spawn_blocking(move || recorder.let_go()).await;
        }
        // Its last word, unless the database is away.
        self.ending.send_replace(Ending::Through);
        if tokio::time::timeout(LAST_BEAT, &mut self.beating).await.is_err() {
            self.beating.abort();
        }
        if let Some(tails) = self.tails {
            tails.end().await;
        }
    }
}

async fn pass_on(
    mut told: mpsc::UnboundedReceiver<Told>,
    orders: mpsc::UnboundedSender<SealOrder>,
    lasting: mpsc::UnboundedSender<Box<LastingCall>>,
    silent: mpsc::UnboundedSender<RecordingId>,
    registrar: Registrar,
) {
    while let Some(told) = told.recv().await {
        let _stopping = match told {
            Told::Ended { tenant, recording, wrapped, key } => orders
                .send(SealOrder { tenant, recording, wrapped, key: Some(key), origin: Origin::Live })
                .is_ok(),
            Told::Lasts(call) => lasting.send(call).is_ok(),
            Told::Silent(recording) => silent.send(recording).is_ok(),
            Told::Sound { connection, stream, sound } => {
                registrar.observe(&connection, Sighting::of_sound(stream, sound))
            }
        };
    }
}

fn endpoint_config(config: &WorkerConfig, sip: &SipAddresses) -> EndpointConfig {
    // Without a name of its own, each flow's Contact shows the address it came in by, in its own family.
    let shown = |addresses: &[SocketAddr]| {
        let host = config.advertised_host.as_ref()?;
        addresses.first().map(|address| format!("{host}:{}", address.port()))
    };
    let advertised = Advertised { udp: shown(&sip.udp), tcp: shown(&sip.tcp), tls: shown(&sip.tls) };
    EndpointConfig {
        advertised,
        max_dialogs: config.max_calls.saturating_mul(2),
        ..EndpointConfig::default()
    }
}

pub(crate) fn fill_with_entropy(octets: &mut [u8]) {
    // Without the system's randomness no tag can be made unguessable; the system has it or nothing works.
    getrandom::fill(octets).expect("the system gives random octets");
}
