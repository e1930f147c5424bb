//! One call of the key service an hour and tenant instead of one a recording.
//!
//! A worker holds a *wrapping key* of each tenant in memory for at most an hour and wraps the recordings' data keys under it
//! itself. Every wrapped key carries the wrapped wrapping key along, so that opening one recording needs nothing but its own object
//! and one call of the key service. What this costs in safety stands in ARCHITECTURE.md; it is off unless asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use rokuon_policy::ids::TenantId;
use uuid::Uuid;

use crate::key_service::{DataKey, KeyContext, KeyError, KeyErrorKind, KeyService, KeySubject, WrappedKey};
use crate::keyfile::wrapping;

/// The longest a wrapping key is used.
const LIFETIME: Duration = Duration::from_secs(3_600);
/// From then on another is fetched, if that succeeds: an outage of the key service finds half an hour left at least.
const RENEWAL: Duration = Duration::from_secs(1_800);
/// What our wrapped form begins with.
const MAGIC: &[u8; 4] = b"RKH1";

/// A wrapping key in memory.
#[derive(Clone)]
struct Held {
    id: Uuid,
    key: DataKey,
    wrapped: WrappedKey,
    since: Instant,
}

/// A key service over another, with wrapping keys held for an hour.
pub struct HourlyKeys {
    inner: Arc<dyn KeyService>,
    wraps: bool,
    held: Mutex<HashMap<TenantId, Held>>,
}

impl HourlyKeys {
    /// Over `inner`, with none held yet.
    pub fn new(inner: Arc<dyn KeyService>) -> Self {
        Self { inner, wraps: true, held: Mutex::default() }
    }

    /// Over `inner`, only opening what was once wrapped so.
    pub fn opening_only(inner: Arc<dyn KeyService>) -> Self {
        Self { wraps: false, ..Self::new(inner) }
    }

    fn held(&self) -> MutexGuard<'_, HashMap<TenantId, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn wrapping_key(&self, tenant: &TenantId) -> Result<Held, KeyError> {
        let known = {
            let mut all = self.held();
            all.retain(|_, held| held.since.elapsed() < LIFETIME);
            all.get(tenant).cloned()
        };
        if let Some(held) = known.as_ref().filter(|held| held.since.elapsed() < RENEWAL) {
            return Ok(held.clone());
        }
        let id = Uuid::now_v7();
        let context = KeyContext { tenant: tenant.clone(), subject: KeySubject::WrappingKey(id) };
        match (self.inner.generate_data_key(&context).await, known) {
            (Ok((key, wrapped)), _) => {
                let held = Held { id, key, wrapped, since: Instant::now() };
                self.held().insert(tenant.clone(), held.clone());
                Ok(held)
            }
            // Only while the key service is away: one that refuses has its reason.
            (Err(error), Some(held)) if error.retryable() => Ok(held),
            (Err(error), _) => {
                self.held().remove(tenant);
                Err(error)
            }
        }
    }
}

/// `RKH1`, the wrapping key's id (16), the length of the wrapped wrapping key (2, big-endian), that, the wrapped data key.
fn pack(held: &Held, data_key: &WrappedKey) -> Result<WrappedKey, KeyError> {
    let len = u16::try_from(held.wrapped.as_bytes().len())
        .map_err(|error| KeyError::new(KeyErrorKind::Refused, error))?;
    let octets = [
        &MAGIC[..],
        held.id.as_bytes(),
        &len.to_be_bytes()[..],
        held.wrapped.as_bytes(),
        data_key.as_bytes(),
    ];
    Ok(WrappedKey::from_bytes(octets.concat()))
}

fn unpack(wrapped: &WrappedKey) -> Option<(Uuid, WrappedKey, WrappedKey)> {
    let rest = wrapped.as_bytes().strip_prefix(MAGIC)?;
    let (id, rest) = rest.split_first_chunk::<16>()?;
    let (len, rest) = rest.split_first_chunk::<2>()?;
    let (wrapping, data) = rest.split_at_checked(usize::from(u16::from_be_bytes(*len)))?;
    let owned = |octets: &[u8]| WrappedKey::from_bytes(octets.to_vec());
    Some((Uuid::from_bytes(*id), owned(wrapping), owned(data)))
}

