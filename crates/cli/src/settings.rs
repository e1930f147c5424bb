//! Every setting: flags over the environment over a file over the defaults, and what may not stand together.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde::Deserialize;

use crate::arguments::Chosen;
use crate::failure::Failure;

pub mod addresses;
pub mod storage;
pub mod whip;

use addresses::{Addresses, MediaAddress, PortRange};
use storage::{StorageLayer, StorageSettings};
use whip::{WhipLayer, WhipSettings};

/// The commented defaults; the same file people copy.
pub const DEFAULTS: &str = include_str!("default.toml");

/// Settings as one source gives them: each may be left out.
#[derive(Debug, Default, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// Where everything is kept
    #[arg(long, env = "ROKUON_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Where the API and the portal listen
    #[arg(long, env = "ROKUON_HTTP", value_name = "ADDRESS")]
    http: Option<SocketAddr>,
    /// Where /metrics is served
    #[arg(long, env = "ROKUON_METRICS", value_name = "ADDRESS")]
    metrics: Option<SocketAddr>,
    /// The folder of the built portal
    #[arg(long, env = "ROKUON_PORTAL_DIR", value_name = "DIR")]
    portal_dir: Option<PathBuf>,
    /// Whether a proxy in front speaks TLS to browsers
    #[arg(long, env = "ROKUON_BEHIND_TLS", value_name = "true|false", num_args = 0..=1, default_missing_value = "true")]
    behind_tls: Option<bool>,
    /// Proxies whose X-Forwarded-For is believed
    #[arg(long, env = "ROKUON_TRUSTED_PROXIES", value_name = "IP,…", value_delimiter = ',')]
    trusted_proxies: Option<Vec<IpAddr>>,
    /// Where SIP is listened for, UDP and TCP
    #[arg(long, env = "ROKUON_SIP", value_name = "ADDRESS,…")]
    sip: Option<Addresses>,
    /// Where SIP over TLS is listened for, or `off`
    #[arg(long, env = "ROKUON_SIP_TLS", value_name = "ADDRESS,…|off")]
    sip_tls: Option<Addresses>,
    /// The certificate for SIP over TLS: a PEM file with its chain
    #[arg(long, env = "ROKUON_SIP_TLS_CERTIFICATE", value_name = "FILE")]
    sip_tls_certificate: Option<PathBuf>,
    /// Its private key, a PEM file
    #[arg(long, env = "ROKUON_SIP_TLS_KEY", value_name = "FILE")]
    sip_tls_key: Option<PathBuf>,
    /// Authorities without whose client certificate nobody is heard over TLS, a PEM file
    #[arg(long, env = "ROKUON_SIP_TLS_CLIENT_CA", value_name = "FILE")]
    sip_tls_client_ca: Option<PathBuf>,
    /// The address that callers are told to send media to, one of each family at most
    #[arg(long, env = "ROKUON_MEDIA_ADDRESS", value_name = "IP,…")]
    media_address: Option<MediaAddress>,
    /// Ports for media
    #[arg(long, env = "ROKUON_RTP_PORTS", value_name = "FROM-TO")]
    rtp_ports: Option<PortRange>,
    /// How many seconds live calls may go on after a polite stop, before they are left to the next start
    #[arg(long, env = "ROKUON_DRAIN_SECONDS", value_name = "SECONDS")]
    drain_seconds: Option<u64>,
    /// Whether this worker also keeps and destroys what is sealed
    #[arg(long, env = "ROKUON_JOBS", value_name = "true|false", num_args = 0..=1, default_missing_value = "true")]
    jobs: Option<bool>,
    /// A PostgreSQL of your own, signing in as the application's role
    #[arg(long, env = "ROKUON_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    database_url: Option<String>,
    /// The same database, signing in as the owner who may change tables
    #[arg(long, env = "ROKUON_DATABASE_OWNER_URL", value_name = "URL", hide_env_values = true)]
    database_owner_url: Option<String>,
    /// What is logged (RUST_LOG's language)
    #[arg(long, env = "ROKUON_LOG", value_name = "FILTER")]
    log: Option<String>,
    /// How it is logged
    #[arg(long, env = "ROKUON_LOG_FORMAT", value_enum)]
    log_format: Option<LogFormat>,
    /// Browsers, handsets and cameras
    #[command(flatten)]
    #[serde(default)]
    whip: WhipLayer,
    /// Media, wrapped keys, tenants' keys
    #[command(flatten)]
    #[serde(default)]
    storage: StorageLayer,
}

/// Text for people or JSON for machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One readable line an event.
    Text,
    /// One JSON object an event.
    Json,
}

