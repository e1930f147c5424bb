//! Settings of WHIP: where browsers, handsets and cameras publish, and where their media comes in.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::Args;
use rokuon_worker::sip::tls::CertificateFiles;
use rokuon_worker::whip::config::WhipConfig;
use serde::Deserialize;

use super::addresses::Addresses;
use crate::failure::Failure;

/// More live sessions than this are answered 503.
const MOST_SESSIONS: usize = 1_000;

/// The settings as one source gives them; in a file they stand under `[whip]`.
#[derive(Debug, Default, Clone, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhipLayer {
    /// Where WHIP is listened for (HTTP), or `off`
    #[arg(id = "whip_listen", long = "whip", env = "ROKUON_WHIP", value_name = "ADDRESS|off")]
    listen: Option<Addresses>,
    /// The one UDP port that all WHIP sessions send their media to
    #[arg(id = "whip_media", long = "whip-media", env = "ROKUON_WHIP_MEDIA", value_name = "ADDRESS")]
    media: Option<SocketAddr>,
    /// The addresses that WHIP clients are told to send media to
    #[arg(
        id = "whip_media_address",
        long = "whip-media-address",
        env = "ROKUON_WHIP_MEDIA_ADDRESS",
        value_name = "IP,…",
        value_delimiter = ','
    )]
    media_address: Option<Vec<IpAddr>>,
    /// The certificate for WHIP: a PEM file with its chain
    #[arg(
        id = "whip_certificate",
        long = "whip-certificate",
        env = "ROKUON_WHIP_CERTIFICATE",
        value_name = "FILE"
    )]
    certificate: Option<PathBuf>,
    /// Its private key, a PEM file
    #[arg(id = "whip_key", long = "whip-key", env = "ROKUON_WHIP_KEY", value_name = "FILE")]
    key: Option<PathBuf>,
    /// The endpoint as devices reach it, such as https://rokuon.example/whip
    #[arg(id = "whip_url", long = "whip-url", env = "ROKUON_WHIP_URL", value_name = "URL")]
    url: Option<String>,
    /// Whether loopback addresses are told to WHIP clients, for clients on this machine
    #[arg(id = "whip_loopback", long = "whip-loopback", env = "ROKUON_WHIP_LOOPBACK", value_name = "true|false", num_args = 0..=1, default_missing_value = "true")]
    loopback: Option<bool>,
}

impl WhipLayer {
    /// This layer's values where it has any, the lower one's where not.
    pub fn over(self, below: Self) -> Self {
        Self {
            listen: self.listen.or(below.listen),
            media: self.media.or(below.media),
            media_address: self.media_address.or(below.media_address),
            certificate: self.certificate.or(below.certificate),
            key: self.key.or(below.key),
            url: self.url.or(below.url),
            loopback: self.loopback.or(below.loopback),
        }
    }

    /// What a start goes by; nothing where WHIP is off.
    pub fn resolve(
        self,
        behind_tls: bool,
        trusted_proxies: &[IpAddr],
    ) -> Result<Option<WhipSettings>, Failure> {
        let Some(http) = self.listen.and_then(|addresses| addresses.0.first().copied()) else {
            return Ok(None);
        };
        let certificate = match (self.certificate, self.key) {
            (Some(chain), Some(key)) => Some(CertificateFiles { chain, key, client_ca: None }),
            (None, None) => None,
            _ => {
                return Err(Failure::setting(
                    "whip-certificate",
                    "whip-key と一緒に使ってください",
                    "and whip-key go together: give both",
                ));
            }
        };
        if !http.ip().is_loopback() && certificate.is_none() && !behind_tls {
            return Err(Failure::setting(
                "whip",
                "このマシンの外で待ち受けるには、証明書（whip-certificate）か、前に置いた TLS のプロキシ（behind_tls）が要ります",
                "listens beyond this machine without TLS: tokens would be read on the way. Give whip-certificate, or put a TLS proxy in front and set behind_tls",
            ));
        }
        let media = self.media.unwrap_or_else(|| SocketAddr::new(http.ip(), http.port().saturating_add(1)));
        let scheme = if certificate.is_some() { "https" } else { "http" };
        let url = self.url.map(|url| url.trim_end_matches('/').to_owned());
        let url = url.unwrap_or_else(|| format!("{scheme}://{http}/whip"));
        if !http.ip().is_loopback() && !url.starts_with("https://") {
            return Err(Failure::setting(
                "whip-url",
                "端末に知らせるアドレスは https:// で始めてください（トークンを平文で送らせないため）",
                "must begin with https://: devices are told to send their tokens there",
            ));
        }
        let config = WhipConfig {
            http,
            certificate,
            trusted_proxies: trusted_proxies.to_vec(),
            media,
            media_addresses: self.media_address.unwrap_or_default(),
            loopback: self.loopback.unwrap_or(false),
            max_sessions: MOST_SESSIONS,
        };
        Ok(Some(WhipSettings { config, url }))
    }
}

/// Where WHIP is spoken, and how devices reach it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhipSettings {
    /// What the worker goes by.
    pub config: WhipConfig,
    /// The endpoint as devices reach it.
    pub url: String,
}
