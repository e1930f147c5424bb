//! `rokuon up`, `rokuon api`, `rokuon worker`: runs the platform, or a part of it, until it is told to stop.
#![allow(clippy::print_stdout)] // the addresses are what a person waits for

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use rokuon_api::app::App;
use rokuon_api::config::ApiConfig;
use rokuon_api::serve::{Listening, ServeError, listen, serve_on};
use rokuon_db::database::Database;
use rokuon_keeping::signed_note::NoteSigner;
use rokuon_policy::clock::{Clock, SystemClock};
use rokuon_storage::cell_key::CellKey;
use rokuon_storage::recording_reader::RecordingReader;
use rokuon_storage::spool::SpoolError;
use rokuon_storage_aws::session::Patience;
use rokuon_worker::config::{SipListeners, TailsConfig, WorkerConfig};
use rokuon_worker::running_worker::{RunningWorker, StartError, WorkerPorts};
use rokuon_worker::sip::sockets::ListenError;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::arguments::Chosen;
use crate::data_dir::DataDir;
use crate::database::{OpenDatabase, of_database};
use crate::failure::Failure;
use crate::logging;
use crate::older_database;
use crate::run_file::{RunFile, Running};
use crate::settings::Settings;
use crate::signing_key;
use crate::sip_certificate::sip_certificate;
use crate::stop_signals::StopSignals;
use crate::storage::Reach;

/// What is being answered or sealed may go on so long when we stop; the database then needs its share of the 5 s.
const LAST_WORK: Duration = Duration::from_millis(2_500);

/// Which parts run in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    api: bool,
    worker: bool,
}

impl Parts {
    /// Everything.
    pub const ALL: Self = Self { api: true, worker: true };
    /// The API and the portal.
    pub const API: Self = Self { api: true, worker: false };
    /// Media capture and jobs.
    pub const WORKER: Self = Self { api: false, worker: true };
}

/// Runs them.
pub fn run(chosen: Chosen, parts: Parts) -> Result<ExitCode, Failure> {
    let settings = Settings::resolve(chosen)?;
    if parts != Parts::ALL && settings.database.is_none() {
        return Err(Failure::setting(
            "database_url",
            "api と worker を分けて動かすには、自分の PostgreSQL が要ります（内蔵のものは rokuon up だけが使います）",
            "api and worker on their own need a PostgreSQL of yours: the embedded one belongs to `rokuon up`",
        ));
    }
    logging::start(&settings.log, settings.log_format)?;
    let data_dir = DataDir::take(&settings.data_dir, parts == Parts::ALL)?;
    let runtime = crate::commands::runtime()?;
    let outcome = runtime.block_on(serve(&settings, &data_dir, parts));
    runtime.shutdown_timeout(Duration::from_millis(300));
    outcome.map(|()| ExitCode::SUCCESS)
}

async fn serve(settings: &Settings, data_dir: &DataDir, parts: Parts) -> Result<(), Failure> {
    let mut told = StopSignals::listen()?;
    // a taken port is found before the database is started
    let api_config = api_config(settings);
    let listening = match parts.api {
        true => Some(listen(&api_config).await.map_err(|error| of_api(&error))?),
        false => None,
    };
    let opening = OpenDatabase::open(data_dir, settings.database.as_ref());
    let database = tokio::select! {
        database = opening => database?,
        () = told.next() => return Ok(()),
    };
    let served = serve_parts(settings, data_dir, parts, api_config, listening, &database, &mut told).await;
    database.stop().await;
    served
}