/// The settings a start goes by.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// Where the API and the portal listen.
    pub http: SocketAddr,
    /// Where metrics are served, if at all.
    pub metrics: Option<SocketAddr>,
    /// The built portal, if it is served.
    pub portal_dir: Option<PathBuf>,
    /// Whether TLS stands in front.
    pub behind_tls: bool,
    /// Proxies that are believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Where SIP is listened for, UDP and TCP.
    pub sip: Addresses,
    /// Where SIP over TLS is listened for.
    pub sip_tls: Addresses,
    /// Its certificate; without one of its own, `rokuon` makes one.
    pub sip_certificate: Option<OwnCertificate>,
    /// Authorities of client certificates.
    pub sip_tls_client_ca: Option<PathBuf>,
    /// What callers are told to send media to.
    pub media_address: MediaAddress,
    /// Ports for media.
    pub rtp_ports: PortRange,
    /// How long live calls may go on after a polite stop.
    pub drain: Duration,
    /// Whether the jobs over what is sealed run here.
    pub jobs: bool,
    /// Somebody's own database: application's URL and, if this start may change tables, the owner's.
    pub database: Option<OwnDatabase>,
    /// Log filter.
    pub log: String,
    /// Log format.
    pub log_format: LogFormat,
    /// WHIP, where it is spoken.
    pub whip: Option<WhipSettings>,
    /// Where media and keys lie.
    pub storage: StorageSettings,
}

/// A certificate that we did not make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnCertificate {
    /// PEM: the certificate and its chain.
    pub chain: PathBuf,
    /// PEM: its key.
    pub key: PathBuf,
}

/// Addresses of a database that we did not start; they carry passwords.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnDatabase {
    /// As the application's role.
    pub app_url: String,
    /// As the owner, if given.
    pub owner_url: Option<String>,
}

impl fmt::Debug for OwnDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnDatabase(REDACTED)")
    }
}

impl Settings {
    /// Reads the file, lays flags and environment over it and the defaults under it, and refuses what cannot stand together.
    pub fn resolve(chosen: Chosen) -> Result<Self, Failure> {
        let file = match &chosen.config {
            Some(path) => read_file(path)?,
            None => Layer::default(),
        };
        let settings =
            Self::from_layer(chosen.layer.over(file).over(parse(DEFAULTS, "the built-in default.toml")?))?;
        settings.refuse_contradictions()?;
        Ok(settings)
    }

    fn from_layer(layer: Layer) -> Result<Self, Failure> {
        let missing = |name: &'static str| move || Failure::setting(name, "値がありません", "has no value");
        let sip = layer.sip.ok_or_else(missing("sip"))?;
        let sip_tls = layer.sip_tls.ok_or_else(missing("sip_tls"))?;
        let media_address = match layer.media_address {
            Some(address) => address,
            None => media_address_of(sip.0.iter().chain(&sip_tls.0))?,
        };
        let sip_certificate = match (layer.sip_tls_certificate, layer.sip_tls_key) {
            (Some(chain), Some(key)) => Some(OwnCertificate { chain, key }),
            (None, None) => None,
            (Some(_), None) => {
                return Err(Failure::setting(
                    "sip_tls_certificate",
                    "sip_tls_key と一緒に使ってください",
                    "is on while sip_tls_key is off: give both",
                ));
            }
            (None, Some(_)) => {
                return Err(Failure::setting(
                    "sip_tls_key",
                    "sip_tls_certificate と一緒に使ってください",
                    "is on while sip_tls_certificate is off: give both",
                ));
            }
        };
        let database = match (layer.database_url, layer.database_owner_url) {
            (Some(app_url), owner_url) => Some(OwnDatabase { app_url, owner_url }),
            (None, None) => None,
            (None, Some(_)) => {
                return Err(Failure::setting(
                    "database_owner_url",
                    "database_url と一緒に使ってください",
                    "is on while database_url is off: give both",
                ));
            }
        };
        let trusted = layer.trusted_proxies.clone().unwrap_or_default();
        let whip = layer.whip.resolve(layer.behind_tls.unwrap_or(false), &trusted)?;
        let beside = PathBuf::from("web/dist");
        Ok(Self {
            data_dir: layer.data_dir.map_or_else(default_data_dir, Ok)?,
            http: layer.http.ok_or_else(missing("http"))?,
            metrics: layer.metrics,
            portal_dir: layer.portal_dir.or_else(|| beside.join("index.html").is_file().then_some(beside)),
            behind_tls: layer.behind_tls.unwrap_or(false),
            trusted_proxies: layer.trusted_proxies.unwrap_or_default(),
            sip,
            sip_tls,
            sip_certificate,
            sip_tls_client_ca: layer.sip_tls_client_ca,
            media_address,
            rtp_ports: layer.rtp_ports.ok_or_else(missing("rtp_ports"))?,
            drain: Duration::from_secs(layer.drain_seconds.ok_or_else(missing("drain_seconds"))?),
            jobs: layer.jobs.ok_or_else(missing("jobs"))?,
            database,
            log: layer.log.ok_or_else(missing("log"))?,
            log_format: layer.log_format.unwrap_or(LogFormat::Text),
            whip,
            storage: layer.storage.resolve()?,
        })
    }

