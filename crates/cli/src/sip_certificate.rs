//! The certificate for SIP over TLS: one's own, or one that is made and signed by itself in the data directory.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use rokuon_worker::sip::tls::CertificateFiles;
use sha2::{Digest, Sha256};

use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::settings::{OwnCertificate, Settings};

/// The certificate to use, made if there is none yet; `None` where TLS is off.
pub fn sip_certificate(settings: &Settings, data_dir: &DataDir) -> Result<Option<CertificateFiles>, Failure> {
    if settings.sip_tls.0.is_empty() {
        return Ok(None);
    }
    let client_ca = settings.sip_tls_client_ca.clone();
    if let Some(OwnCertificate { chain, key }) = settings.sip_certificate.clone() {
        return Ok(Some(CertificateFiles { chain, key, client_ca }));
    }
    let folder = data_dir.join("sip-tls");
    let files =
        CertificateFiles { chain: folder.join("certificate.pem"), key: folder.join("key.pem"), client_ca };
    if !(files.chain.is_file() && files.key.is_file()) {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .map_err(|error| Failure::file(&folder, &error))?;
        make(settings, &files)?;
    }
    Ok(Some(files))
}

/// Signed by itself: good for encryption, and for an exchange that was told to trust exactly this one.
fn make(settings: &Settings, files: &CertificateFiles) -> Result<(), Failure> {
    let shown = settings.sip_tls.0.iter().map(|address| match address.ip().is_unspecified() {
        true => settings.media_address.for_peer(address.ip()),
        false => address.ip(),
    });
    let mut names: Vec<String> = shown.map(|ip| ip.to_string()).collect();
    names.sort();
    names.dedup();
    names.push("localhost".to_owned());
    let made = rcgen::generate_simple_self_signed(names).map_err(|error| {
        Failure::new(
            format!("SIP の証明書を作れません（{error}）。"),
            format!("cannot make a certificate for SIP: {error}"),
        )
    })?;
    // The key first: a certificate without its key would not be made anew at the next start.
    write(&files.key, &made.signing_key.serialize_pem(), 0o600)?;
    write(&files.chain, &made.cert.pem(), 0o644)?;
    let sha256 = Sha256::digest(made.cert.der());
    let fingerprint: Vec<String> = sha256.iter().map(|octet| format!("{octet:02X}")).collect();
    tracing::warn!(
        certificate = %files.chain.display(),
        sha256 = %fingerprint.join(":"),
        "no certificate was given for SIP over TLS: one was made and signed by itself; exchanges must be told to trust it"
    );
    Ok(())
}

fn write(path: &Path, text: &str, mode: u32) -> Result<(), Failure> {
    let file = OpenOptions::new().create(true).truncate(true).write(true).mode(mode).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(|error| Failure::file(path, &error))
}
