//! Data keys fetched ahead, so that new calls can be recorded while the key service is away.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

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

/// An outage of the key service this long is to be ridden out.
const OUTAGE: Duration = Duration::from_secs(3_600);
/// Most keys held for one tenant: an hour of a call a second, and 1 MiB.
const MOST: usize = 4_096;

/// One tenant's keys, and how fast it takes them.
#[derive(Default)]
struct TenantKeys {
    ready: VecDeque<PooledKey>,
    /// When keys were taken, of the last hour.
    taken: VecDeque<Instant>,
}

impl TenantKeys {
    fn note_taken(&mut self, now: Instant) {
        self.taken.push_back(now);
        self.forget_before(now);
    }

    fn forget_before(&mut self, now: Instant) {
        while self.taken.len() > MOST || self.taken.front().is_some_and(|at| now.duration_since(*at) > OUTAGE)
        {
            self.taken.pop_front();
        }
    }

    /// How many keys to hold: as many as the last hour took and a quarter more, so that the next hour may be without the
    /// key service.
    fn wanted(&mut self, least: usize, now: Instant) -> usize {
        self.forget_before(now);
        least.max(self.taken.len() * 5 / 4).min(MOST)
    }
}

/// Some keys per tenant, held in memory only, refilled in the background.
pub struct DataKeyPool {
    keys: Arc<dyn KeyService>,
    per_tenant: usize,
    ready: Mutex<BTreeMap<TenantId, TenantKeys>>,
    taken: Notify,
}

impl DataKeyPool {
    /// An empty pool that will hold `per_tenant` keys for each tenant added, and more for one that takes many.
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
        self.ready().get(tenant).map_or(0, |keys| keys.ready.len())
    }

    /// The next key of a tenant at once, without waiting; `None` if none lies ready.
    pub fn take(&self, tenant: &TenantId) -> Option<PooledKey> {
        let taken = self.ready().get_mut(tenant).and_then(|keys| {
            keys.note_taken(Instant::now());
            keys.ready.pop_front()
        });
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
            while self.is_short(&tenant) {
                match self.generate(&tenant).await {
                    Ok(pooled) => match self.ready().get_mut(&tenant) {
                        Some(keys) => keys.ready.push_back(pooled),
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

    fn is_short(&self, tenant: &TenantId) -> bool {
        let mut ready = self.ready();
        let keys = ready.get_mut(tenant);
        keys.is_some_and(|keys| keys.ready.len() < keys.wanted(self.per_tenant, Instant::now()))
    }

    fn ready(&self) -> MutexGuard<'_, BTreeMap<TenantId, TenantKeys>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: F7
    #[test]
    fn a_tenant_that_takes_many_keys_has_an_hour_of_them_ready() {
        let (mut keys, began) = (TenantKeys::default(), Instant::now());
        assert_eq!(keys.wanted(16, began), 16);
        for second in 0..1_200 {
            keys.note_taken(began + Duration::from_secs(second));
        }
        assert_eq!(keys.wanted(16, began + Duration::from_secs(1_200)), 1_500);
        assert_eq!(keys.wanted(16, began + Duration::from_secs(9_000)), 16, "a quiet hour later");
        for second in 0..20_000 {
            keys.note_taken(began + Duration::from_millis(second));
        }
        assert_eq!(keys.wanted(16, began + Duration::from_secs(20)), MOST);
    }
}
