//! The key service as a worker's role sees it: it can be away (it refuses) and slow (it answers only when the gate is opened), and it
//! never opens the key of a recording.

use std::sync::Arc;

use async_trait::async_trait;
use rokuon_policy::ids::TenantId;
use rokuon_storage::key_service::{
    DataKey, KeyContext, KeyError, KeyErrorKind, KeyService, KeySubject, WrappedKey,
};
use rokuon_storage::memory_keys::MemoryKeys;
use tokio::sync::watch;

/// Keys in memory behind a gate.
pub struct GatedKeys {
    /// The keys as those see them who may open recordings, with their own faults.
    pub inner: Arc<MemoryKeys>,
    open: watch::Sender<bool>,
}

impl GatedKeys {
    /// Open, no faults.
    pub fn new() -> Self {
        Self { inner: Arc::new(MemoryKeys::new()), open: watch::channel(true).0 }
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
        match context.subject {
            KeySubject::ConnectionSecret { .. } => self.inner.unwrap(context, wrapped).await,
            _ => Err(KeyError::new(KeyErrorKind::Refused, "no worker may open a recording")),
        }
    }
}
