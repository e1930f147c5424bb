//! The key service over AWS KMS: data keys made and opened under the tenant's own key, with an encryption context.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{DataKeySpec, KeyState, Tag};
use rokuon_policy::ids::TenantId;
use rokuon_storage::key_service::{
    DataKey, KeyContext, KeyError, KeyErrorKind, KeyService, KeySubject, WrappedKey,
};

use crate::data_key::data_key;
use crate::failure::{code_of, of_keys};
use crate::tenant_keys::TenantKeys;

/// How long we believe that an alias points where it pointed.
const ALIAS_LIFETIME: Duration = Duration::from_secs(300);

/// Tenant keys in AWS KMS.
pub struct KmsKeys {
    client: Client,
    tenant_keys: Arc<TenantKeys>,
    /// Whether a key may be made for a tenant that has none.
    makes_keys: bool,
    /// What each tenant's alias was seen to point at, and when.
    seen: Mutex<HashMap<TenantId, (String, Instant)>>,
}

impl KmsKeys {
    /// Keys as `tenant_keys` names them. With `makes_keys` one is made for a tenant that brought none and has none.
    pub fn new(client: Client, tenant_keys: Arc<TenantKeys>, makes_keys: bool) -> Self {
        Self { client, tenant_keys, makes_keys, seen: Mutex::default() }
    }

    /// Whether `arn` may open what is this tenant's: the wrapped form says which key wrapped it, but it lies in a store, and
    /// only what we know of the tenant decides.
    async fn may_open(&self, tenant: &TenantId, arn: &str) -> Result<bool, KeyError> {
        if self.tenant_keys.is_brought(tenant) {
            return Ok(self.tenant_keys.names(tenant, arn));
        }
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(tenant).cloned();
        if let Some((known, at)) = seen
            && at.elapsed() < ALIAS_LIFETIME
            && known == arn
        {
            return Ok(true);
        }
        Ok(self.arn_of(tenant).await? == arn)
    }

    /// What the tenant's alias points at, asked now.
    async fn arn_of(&self, tenant: &TenantId) -> Result<String, KeyError> {
        let alias = self.tenant_keys.alias(tenant);
        let described = self.client.describe_key().key_id(alias).send().await.map_err(of_keys)?;
        let about = described.key_metadata.and_then(|about| about.arn);
        let arn =
            about.ok_or_else(|| KeyError::new(KeyErrorKind::Unavailable, "the key service named no key"))?;
        self.note(tenant, &arn);
        Ok(arn)
    }

    fn note(&self, tenant: &TenantId, arn: &str) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.insert(tenant.clone(), (arn.to_owned(), Instant::now()));
    }

    fn is_to_be_made(&self, tenant: &TenantId, code: &str) -> bool {
        code == "NotFoundException" && self.makes_keys && !self.tenant_keys.is_brought(tenant)
    }

    async fn make(&self, tenant: &TenantId) -> Result<(), KeyError> {
        let refused = |error| KeyError::new(KeyErrorKind::Refused, error);
        let tag =
            Tag::builder().tag_key("rokuon-tenant").tag_value(tenant.as_str()).build().map_err(refused)?;
        let made = self.client.create_key().description(format!("Rokuon: {tenant}")).tags(tag).send().await;
        let id = made.map_err(of_keys)?.key_metadata.map(|about| about.key_id).unwrap_or_default();
        let alias = self.tenant_keys.alias(tenant);
        match self.client.create_alias().alias_name(alias).target_key_id(&id).send().await {
            Ok(_) => Ok(()),
            Err(error) => {
                // Another process was faster, or we may not: the key just made would belong to nobody.
                let unused = self.client.schedule_key_deletion().key_id(&id).pending_window_in_days(7);
                if let Err(error) = unused.send().await {
                    tracing::warn!(error = %of_keys(error), key = %id, "a key that nobody uses stays behind");
                }
                if code_of(&error).1 == "AlreadyExistsException" { Ok(()) } else { Err(of_keys(error)) }
            }
        }
    }
}

/// The encryption context of a data key. Its words are part of what is encrypted: never changed.
fn words_of(context: &KeyContext) -> HashMap<String, String> {
    let (purpose, what, id) = match context.subject {
        KeySubject::Recording(recording) => ("recording", "recording", recording.to_string()),
        KeySubject::WrappingKey(id) => ("wrapping", "wrapping_key", id.to_string()),
        KeySubject::ConnectionSecret { connection, purpose } => {
            (purpose.as_str(), "connection", connection.to_string())
        }
    };
    let words = [("tenant", context.tenant.to_string()), ("purpose", purpose.to_owned()), (what, id)];
    words.into_iter().map(|(word, value)| (word.to_owned(), value)).collect()
}

