//! Certificates made for a test, and streams inside TLS to the worker.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rokuon_worker::sip::tls::CertificateFiles;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A certificate with its key.
pub struct Certified {
    pub der: CertificateDer<'static>,
    pub pem: String,
    key: KeyPair,
}

impl Certified {
    /// Signed by itself, for these names.
    pub fn by_itself(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let made = CertificateParams::new(vec![name.to_owned()]).unwrap().self_signed(&key).unwrap();
        Self { der: made.der().clone(), pem: made.pem(), key }
    }

    /// Writes what the worker is to read.
    pub fn write(&self, folder: &Path, authority: Option<&Authority>) -> CertificateFiles {
        let files = CertificateFiles {
            chain: folder.join("certificate.pem"),
            key: folder.join("key.pem"),
            client_ca: authority.map(|_| folder.join("ca.pem")),
        };
        std::fs::write(&files.chain, &self.pem).unwrap();
        std::fs::write(&files.key, self.key.serialize_pem()).unwrap();
        if let (Some(authority), Some(path)) = (authority, &files.client_ca) {
            std::fs::write(path, &authority.pem).unwrap();
        }
        files
    }
}

/// Who signs certificates of exchanges.
pub struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    pub fn certify(&self, name: &str) -> Certified {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let made = params.signed_by(&key, &self.issuer).unwrap();
        Certified { der: made.der().clone(), pem: made.pem(), key }
    }
}

/// Connects to the worker, trusting exactly its certificate and showing this one.
pub async fn connect(
    server: SocketAddr,
    trusted: &Certified,
    shown: Option<&Certified>,
) -> std::io::Result<(TlsStream<TcpStream>, SocketAddr)> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.der.clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = match shown {
        None => config.with_no_client_auth(),
        Some(shown) => {
            let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(shown.key.serialize_der()));
            config.with_client_auth_cert(vec![shown.der.clone()], key).unwrap()
        }
    };
    let stream = TcpStream::connect(server).await?;
    let local = stream.local_addr()?;
    let name = ServerName::try_from("recorder.example.jp").unwrap();
    Ok((TlsConnector::from(Arc::new(config)).connect(name, stream).await?, local))
}

/// Whether the worker has closed this stream.
pub async fn is_closed(stream: &mut TlsStream<TcpStream>) -> bool {
    let read = tokio::time::timeout(super::PATIENCE, stream.read_u8()).await;
    matches!(read, Ok(Err(_)))
}
