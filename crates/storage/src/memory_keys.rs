//! A key service in memory, with knobs that make it fail: the twin of the real ones for tests.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use rokuon_policy::ids::TenantId;
use zeroize::Zeroizing;

use crate::key_service::{DataKey, KeyContext, KeyError, KeyErrorKind, KeyService, WrappedKey, fill_random};
use crate::keyfile::wrapping;

/// Tenant keys in memory.
#[derive(Default)]
pub struct MemoryKeys {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    tenants: BTreeMap<TenantId, Zeroizing<[u8; 32]>>,
    down: bool,
    fail_next: usize,
    generated: u64,
    unwrapped: u64,
}

impl MemoryKeys {
    /// No keys, no faults.
    pub fn new() -> Self {
        Self::default()
    }

    /// While set, every call fails as [`KeyErrorKind::Unavailable`].
    pub fn set_down(&self, down: bool) {
        self.state().down = down;
    }

    /// The next `count` calls fail as [`KeyErrorKind::Unavailable`].
    pub fn fail_next(&self, count: usize) {
        self.state().fail_next = count;
    }

    /// Takes a tenant's key away for good: everything under it is dark.
    pub fn withdraw(&self, tenant: &TenantId) {
        self.state().tenants.remove(tenant);
    }

    /// How many data keys were made.
    pub fn generated(&self) -> u64 {
        self.state().generated
    }

    /// How many were unwrapped.
    pub fn unwrapped(&self) -> u64 {
        self.state().unwrapped
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn met_faults(&self) -> Result<MutexGuard<'_, State>, KeyError> {
        let mut state = self.state();
        if state.down || state.fail_next > 0 {
            state.fail_next = state.fail_next.saturating_sub(1);
            return Err(KeyError::new(KeyErrorKind::Unavailable, "a fault the test asked for"));
        }
        Ok(state)
    }
}

impl State {
    fn key(&self, tenant: &TenantId) -> Result<Zeroizing<[u8; 32]>, KeyError> {
        self.tenants
            .get(tenant)
            .cloned()
            .ok_or_else(|| KeyError::new(KeyErrorKind::KeyGone, "no key of this tenant"))
    }
}

/// The memory twin keeps one key per tenant, so the id in the wrapped form says nothing.
const KEY_ID: [u8; 16] = *b"in memory only  ";

#[async_trait]
impl KeyService for MemoryKeys {
    async fn ensure_tenant_key(&self, tenant: &TenantId) -> Result<(), KeyError> {
        let mut state = self.met_faults()?;
        state.tenants.entry(tenant.clone()).or_insert_with(|| {
            let mut key = Zeroizing::new([0; 32]);
            fill_random(&mut *key);
            key
        });
        Ok(())
    }

    async fn generate_data_key(&self, context: &KeyContext) -> Result<(DataKey, WrappedKey), KeyError> {
        let mut state = self.met_faults()?;
        let tenant_key = state.key(&context.tenant)?;
        state.generated += 1;
        let key = DataKey::generate();
        let wrapped = wrapping::wrap(&tenant_key, &KEY_ID, context, &key);
        Ok((key, wrapped))
    }

    async fn unwrap(&self, context: &KeyContext, wrapped: &WrappedKey) -> Result<DataKey, KeyError> {
        let mut state = self.met_faults()?;
        let tenant_key = state.key(&context.tenant)?;
        state.unwrapped += 1;
        wrapping::unwrap(&tenant_key, context, wrapped)
            .ok_or_else(|| KeyError::new(KeyErrorKind::Refused, "altered, or made for another recording"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::key_service_contract;

    #[tokio::test]
    async fn the_memory_twin_keeps_the_contract() {
        key_service_contract::keeps_the_contract(&MemoryKeys::new()).await;
    }

    #[tokio::test]
    async fn a_withdrawn_key_makes_its_tenant_dark() {
        let keys = MemoryKeys::new();
        let context = key_service_contract::context("kobe", 1);
        keys.ensure_tenant_key(&context.tenant).await.expect("a key");
        let (_, wrapped) = keys.generate_data_key(&context).await.expect("a data key");
        keys.withdraw(&context.tenant);
        let error = keys.unwrap(&context, &wrapped).await.expect_err("the key is gone");
        assert_eq!((error.kind, error.retryable()), (KeyErrorKind::KeyGone, false));
    }
}