async fn serve_parts(
    settings: &Settings,
    data_dir: &DataDir,
    parts: Parts,
    api_config: ApiConfig,
    listening: Option<Listening>,
    database: &OpenDatabase,
    told: &mut StopSignals,
) -> Result<(), Failure> {
    let db = Database::connect(&database.app_url).await.map_err(|error| of_database(&error))?;
    // Whoever waits at a screen is told sooner that the store is away.
    let at_hand = Reach::with(&settings.storage, Patience::for_a_person()).await?;
    let at_hand_store = at_hand.store(data_dir)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let signer = match parts.worker {
        true => Some(Arc::new(signing_key::open(data_dir)?)),
        false => None,
    };
    // A worker that only records is no danger to what was restored, and no call waits for the comparison.
    if parts.api || settings.jobs {
        let verifier = signer.as_ref().map(|signer| signer.verifier());
        older_database::refuse(&db, &at_hand_store, verifier.as_ref()).await?;
    }

    let answering = match listening {
        Some(listening) => {
            let keys = at_hand.keys(data_dir)?;
            let reader = RecordingReader::new(at_hand_store, keys.clone());
            Some((listening, App::new(db.clone(), reader, keys, clock.clone(), api_config)))
        }
        None => None,
    };
    let worker = match signer {
        Some(signer) => Some(start_worker(settings, data_dir, &db, &clock, signer).await?),
        None => None,
    };
    let (stop, mut stopped) = watch::channel(false);
    let http = answering.as_ref().and_then(|(listening, _)| listening.addresses().ok()?.first().copied());
    let api: Option<JoinHandle<Result<(), ServeError>>> = answering.map(|(listening, app)| {
        tokio::spawn(serve_on(listening, app, async move {
            // an error means that the sender is gone, which is a stop as well
            let _stop = stopped.wait_for(|stop| *stop).await;
        }))
    });
    let running = Running {
        pid: std::process::id(),
        started_at: clock.now(),
        http: http.map(|address| format!("http://{address}")),
        sip: worker.as_ref().map_or_else(Vec::new, |_| sip_addresses(settings)),
        whip: worker.as_ref().and(settings.whip.as_ref()).map(|whip| whip.url.clone()),
        database_url: database.app_url.clone(),
        database_owner_url: database.owner_url.clone(),
    };
    let run_file = RunFile::write(data_dir, &running)?;
    announce(&running);

    let (outcome, api) = wait(api, told).await;
    let worker = match worker {
        Some(worker) if outcome.is_ok() => Some(drain(worker, settings.drain, told).await),
        worker => worker,
    };
    let _nobody_listens = stop.send(true);
    stop_parts(worker, api).await;
    db.close().await;
    drop(run_file);
    outcome
}

async fn start_worker(
    settings: &Settings,
    data_dir: &DataDir,
    db: &Database,
    clock: &Arc<dyn Clock>,
    signer: Arc<NoteSigner>,
) -> Result<RunningWorker, Failure> {
    let reach = Reach::with(&settings.storage, Patience::default()).await?;
    let ports = WorkerPorts {
        db: db.clone(),
        store: reach.store(data_dir)?,
        keys: reach.keys(data_dir)?,
        cell_key: reach.cell_key().map(|key| Arc::new(key) as Arc<dyn CellKey>),
        clock: clock.clone(),
        signer: Some(signer),
    };
    let config = worker_config(settings, data_dir)?;
    let started = rokuon_worker::running_worker::start(config, ports).await;
    started.map_err(|error| of_worker(&error, settings))
}

/// Waits for a signal, or for the API to end by itself.
async fn wait(
    api: Option<JoinHandle<Result<(), ServeError>>>,
    told: &mut StopSignals,
) -> (Result<(), Failure>, Option<JoinHandle<Result<(), ServeError>>>) {
    let Some(mut api) = api else {
        told.next().await;
        return (Ok(()), None);
    };
    tokio::select! {
        () = told.next() => (Ok(()), Some(api)),
        ended = &mut api => match ended {
            Ok(Ok(())) => (Ok(()), None),
            Ok(Err(error)) => (Err(of_api(&error)), None),
            Err(error) => (Err(Failure::new(format!("API が倒れました（{error}）。"), format!("the API broke down: {error}"))), None),
        },
    }
}

/// Lets live calls end, within patience and until told to stop a second time. The portal stays up meanwhile.
async fn drain(mut worker: RunningWorker, patience: Duration, told: &mut StopSignals) -> RunningWorker {
    tokio::select! {
        _left = worker.drain(patience) => {}
        () = told.next() => tracing::warn!("told to stop a second time: live calls are left to the next start"),
    }
    worker
}

async fn stop_parts(worker: Option<RunningWorker>, api: Option<JoinHandle<Result<(), ServeError>>>) {
    let worker = async {
        if let Some(worker) = worker {
            worker.shutdown(LAST_WORK).await;
        }
    };
    let api = async {
        if let Some(api) = api {
            // what is not answered by now is cut short
            let _cut_short = timeout(LAST_WORK, api).await;
        }
    };
    tokio::join!(worker, api);
}