#[async_trait]
impl KeyService for HourlyKeys {
    async fn ensure_tenant_key(&self, tenant: &TenantId) -> Result<(), KeyError> {
        self.inner.ensure_tenant_key(tenant).await
    }

    async fn generate_data_key(&self, context: &KeyContext) -> Result<(DataKey, WrappedKey), KeyError> {
        if !self.wraps || !matches!(context.subject, KeySubject::Recording(_)) {
            return self.inner.generate_data_key(context).await;
        }
        let held = self.wrapping_key(&context.tenant).await?;
        let key = DataKey::generate();
        let wrapped = wrapping::wrap(held.key.expose(), held.id.as_bytes(), context, &key);
        Ok((key, pack(&held, &wrapped)?))
    }

    /// Asks the key service each time: nothing is kept open longer than the reader's own cache keeps it.
    async fn unwrap(&self, context: &KeyContext, wrapped: &WrappedKey) -> Result<DataKey, KeyError> {
        if !wrapped.as_bytes().starts_with(MAGIC) {
            return self.inner.unwrap(context, wrapped).await;
        }
        let refused = || KeyError::new(KeyErrorKind::Refused, "altered, or made for another recording");
        let (id, wrapping_key, data_key) = unpack(wrapped).ok_or_else(refused)?;
        if wrapping::key_id(&data_key) != Some(*id.as_bytes()) {
            return Err(refused());
        }
        let of_wrapping = KeyContext { tenant: context.tenant.clone(), subject: KeySubject::WrappingKey(id) };
        let wrapping_key = self.inner.unwrap(&of_wrapping, &wrapping_key).await?;
        wrapping::unwrap(wrapping_key.expose(), context, &data_key).ok_or_else(refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::key_service_contract;
    use crate::memory_keys::MemoryKeys;

    #[tokio::test]
    async fn it_keeps_the_contract() {
        key_service_contract::keeps_the_contract(&HourlyKeys::new(Arc::new(MemoryKeys::new()))).await;
    }

    // rule: F7
    #[tokio::test]
    async fn a_hundred_recordings_cost_one_call_and_an_outage_none() {
        let inner = Arc::new(MemoryKeys::new());
        let keys = HourlyKeys::new(inner.clone());
        let context = key_service_contract::context("kobe", 1);
        keys.ensure_tenant_key(&context.tenant).await.expect("a key");
        for number in 0..100 {
            if number == 50 {
                inner.set_down(true);
            }
            let context = key_service_contract::context("kobe", number);
            keys.generate_data_key(&context).await.expect("a data key");
        }
        assert_eq!(inner.generated(), 1);
        let other = key_service_contract::context("takikawa", 1);
        assert!(
            keys.generate_data_key(&other).await.expect_err("away").retryable(),
            "another city has its own"
        );
    }

    #[tokio::test]
    async fn what_was_wrapped_without_it_still_opens_and_a_withdrawn_key_is_dark_at_once() {
        let inner = Arc::new(MemoryKeys::new());
        let context = key_service_contract::context("kobe", 1);
        inner.ensure_tenant_key(&context.tenant).await.expect("a key");
        let (key, before) = inner.generate_data_key(&context).await.expect("a data key");
        let keys = HourlyKeys::new(inner.clone());
        assert_eq!(keys.unwrap(&context, &before).await.expect("opens").expose(), key.expose());
        let (_, wrapped) = keys.generate_data_key(&context).await.expect("a data key");
        inner.withdraw(&context.tenant);
        let dark = keys.unwrap(&context, &wrapped).await.expect_err("withdrawn");
        assert_eq!(dark.kind, KeyErrorKind::KeyGone);
    }
}