    /// A setting that is on while what it needs is off refuses to start.
    fn refuse_contradictions(&self) -> Result<(), Failure> {
        if !self.http.ip().is_loopback() && !self.behind_tls {
            return Err(Failure::setting(
                "http",
                "このマシンの外で待ち受けるには、前に TLS のプロキシを置き behind_tls を入れてください",
                "listens beyond this machine while behind_tls is off: sign-in cookies would never come back. Put a TLS proxy in front and set behind_tls",
            ));
        }
        if !self.trusted_proxies.is_empty() && !self.behind_tls {
            return Err(Failure::setting(
                "trusted_proxies",
                "behind_tls が切れています",
                "is on while behind_tls is off: anyone could forge their address",
            ));
        }
        if let Some(folder) = self.portal_dir.as_ref().filter(|folder| !folder.join("index.html").is_file()) {
            return Err(Failure::setting(
                "portal_dir",
                &format!("{} にポータルがありません。make web で作ってください", folder.display()),
                &format!("no portal in {}: build it with `make web`", folder.display()),
            ));
        }
        if self.metrics == Some(self.http) {
            return Err(Failure::setting("metrics", "http と同じポートです", "is the same port as http"));
        }
        for (name, is_on) in [
            ("sip_tls_certificate", self.sip_certificate.is_some()),
            ("sip_tls_client_ca", self.sip_tls_client_ca.is_some()),
        ] {
            if is_on && self.sip_tls.0.is_empty() {
                return Err(Failure::setting(name, "sip_tls が切れています", "is on while sip_tls is off"));
            }
        }
        let media: RangeInclusive<u16> = self.rtp_ports.into();
        let sip = self.sip.0.iter().map(|address| ("sip", address.port()));
        let tls = self.sip_tls.0.iter().map(|address| ("sip_tls", address.port()));
        for (name, port) in sip.chain(tls).chain([("http", self.http.port())]) {
            if media.contains(&port) {
                return Err(Failure::setting(
                    "rtp_ports",
                    &format!("{name} のポート {port} を含んでいます"),
                    &format!("holds port {port}, which {name} uses"),
                ));
            }
        }
        Ok(())
    }
}

impl Layer {
    /// This layer's values where it has any, the lower one's where not.
    fn over(self, below: Self) -> Self {
        Self {
            data_dir: self.data_dir.or(below.data_dir),
            http: self.http.or(below.http),
            metrics: self.metrics.or(below.metrics),
            portal_dir: self.portal_dir.or(below.portal_dir),
            behind_tls: self.behind_tls.or(below.behind_tls),
            trusted_proxies: self.trusted_proxies.or(below.trusted_proxies),
            sip: self.sip.or(below.sip),
            sip_tls: self.sip_tls.or(below.sip_tls),
            sip_tls_certificate: self.sip_tls_certificate.or(below.sip_tls_certificate),
            sip_tls_key: self.sip_tls_key.or(below.sip_tls_key),
            sip_tls_client_ca: self.sip_tls_client_ca.or(below.sip_tls_client_ca),
            media_address: self.media_address.or(below.media_address),
            rtp_ports: self.rtp_ports.or(below.rtp_ports),
            drain_seconds: self.drain_seconds.or(below.drain_seconds),
            jobs: self.jobs.or(below.jobs),
            database_url: self.database_url.or(below.database_url),
            database_owner_url: self.database_owner_url.or(below.database_owner_url),
            log: self.log.or(below.log),
            log_format: self.log_format.or(below.log_format),
            whip: self.whip.over(below.whip),
            storage: self.storage.over(below.storage),
        }
    }
}

/// Media goes where SIP goes, if that is a place: the first address of each family.
fn media_address_of<'a>(
    listeners: impl Iterator<Item = &'a SocketAddr> + Clone,
) -> Result<MediaAddress, Failure> {
    let mut ips = listeners.map(SocketAddr::ip);
    if ips.clone().any(|ip| ip.is_unspecified()) {
        return Err(Failure::setting(
            "media_address",
            "sip がすべてのアドレスで待ち受けるときは、音声の送り先を決めてください",
            "needed because sip listens on every address: say where callers shall send media",
        ));
    }
    let Some(first) = ips.next() else {
        return Err(Failure::setting(
            "sip",
            "sip と sip_tls の両方が切れています",
            "is off, and so is sip_tls: no exchange could call",
        ));
    };
    Ok(MediaAddress { first, other: ips.find(|ip| ip.is_ipv4() != first.is_ipv4()) })
}

fn read_file(path: &Path) -> Result<Layer, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    parse(&text, &path.display().to_string())
}

fn parse(text: &str, name: &str) -> Result<Layer, Failure> {
    toml::from_str(text).map_err(|error| {
        let line =
            error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let reason = error.message();
        Failure::new(
            format!("設定ファイル {name}:{line}: {reason}"),
            format!("settings file {name}:{line}: {reason}"),
        )
    })
}

/// /var/lib/rokuon for root, the state folder of everybody else.
pub fn default_data_dir() -> Result<PathBuf, Failure> {
    if nix::unistd::geteuid().is_root() {
        return Ok(PathBuf::from("/var/lib/rokuon"));
    }
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let state = state.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state")));
    state.map(|folder| folder.join("rokuon")).ok_or_else(|| {
        Failure::setting(
            "data_dir",
            "HOME がないので決められません",
            "cannot be guessed without HOME: name it",
        )
    })
}

#[cfg(test)]
mod tests;
