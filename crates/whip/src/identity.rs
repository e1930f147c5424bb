//! The certificate we show in DTLS: one for all sessions of a process, self-signed, proved by its fingerprint in the answer.

use std::sync::Arc;

use rtc_crypto::{RTCCryptoProvider, default_provider};
use rtc_dtls::crypto::Certificate;
use sha2::{Digest as _, Sha256};

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
#[error("no certificate for media connections can be made: {0}")]
pub struct IdentityError(String);

/// Our certificate and the cryptography everything here is done with.
#[derive(Clone)]
pub struct Identity {
    pub(crate) certificate: Certificate,
    pub(crate) provider: Arc<dyn RTCCryptoProvider>,
    fingerprint: String,
}

impl Identity {
    /// Makes a new key (ECDSA P-256) and its certificate.
    ///
    /// # Errors
    /// [`IdentityError`] when the system has no randomness.
    pub fn new() -> Result<Self, IdentityError> {
        let provider = default_provider().map_err(|error| IdentityError(error.to_string()))?;
        let certificate = Certificate::generate_self_signed(vec!["rokuon".to_owned()], provider.crypto())
            .map_err(|error| IdentityError(error.to_string()))?;
        let octets = certificate.certificate.first().map(|first| first.as_ref().to_vec()).unwrap_or_default();
        let digest = Sha256::digest(&octets);
        let fingerprint = digest.iter().map(|octet| format!("{octet:02X}")).collect::<Vec<_>>().join(":");
        Ok(Self { certificate, provider, fingerprint })
    }

    /// The value of `a=fingerprint:sha-256`.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}
