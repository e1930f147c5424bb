//! The port to where the tenants' keys live: makes the data key of a recording or a secret and unwraps it again.

use std::error::Error as StdError;
use std::fmt;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rokuon_policy::ids::{ConnectionId, RecordingId, TenantId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The 256-bit key of one recording or one secret. Never written anywhere; wiped when dropped; never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct DataKey([u8; 32]);

impl DataKey {
    /// A key from its octets, which must be uniformly random.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A fresh key from the operating system's generator.
    pub fn generate() -> Self {
        let mut key = Self([0; 32]);
        fill_random(&mut key.0);
        key
    }

    /// The octets of the key: only for a cipher or a wrapping.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(REDACTED)")
    }
}

/// A data key as its tenant's key wrapped it: safe to store, useless without the key service. Serialises as base64.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct WrappedKey(Vec<u8>);

impl WrappedKey {
    /// The longest wrapped key we carry, in octets (AWS KMS answers up to 6,144).
    pub const MAX_LEN: usize = 6_144;

    /// A wrapped key from its octets.
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Its octets.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WrappedKey({} octets)", self.0.len())
    }
}

impl Serialize for WrappedKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for WrappedKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Self).map_err(serde::de::Error::custom)
    }
}

/// The encryption context: what a data key belongs to. Unwrapping with another one fails.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyContext {
    /// Whose key wraps.
    pub tenant: TenantId,
    /// The one thing it opens.
    pub subject: KeySubject,
}

impl KeyContext {
    /// The context of a recording's data key.
    pub const fn recording(tenant: TenantId, recording: RecordingId) -> Self {
        Self { tenant, subject: KeySubject::Recording(recording) }
    }

    /// The context of a small secret of a connection.
    pub const fn connection_secret(
        tenant: TenantId,
        connection: ConnectionId,
        purpose: SecretPurpose,
    ) -> Self {
        Self { tenant, subject: KeySubject::ConnectionSecret { connection, purpose } }
    }
}

/// What a data key opens. Two subjects never share a context, whatever their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeySubject {
    /// A recording.
    Recording(RecordingId),
    /// A key that a worker holds for an hour and wraps recordings' keys under, see [`crate::hourly_keys`].
    WrappingKey(Uuid),
    /// A secret of a connection that has to be recovered, see [`crate::sealed_secret`].
    ConnectionSecret {
        /// Whose secret.
        connection: ConnectionId,
        /// What it serves for.
        purpose: SecretPurpose,
    },
}

/// What a recoverable secret serves for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecretPurpose {
    /// The password with which we register at a cloud PBX or trunk.
    RegistrationPassword,
}

impl SecretPurpose {
    /// Its spelling in encryption contexts; never changed once used.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RegistrationPassword => "registration_password",
        }
    }
}

/// Where the tenants' keys live. A tenant's key never leaves it.
#[async_trait]
pub trait KeyService: Send + Sync {
    /// Makes sure the tenant has a key; may be run again.
    async fn ensure_tenant_key(&self, tenant: &TenantId) -> Result<(), KeyError>;

    /// A fresh data key, in the clear and wrapped under the tenant's current key.
    async fn generate_data_key(&self, context: &KeyContext) -> Result<(DataKey, WrappedKey), KeyError>;

    /// The data key again; refused unless the context is the one it was made for.
    async fn unwrap(&self, context: &KeyContext, wrapped: &WrappedKey) -> Result<DataKey, KeyError>;
}

/// What kind of refusal or failure a key service met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyErrorKind {
    /// It cannot be reached or is throttling; worth trying again.
    Unavailable,
    /// The tenant's key is gone, disabled or waiting for its erasure: the tenant is dark.
    KeyGone,
    /// The wrapped key was altered or belongs to another tenant, recording or secret.
    Refused,
}

/// A failure of the key service: its kind, and the cause beneath it.
#[derive(Debug, thiserror::Error)]
#[error("key service: {kind:?}: {source}")]
pub struct KeyError {
    /// What the caller decides by.
    pub kind: KeyErrorKind,
    /// What happened beneath; never contains key material.
    #[source]
    pub source: Box<dyn StdError + Send + Sync>,
}

impl KeyError {
    /// A failure with its cause.
    pub fn new(kind: KeyErrorKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind, source: source.into() }
    }

    /// Whether the same request may succeed later.
    pub const fn retryable(&self) -> bool {
        matches!(self.kind, KeyErrorKind::Unavailable)
    }
}

/// Fills `octets` from the operating system's generator. There is no safe way on when it fails.
pub(crate) fn fill_random(octets: &mut [u8]) {
    getrandom::fill(octets).expect("the operating system gives random octets");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_form_prints_what_it_holds() {
        let key = DataKey::from_bytes([0xAB; 32]);
        assert_eq!(format!("{key:?}"), "DataKey(REDACTED)");
        assert_eq!(format!("{:?}", WrappedKey::from_bytes(vec![0xAB; 5])), "WrappedKey(5 octets)");
    }

    #[test]
    fn a_wrapped_key_survives_json() {
        let wrapped = WrappedKey::from_bytes((0..=255).collect());
        let text = serde_json::to_string(&wrapped).expect("json");
        assert_eq!(serde_json::from_str::<WrappedKey>(&text).expect("back"), wrapped);
    }
}
