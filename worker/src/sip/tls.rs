//! TLS on the SIP port: our certificate from files that may change under us, and the certificate a peer shows.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    ClientConfig, DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig, SignatureScheme,
};
use sha2::{Digest, Sha256};

/// How often the files are looked at.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Where our certificate lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    /// PEM: our certificate, then those between it and the root.
    pub chain: PathBuf,
    /// PEM: its private key.
    pub key: PathBuf,
    /// PEM: authorities whose client certificates vouch for an exchange; none asks for none.
    pub client_ca: Option<PathBuf>,
}

/// Why TLS cannot be spoken.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or holds no PEM of the kind it should.
    #[error("{path}: {reason}", path = .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Certificate and key do not make a pair, or cannot be used.
    #[error("the certificate cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
}

/// The certificate a peer proved to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerCertificate {
    /// SHA-256 over its DER form, as connections pin it.
    pub sha256: [u8; 32],
    /// Whether one of our client authorities vouches for it.
    pub vouched: bool,
}

/// What a handshake is made with; swapped when the files change.
pub struct TlsServer {
    files: CertificateFiles,
    current: ArcSwap<Loaded>,
}

struct Loaded {
    config: Arc<ServerConfig>,
    authorities: Option<Arc<dyn ClientCertVerifier>>,
    seen: Vec<Option<SystemTime>>,
}

impl TlsServer {
    /// Reads the files.
    pub fn load(files: CertificateFiles) -> Result<Self, TlsError> {
        let current = ArcSwap::from_pointee(load(&files)?);
        Ok(Self { files, current })
    }

    /// The configuration for the next handshake.
    pub fn config(&self) -> Arc<ServerConfig> {
        self.current.load().config.clone()
    }

    /// Whether only those are heard whom an authority vouches for, or whom a connection names by their certificate.
    pub fn demands_certificates(&self) -> bool {
        self.files.client_ca.is_some()
    }

    /// What a peer's chain is worth; `None` where it showed none.
    pub fn judge(&self, chain: Option<&[CertificateDer<'_>]>) -> Option<PeerCertificate> {
        let (end_entity, between) = chain?.split_first()?;
        let loaded = self.current.load();
        let vouched = loaded
            .authorities
            .as_ref()
            .is_some_and(|ca| ca.verify_client_cert(end_entity, between, UnixTime::now()).is_ok());
        Some(PeerCertificate { sha256: Sha256::digest(end_entity).into(), vouched })
    }

    /// Takes new files up as they come; bad ones are complained of and change nothing.
    pub async fn follow_files(&self) {
        loop {
            tokio::time::sleep(LOOK_AGAIN).await;
            self.look_again();
        }
    }

    /// Looks once; whether a new certificate was taken up.
    pub fn look_again(&self) -> bool {
        if times(&self.files) == self.current.load().seen {
            return false;
        }
        match load(&self.files) {
            Ok(loaded) => {
                tracing::info!("a new certificate is used for SIP over TLS");
                self.current.store(Arc::new(loaded));
                true
            }
            Err(error) => {
                metrics::counter!("rokuon_sip_certificate_failures_total").increment(1);
                tracing::error!(%error, "the new certificate for SIP cannot be used; the old one stands");
                false
            }
        }
    }
}

fn times(files: &CertificateFiles) -> Vec<Option<SystemTime>> {
    let all = [Some(&files.chain), Some(&files.key), files.client_ca.as_ref()];
    all.into_iter()
        .flatten()
        .map(|path| std::fs::metadata(path).and_then(|file| file.modified()).ok())
        .collect()
}

fn load(files: &CertificateFiles) -> Result<Loaded, TlsError> {
    // Before reading: a change in between is seen as one.
    let seen = times(files);
    let provider = Arc::new(ring::default_provider());
    let chain = certificates(&files.chain)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| unreadable(&files.key, &error))?;
    let authorities = match &files.client_ca {
        Some(path) => Some(authorities(path, &provider)?),
        None => None,
    };
    let asks = AnyClient { algorithms: provider.signature_verification_algorithms };
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(Arc::new(asks))
        .with_single_cert(chain, key)?;
    Ok(Loaded { config: Arc::new(config), authorities, seen })
}

fn authorities(path: &Path, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let mut roots = RootCertStore::empty();
    for root in certificates(path)? {
        roots.add(root)?;
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .map_err(|error| unreadable(path, &error))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let read = read.map_err(|error| unreadable(path, &error))?;
    if read.is_empty() {
        return Err(unreadable(path, &"no certificate in it"));
    }
    Ok(read)
}

fn unreadable(path: &Path, reason: &dyn std::fmt::Display) -> TlsError {
    TlsError::File { path: path.to_owned(), reason: reason.to_string() }
}

/// Trust for TLS that we dial out: the system's authorities, and those of this file.
pub fn client_config(extra: Option<&Path>) -> Result<Arc<ClientConfig>, TlsError> {
    let mut roots = RootCertStore::empty();
    let (_, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for root in extra.map(certificates).transpose()?.unwrap_or_default() {
        roots.add(root)?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Asks every peer for a certificate, wants proof that it holds the key, and leaves to the connection what it is worth:
/// exchanges show self-signed certificates that a tenant pins, or those of an authority, or none.
#[derive(Debug)]
struct AnyClient {
    algorithms: WebPkiSupportedAlgorithms,
}

impl ClientCertVerifier for AnyClient {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        // A hint would keep those from showing theirs whose authority we do not name.
        &[]
    }

    fn verify_client_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, cert, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, cert, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
