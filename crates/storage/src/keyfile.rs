//! The key service of one machine: a file of tenant keys that only its owner can read.

use std::path::Path;

use async_trait::async_trait;
use rokuon_policy::ids::TenantId;

use crate::key_service::{DataKey, KeyContext, KeyError, KeyService, WrappedKey};

/// Tenant keys in a file.
pub struct KeyFile {}

impl KeyFile {
    /// Opens the key file, or makes an empty one. One clear line if it is readable by others.
    pub fn open(_path: &Path) -> Result<Self, KeyError> {
        unimplemented!()
    }
}

#[async_trait]
impl KeyService for KeyFile {
    async fn ensure_tenant_key(&self, _: &TenantId) -> Result<(), KeyError> {
        unimplemented!()
    }
    async fn generate_data_key(&self, _: &KeyContext) -> Result<(DataKey, WrappedKey), KeyError> {
        unimplemented!()
    }
    async fn unwrap(&self, _: &KeyContext, _: &WrappedKey) -> Result<DataKey, KeyError> {
        unimplemented!()
    }
}
