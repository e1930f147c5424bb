//! The port to the cell's own key, which is of no tenant: it makes the keys of spools and opens them again.

use async_trait::async_trait;
use uuid::Uuid;

use crate::key_service::{DataKey, KeyError, WrappedKey};

/// The cell's own key. It never leaves the key service, and of tenants' data keys it opens none.
#[async_trait]
pub trait CellKey: Send + Sync {
    /// A fresh spool key of this id, in the clear and wrapped.
    ///
    /// # Errors
    /// [`KeyError`].
    async fn generate_spool_key(&self, id: Uuid) -> Result<(DataKey, WrappedKey), KeyError>;

    /// The spool key again; refused unless the id is the one it was made for.
    ///
    /// # Errors
    /// [`KeyError`].
    async fn unwrap_spool_key(&self, id: Uuid, wrapped: &WrappedKey) -> Result<DataKey, KeyError>;
}