/// The wrapped form: 1, the length of the key's ARN (2 octets, big-endian), the ARN, what KMS gave.
const FORMAT: u8 = 1;

fn pack(arn: &str, blob: &[u8]) -> Result<WrappedKey, KeyError> {
    let len = u16::try_from(arn.len()).map_err(|error| KeyError::new(KeyErrorKind::Refused, error))?;
    let mut octets = vec![FORMAT];
    octets.extend_from_slice(&len.to_be_bytes());
    octets.extend_from_slice(arn.as_bytes());
    octets.extend_from_slice(blob);
    if octets.len() > WrappedKey::MAX_LEN {
        return Err(KeyError::new(KeyErrorKind::Refused, "the wrapped key is too long to carry"));
    }
    Ok(WrappedKey::from_bytes(octets))
}

fn unpack(wrapped: &WrappedKey) -> Option<(&str, &[u8])> {
    let (head, rest) = wrapped.as_bytes().split_first_chunk::<3>()?;
    let (arn, blob) = rest.split_at_checked(usize::from(u16::from_be_bytes([head[1], head[2]])))?;
    let arn = std::str::from_utf8(arn).ok()?;
    (head[0] == FORMAT && !blob.is_empty()).then_some((arn, blob))
}

#[async_trait]
impl KeyService for KmsKeys {
    async fn ensure_tenant_key(&self, tenant: &TenantId) -> Result<(), KeyError> {
        let key = self.tenant_keys.key(tenant);
        match self.client.describe_key().key_id(&key).send().await {
            Ok(described) => {
                let state = described.key_metadata.and_then(|about| about.key_state);
                if state == Some(KeyState::Enabled) {
                    return Ok(());
                }
                let state = state.map_or("unknown".to_owned(), |state| state.as_str().to_owned());
                Err(KeyError::new(KeyErrorKind::KeyGone, format!("the key {key} is in state {state}")))
            }
            Err(error) => {
                if self.is_to_be_made(tenant, code_of(&error).1) {
                    return self.make(tenant).await;
                }
                Err(of_keys(error))
            }
        }
    }

    async fn generate_data_key(&self, context: &KeyContext) -> Result<(DataKey, WrappedKey), KeyError> {
        let request = self.client.generate_data_key().key_id(self.tenant_keys.key(&context.tenant));
        let request = request.set_encryption_context(Some(words_of(context))).key_spec(DataKeySpec::Aes256);
        let made = match request.clone().send().await {
            // A tenant's first recording, where we make the keys.
            Err(error) if self.is_to_be_made(&context.tenant, code_of(&error).1) => {
                self.make(&context.tenant).await?;
                request.send().await
            }
            made => made,
        };
        let made = made.map_err(of_keys)?;
        let arn = made.key_id.unwrap_or_default();
        let blob = made.ciphertext_blob.map(Blob::into_inner).unwrap_or_default();
        let key = data_key(made.plaintext)?;
        if !self.tenant_keys.is_brought(&context.tenant) {
            self.note(&context.tenant, &arn);
        }
        Ok((key, pack(&arn, &blob)?))
    }

    async fn unwrap(&self, context: &KeyContext, wrapped: &WrappedKey) -> Result<DataKey, KeyError> {
        let refused = |why: &'static str| KeyError::new(KeyErrorKind::Refused, why);
        let (arn, blob) = unpack(wrapped).ok_or_else(|| refused("not a key that KMS wrapped for us"))?;
        if !self.may_open(&context.tenant, arn).await? {
            return Err(refused("wrapped by no key of this tenant"));
        }
        let request = self.client.decrypt().key_id(arn).ciphertext_blob(Blob::new(blob));
        let opened = request.set_encryption_context(Some(words_of(context))).send().await.map_err(of_keys)?;
        if opened.key_id.as_deref() != Some(arn) {
            return Err(refused("the key service opened it with another key than was named"));
        }
        data_key(opened.plaintext)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_out_and_nothing_else_does() {
        let wrapped = pack("arn:aws:kms:a:1:key/x", b"blob").expect("packed");
        assert_eq!(unpack(&wrapped), Some(("arn:aws:kms:a:1:key/x", &b"blob"[..])));
        let octets = wrapped.as_bytes();
        for cut in 0..octets.len() - 3 {
            assert_eq!(unpack(&WrappedKey::from_bytes(octets[..cut].to_vec())), None, "cut to {cut}");
        }
        assert!(pack(&"a".repeat(70_000), b"x").is_err() && pack("a", &[0; 7_000]).is_err());
    }
}
