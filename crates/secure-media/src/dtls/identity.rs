//! The certificate we show in DTLS handshakes: self-signed, known to peers by its fingerprint in our SDP.

use std::sync::Arc;

use rtc_dtls::crypto::Certificate;
use rtc_dtls::crypto_provider::{RTCCryptoProvider, default_provider};

use crate::dtls::fingerprint::Fingerprint;

/// Why there is no certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no DTLS certificate: {0}")]
pub struct NoIdentity(String);

/// A key pair with its certificate. One serves every call of a process; it is made at the start and never stored.
#[derive(Clone)]
pub struct DtlsIdentity {
    pub(crate) certificate: Certificate,
    /// Ciphers, and the randomness that handshakes take: the one place where this crate is handed any.
    pub(crate) provider: Arc<dyn RTCCryptoProvider>,
    fingerprint: Fingerprint,
}

impl std::fmt::Debug for DtlsIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DtlsIdentity").field("fingerprint", &self.fingerprint).finish_non_exhaustive()
    }
}

impl DtlsIdentity {
    /// A fresh one on P-256, which every peer speaks. Draws on the system's randomness; take it once, on the top floor.
    ///
    /// # Errors
    /// The system has no randomness to give.
    pub fn generate() -> Result<Self, NoIdentity> {
        let provider = default_provider().map_err(|error| NoIdentity(error.to_string()))?;
        let certificate =
            Certificate::generate_self_signed(vec!["recorder.invalid".to_owned()], provider.crypto())
                .map_err(|error| NoIdentity(error.to_string()))?;
        Self::of(certificate, provider)
    }

    /// From a key (`PRIVATE_KEY`, PKCS#8) and a certificate in PEM, such as an RSA one.
    ///
    /// # Errors
    /// They cannot be read, or do not belong together.
    pub fn from_pem(pem: &str) -> Result<Self, NoIdentity> {
        let provider = default_provider().map_err(|error| NoIdentity(error.to_string()))?;
        let certificate =
            Certificate::from_pem(pem, provider.crypto()).map_err(|error| NoIdentity(error.to_string()))?;
        Self::of(certificate, provider)
    }

    fn of(certificate: Certificate, provider: Arc<dyn RTCCryptoProvider>) -> Result<Self, NoIdentity> {
        let der = certificate.certificate.first().ok_or_else(|| NoIdentity("no certificate".into()))?;
        let fingerprint = Fingerprint::of(der);
        Ok(Self { certificate, provider, fingerprint })
    }

    /// For `a=fingerprint` of our SDP.
    pub const fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }
}
