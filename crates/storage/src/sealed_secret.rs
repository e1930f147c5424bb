//! A small secret that has to be recovered (a registration password), sealed under the tenant's key.
//!
//! `RKS1`, length of the wrapped key (2, big-endian), wrapped key, nonce (12), AES-256-GCM ciphertext and tag (16). Each secret has a
//! data key of its own, wrapped in a context of tenant, connection and purpose: moved to another row it opens nothing. Everything
//! before the ciphertext is authenticated with it.

use std::fmt;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use zeroize::Zeroizing;

use crate::key_service::{DataKey, KeyContext, KeyError, KeyErrorKind, KeyService, WrappedKey, fill_random};

const MAGIC: &[u8; 4] = b"RKS1";
const NONCE: usize = 12;
const TAG: usize = 16;

/// The longest secret that is sealed, in octets.
pub const LONGEST: usize = 1_024;

/// A secret as it may be stored. Prints nothing of itself.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret(Vec<u8>);

impl SealedSecret {
    /// Seals a secret of at most [`LONGEST`] octets.
    ///
    /// # Errors
    /// What the key service says; [`KeyErrorKind::Refused`] for a secret that is too long.
    pub async fn seal(keys: &dyn KeyService, context: &KeyContext, secret: &[u8]) -> Result<Self, KeyError> {
        let refused = |why: &'static str| KeyError::new(KeyErrorKind::Refused, why);
        if secret.len() > LONGEST {
            return Err(refused("the secret is too long to be sealed"));
        }
        keys.ensure_tenant_key(&context.tenant).await?;
        let (key, wrapped) = keys.generate_data_key(context).await?;
        let wrapped = wrapped.as_bytes();
        let length = u16::try_from(wrapped.len()).map_err(|_| refused("the wrapped key is too long"))?;
        let mut nonce = [0; NONCE];
        fill_random(&mut nonce);
        let mut sealed = [MAGIC, &length.to_be_bytes()[..], wrapped, &nonce].concat();
        let body = cipher(&key)
            .encrypt(&Nonce::from(nonce), Payload { msg: secret, aad: &sealed })
            .map_err(|_| refused("the secret could not be sealed"))?;
        sealed.extend_from_slice(&body);
        Ok(Self(sealed))
    }

    /// The secret again, wiped when dropped.
    ///
    /// # Errors
    /// What the key service says; [`KeyErrorKind::Refused`] where it was altered or belongs elsewhere.
    pub async fn open(
        &self,
        keys: &dyn KeyService,
        context: &KeyContext,
    ) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let refused = || KeyError::new(KeyErrorKind::Refused, "no sealed secret of this subject");
        let rest = self.0.strip_prefix(MAGIC).ok_or_else(refused)?;
        let (length, rest) = rest.split_first_chunk::<2>().ok_or_else(refused)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (wrapped, rest) = rest.split_at_checked(length).ok_or_else(refused)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE>().ok_or_else(refused)?;
        if body.len() < TAG {
            return Err(refused());
        }
        let header = &self.0[..self.0.len() - body.len()];
        let key = keys.unwrap(context, &WrappedKey::from_bytes(wrapped.to_vec())).await?;
        let secret = cipher(&key)
            .decrypt(&Nonce::from(*nonce), Payload { msg: body, aad: header })
            .map_err(|_| refused())?;
        Ok(Zeroizing::new(secret))
    }

    /// A sealed secret as it was stored; whether it is one shows when it is opened.
    pub const fn from_bytes(octets: Vec<u8>) -> Self {
        Self(octets)
    }

    /// Its octets, to be stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedSecret({} octets)", self.0.len())
    }
}

fn cipher(key: &DataKey) -> Aes256Gcm {
    Aes256Gcm::new_from_slice(key.expose()).expect("32 octets")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::key_service_contract::{context, secret_context};
    use crate::memory_keys::MemoryKeys;

    #[tokio::test]
    async fn a_sealed_secret_opens_in_its_own_context_alone() {
        let keys = MemoryKeys::new();
        let ours = secret_context("aozora", 1);
        let sealed = SealedSecret::seal(&keys, &ours, b"open sesame").await.unwrap();
        assert_eq!(&**sealed.open(&keys, &ours).await.unwrap(), b"open sesame");
        assert!(!sealed.as_bytes().windows(11).any(|octets| octets == b"open sesame"));
        keys.ensure_tenant_key(&"midori".parse().unwrap()).await.unwrap();
        for other in [secret_context("aozora", 2), secret_context("midori", 1), context("aozora", 1)] {
            assert_eq!(sealed.open(&keys, &other).await.unwrap_err().kind, KeyErrorKind::Refused);
        }
    }

    #[tokio::test]
    async fn what_was_altered_or_cut_opens_nothing() {
        let keys = MemoryKeys::new();
        let ours = secret_context("aozora", 1);
        let sealed = SealedSecret::seal(&keys, &ours, b"").await.unwrap();
        assert!(sealed.open(&keys, &ours).await.unwrap().is_empty(), "an empty secret is one too");
        for place in 0..sealed.as_bytes().len() {
            let mut altered = sealed.as_bytes().to_vec();
            altered[place] ^= 1;
            let opened = SealedSecret::from_bytes(altered).open(&keys, &ours).await;
            assert!(opened.is_err(), "altered at {place} and still opened");
            let cut = SealedSecret::from_bytes(sealed.as_bytes()[..place].to_vec());
            assert!(cut.open(&keys, &ours).await.is_err(), "cut to {place} octets and still opened");
        }
    }

    #[tokio::test]
    async fn a_secret_that_is_too_long_is_refused_and_nothing_is_printed() {
        let keys = MemoryKeys::new();
        let ours = secret_context("aozora", 1);
        let error = SealedSecret::seal(&keys, &ours, &[0; LONGEST + 1]).await.unwrap_err();
        assert_eq!(error.kind, KeyErrorKind::Refused);
        let sealed = SealedSecret::seal(&keys, &ours, &[b'x'; LONGEST]).await.unwrap();
        assert!(format!("{sealed:?}").starts_with("SealedSecret("));
    }
}
