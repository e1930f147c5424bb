//! Data keys fetched ahead, so that new calls can be recorded while the key service is away.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rokuon_policy::ids::{RecordingId, TenantId};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::key_service::{DataKey, KeyContext, KeyError, KeyService, WrappedKey};

/// A key made ahead for a recording that does not exist yet; its context is bound to this id, so the recording must use it.
#[derive(Debug, Clone)]
pub struct PooledKey {
    /// The id the next recording takes.
    pub recording: RecordingId,
    /// Its data key.
    pub key: DataKey,
    /// The same, wrapped.
    pub wrapped: WrappedKey,
}

/// Some keys per tenant, held in memory only, refilled in the background.
pub struct DataKeyPool {
    keys: Arc<dyn KeyService>,
    per_tenant: usize,
    ready: Mutex<BTreeMap<TenantId, VecDeque<PooledKey>>>,
    taken: Notify,
}

impl DataKeyPool {
    /// An empty pool that will hold `per_tenant` keys for each tenant added.
    pub fn new(keys: Arc<dyn KeyService>, per_tenant: usize) -> Self {
        Self { keys, per_tenant, ready: Mutex::default(), taken: Notify::new() }
    }

    /// Begins to hold keys for a tenant; they come with the next refill.
    pub fn add_tenant(&self, tenant: &TenantId) {
        self.ready().entry(tenant.clone()).or_default();
        self.taken.notify_one();
    }

    /// Drops a tenant and wipes its keys.
    pub fn remove_tenant(&self, tenant: &TenantId) {
        self.ready().remove(tenant);
    }

    /// How many keys lie ready for a tenant.
    pub fn stock(&self, tenant: &TenantId) -> usize {
        self.ready().get(tenant).map_or(0, VecDeque::len)
    }

    /// The next key of a tenant at once, without waiting; `None` if none lies ready.
    pub fn take(&self, tenant: &TenantId) -> Option<PooledKey> {
        let taken = self.ready().get_mut(tenant).and_then(VecDeque::pop_front);
        self.taken.notify_one();
        taken
    }

    /// The next key of a tenant, asking the key service if none lies ready.
    pub async fn take_or_generate(&self, tenant: &TenantId) -> Result<PooledKey, KeyError> {
        match self.take(tenant) {
            Some(pooled) => Ok(pooled),
            None => self.generate(tenant).await,
        }
    }

    /// Fills up every tenant; answers how many keys came in. One tenant's failure does not keep the others empty: the
    /// first one is returned after all were tried.
    pub async fn refill(&self) -> Result<usize, KeyError> {
        let tenants: Vec<TenantId> = self.ready().keys().cloned().collect();
        let (mut filled, mut failure) = (0, None);
        for tenant in tenants {
            while self.stock(&tenant) < self.per_tenant {
                match self.generate(&tenant).await {
                    Ok(pooled) => match self.ready().get_mut(&tenant) {
                        Some(queue) => queue.push_back(pooled),
                        None => break,
                    },
                    Err(error) => {
                        failure.get_or_insert(error);
                        break;
                    }
                }
                filled += 1;
            }
        }
        failure.map_or(Ok(filled), Err)
    }

    /// Keeps the pool filled until dropped: after every take, and again each `retry_after` while the key service is away.
    pub async fn keep_filled(&self, retry_after: Duration) {
        loop {
            match self.refill().await {
                Ok(_) => self.taken.notified().await,
                Err(error) => {
                    tracing::warn!(%error, "data keys cannot be fetched ahead");
                    tokio::time::sleep(retry_after).await;
                }
            }
        }
    }

    async fn generate(&self, tenant: &TenantId) -> Result<PooledKey, KeyError> {
        let recording = RecordingId(Uuid::now_v7());
        let context = KeyContext::recording(tenant.clone(), recording);
        let (key, wrapped) = self.keys.generate_data_key(&context).await?;
        Ok(PooledKey { recording, key, wrapped })
    }

    fn ready(&self) -> MutexGuard<'_, BTreeMap<TenantId, VecDeque<PooledKey>>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
