//! A key service that can be away (it refuses) and slow (it answers only when the gate is opened).

use async_trait::async_trait;
use rokuon_policy::ids::TenantId;
use rokuon_storage::key_service::{DataKey, KeyContext, KeyError, KeyService, WrappedKey};
use rokuon_storage::memory_keys::MemoryKeys;
use tokio::sync::watch;

/// Keys in memory behind a gate.
pub struct GatedKeys {
    /// The keys, with their own faults.
    pub inner: MemoryKeys,
    open: watch::Sender<bool>,
}

impl GatedKeys {
    /// Open, no faults.
    pub fn new() -> Self {
        Self { inner: MemoryKeys::new(), open: watch::channel(true).0 }
    }

    /// From now on questions wait, or no longer.
    pub fn set_open(&self, open: bool) {
        self.open.send_replace(open);
    }
}

#[async_trait]
impl KeyService for GatedKeys {
    async fn ensure_tenant_key(&self, tenant: &TenantId) -> Result<(), KeyError> {
        self.inner.ensure_tenant_key(tenant).await
    }

    async fn generate_data_key(&self, context: &KeyContext) -> Result<(DataKey, WrappedKey), KeyError> {
        self.open.subscribe().wait_for(|open| *open).await.unwrap();
        self.inner.generate_data_key(context).await
    }

    async fn unwrap(&self, context: &KeyContext, wrapped: &WrappedKey) -> Result<DataKey, KeyError> {
        self.inner.unwrap(context, wrapped).await
    }
}
