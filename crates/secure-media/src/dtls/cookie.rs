//! Cookies of the hello exchange: made from the hello itself, so that a forged one leaves nothing behind (RFC 6347 §4.2.1).

use std::sync::{Arc, Mutex, PoisonError};

use hmac::{Hmac, KeyInit as _, Mac as _};
use rtc_dtls::crypto_provider::{CryptoError, RTCCrypto, RTCCryptoProvider, RTCRandom};
use sha1::Sha1;

use crate::dtls::client_hello::ClientHello;

/// As long as HMAC-SHA1 makes it, and as the handshake behind it draws it.
pub(crate) type Cookie = [u8; 20];

/// Makes cookies nobody else can make.
pub(crate) struct CookieMaker(Hmac<Sha1>);

impl CookieMaker {
    /// With a secret of the endpoint's own.
    pub(crate) fn new(random: &dyn RTCRandom) -> Result<Self, CryptoError> {
        let mut secret = [0; 32];
        random.fill(&mut secret)?;
        Ok(Self(Hmac::new_from_slice(&secret).expect("HMAC takes a key of any length")))
    }

    fn over(&self, hello: &ClientHello<'_>) -> Hmac<Sha1> {
        let mut hash = self.0.clone();
        hello.vouched().into_iter().for_each(|part| hash.update(part));
        hash
    }

    pub(crate) fn make(&self, hello: &ClientHello<'_>) -> Cookie {
        self.over(hello).finalize().into_bytes().into()
    }

    pub(crate) fn is_ours(&self, hello: &ClientHello<'_>) -> bool {
        self.over(hello).verify_slice(hello.cookie()).is_ok()
    }
}

/// Gives the handshake the cookie that its client has already shown where it would draw one, and randomness everywhere else:
/// the exchange itself is over before the handshake begins.
pub(crate) struct CookieProvider {
    inner: Arc<dyn RTCCryptoProvider>,
    shown: Mutex<Option<Cookie>>,
}

impl CookieProvider {
    pub(crate) fn new(inner: Arc<dyn RTCCryptoProvider>, shown: Cookie) -> Self {
        Self { inner, shown: Mutex::new(Some(shown)) }
    }
}

impl RTCCryptoProvider for CookieProvider {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn crypto(&self) -> &dyn RTCCrypto {
        self.inner.crypto()
    }

    fn random(&self) -> &dyn RTCRandom {
        self
    }
}

impl RTCRandom for CookieProvider {
    fn fill(&self, output: &mut [u8]) -> Result<(), CryptoError> {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        match *shown {
            // the cookie is the only thing of this length that is drawn, and it is drawn first
            Some(cookie) if output.len() == cookie.len() => {
                output.copy_from_slice(&cookie);
                *shown = None;
                Ok(())
            }
            _ => self.inner.random().fill(output),
        }
    }
}
