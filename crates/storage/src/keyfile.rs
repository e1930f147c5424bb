//! The key service of one machine: a file of tenant keys that only its owner can read.
//!
//! The file is JSON: per tenant a list of 256-bit keys, the last being the current one. It is rewritten atomically (temporary
//! file, sync, rename, sync of the directory) under a lock file, so that several processes can share it. A data key is wrapped
//! by AES-256-GCM; tenant, recording and the wrapping key's id are authenticated with it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use rokuon_policy::ids::TenantId;
use zeroize::Zeroizing;

use crate::key_service::{DataKey, KeyContext, KeyError, KeyErrorKind, KeyService, WrappedKey, fill_random};

mod file;
pub mod wrapping;

/// Tenant keys in a file.
pub struct KeyFile {
    path: PathBuf,
    /// What the file held when it was last read; another process may have added keys since.
    known: Mutex<TenantKeys>,
}

type TenantKeys = BTreeMap<TenantId, Vec<TenantKey>>;

/// One version of a tenant's key.
#[derive(Clone)]
struct TenantKey {
    id: [u8; 16],
    key: Zeroizing<[u8; 32]>,
}

impl TenantKey {
    fn generate() -> Self {
        let mut fresh = Self { id: [0; 16], key: Zeroizing::new([0; 32]) };
        fill_random(&mut fresh.id);
        fill_random(&mut *fresh.key);
        fresh
    }
}

impl KeyFile {
    /// Opens the key file, or makes an empty one with mode 0600. Refuses one that others can read, in one clear line.
    pub fn open(path: &Path) -> Result<Self, KeyError> {
        let known = file::change(path, |_| false)?;
        Ok(Self { path: path.to_owned(), known: Mutex::new(known) })
    }

    /// The tenant's keys, newest last, made now if there are none. Blocking.
    fn keys_of(&self, tenant: &TenantId, make: bool) -> Result<Vec<TenantKey>, KeyError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.contains_key(tenant) {
            *known = file::change(&self.path, |keys| {
                let missing = make && !keys.contains_key(tenant);
                if missing {
                    keys.insert(tenant.clone(), vec![TenantKey::generate()]);
                }
                missing
            })?;
        }
        match known.get(tenant) {
            Some(keys) => Ok(keys.clone()),
            None => Err(KeyError::new(
                KeyErrorKind::KeyGone,
                format!("the key file has no key of tenant {tenant}"),
            )),
        }
    }

    /// Reads the file again: another process may have added a key.
    fn reread(&self) -> Result<(), KeyError> {
        let fresh = file::change(&self.path, |_| false)?;
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    fn unwrap_now(&self, context: &KeyContext, wrapped: &WrappedKey) -> Result<DataKey, KeyError> {
        let refused = |why: &'static str| KeyError::new(KeyErrorKind::Refused, why);
        let id = wrapping::key_id(wrapped).ok_or_else(|| refused("not a wrapped key of a key file"))?;
        let find = |keys: Vec<TenantKey>| keys.into_iter().find(|key| key.id == id);
        let mut key = find(self.keys_of(&context.tenant, false)?);
        if key.is_none() {
            self.reread()?;
            key = find(self.keys_of(&context.tenant, false)?);
        }
        let key = key.ok_or_else(|| refused("wrapped by no key of this tenant"))?;
        wrapping::unwrap(&key.key, context, wrapped)
            .ok_or_else(|| refused("altered, or made for another recording"))
    }
}

#[async_trait]
impl KeyService for KeyFile {
    async fn ensure_tenant_key(&self, tenant: &TenantId) -> Result<(), KeyError> {
        self.keys_of(tenant, true).map(drop)
    }

    async fn generate_data_key(&self, context: &KeyContext) -> Result<(DataKey, WrappedKey), KeyError> {
        let keys = self.keys_of(&context.tenant, true)?;
        let current = keys
            .last()
            .ok_or_else(|| KeyError::new(KeyErrorKind::KeyGone, "the tenant's key was removed"))?;
        let key = DataKey::generate();
        let wrapped = wrapping::wrap(&current.key, &current.id, context, &key);
        Ok((key, wrapped))
    }

    async fn unwrap(&self, context: &KeyContext, wrapped: &WrappedKey) -> Result<DataKey, KeyError> {
        self.unwrap_now(context, wrapped)
    }
}

#[cfg(test)]
mod tests;