fn announce(running: &Running) {
    println!("Rokuon が動いています / Rokuon is running");
    if let Some(http) = &running.http {
        println!("  portal  {http}/");
    }
    for address in &running.sip {
        println!("  SIPREC  {address}");
    }
    if let Some(whip) = &running.whip {
        println!("  WHIP    {whip}");
    }
}

fn api_config(settings: &Settings) -> ApiConfig {
    ApiConfig {
        listen: vec![settings.http],
        metrics_listen: settings.metrics,
        portal_dir: settings.portal_dir.clone(),
        sip_addresses: sip_addresses(settings),
        whip_addresses: settings.whip.iter().map(|whip| whip.url.clone()).collect(),
        trusted_proxies: settings.trusted_proxies.clone(),
        behind_tls: settings.behind_tls,
        ..ApiConfig::default()
    }
}

fn worker_config(settings: &Settings, data_dir: &DataDir) -> Result<WorkerConfig, Failure> {
    let sip = SipListeners {
        udp: settings.sip.0.clone(),
        tcp: settings.sip.0.clone(),
        tls: settings.sip_tls.0.clone(),
        certificate: sip_certificate(settings, data_dir)?,
    };
    let media = settings.media_address;
    let ips = settings.sip.0.iter().chain(&settings.sip_tls.0).map(SocketAddr::ip);
    let media_bind = match (media.other, ips.clone().any(|ip| ip.is_unspecified())) {
        (Some(_), _) => Ipv6Addr::UNSPECIFIED.into(),
        (None, true) if media.first.is_ipv4() => Ipv4Addr::UNSPECIFIED.into(),
        (None, true) => Ipv6Addr::UNSPECIFIED.into(),
        // behind a port mapping the address shown is not ours to bind
        (None, false) => ips.clone().next().unwrap_or(media.first),
    };
    Ok(WorkerConfig {
        sip,
        media_address: media.first,
        media_address_other: media.other,
        media_bind,
        rtp_ports: settings.rtp_ports.into(),
        whip: settings.whip.as_ref().map(|whip| whip.config.clone()),
        jobs: settings.jobs,
        tails: settings.storage.tails.then(TailsConfig::default),
        ..WorkerConfig::on_loopback(data_dir.join("spool"))
    })
}

/// What a tenant points its exchange at: every address, UDP, TCP and TLS.
pub fn sip_addresses(settings: &Settings) -> Vec<String> {
    let shown = |address: &SocketAddr| match address.ip().is_unspecified() {
        true => SocketAddr::new(settings.media_address.for_peer(address.ip()), address.port()),
        false => *address,
    };
    let of = |transport: &'static str, addresses: &[SocketAddr]| -> Vec<String> {
        addresses.iter().map(|address| format!("{};transport={transport}", shown(address))).collect()
    };
    [of("udp", &settings.sip.0), of("tcp", &settings.sip.0), of("tls", &settings.sip_tls.0)].concat()
}

fn of_api(error: &ServeError) -> Failure {
    match error {
        ServeError::Bind { address, cause } if cause.kind() == std::io::ErrorKind::AddrInUse => {
            Failure::port_taken("HTTP", &address.to_string(), "http")
        }
        ServeError::Bind { address, cause } => Failure::setting(
            "http",
            &format!("{address} で待ち受けられません（{cause}）"),
            &format!("cannot listen on {address}: {cause}"),
        ),
        _ => Failure::new(format!("API を動かせません（{error}）。"), format!("the API cannot run: {error}")),
    }
}

fn of_worker(error: &StartError, settings: &Settings) -> Failure {
    match error {
        StartError::Listen(ListenError::Bind { transport: "tls", address, .. }) => {
            Failure::port_taken("SIP over TLS", &address.to_string(), "sip_tls")
        }
        StartError::Listen(ListenError::Bind { address, .. }) => {
            Failure::port_taken("SIP", &address.to_string(), "sip")
        }
        StartError::Listen(error) => Failure::setting(
            "sip_tls_certificate",
            &format!("証明書を使えません（{error}）"),
            &error.to_string(),
        ),
        StartError::Spool(SpoolError::Io(error)) => Failure::file(&settings.data_dir.join("spool"), error),
        _ => Failure::new("録音ワーカーを動かせません。", error.to_string()),
    }
}
