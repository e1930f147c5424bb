//! The spool's own key: after a restart the journal is opened without asking any tenant's key.
//!
//! A worker holds one spool key a life, made under the key of the cell ([`CellKey`]). In the journal a recording's data key stands
//! twice: as its tenant's key wrapped it, which only goes on into the key bucket, and wrapped under the spool key, which is what a
//! restart, or another worker that takes over, opens. So a worker needs no right to open what tenants' keys wrapped. Journals of
//! before, and of a worker that could get no spool key, hold the first alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use uuid::Uuid;

use crate::cell_key::CellKey;
use crate::key_service::{DataKey, KeyContext, KeyError, KeyErrorKind, KeyService, WrappedKey};
use crate::keyfile::wrapping;

/// What our form begins with.
const MAGIC: &[u8; 4] = b"RKS1";
/// A key service that gave no spool key is asked again after so long.
const AGAIN: Duration = Duration::from_secs(5);

/// The spool key of this life.
struct Held {
    id: Uuid,
    key: DataKey,
    wrapped: WrappedKey,
}

/// Wraps data keys for the journal, and opens them again.
pub struct SpoolKeys {
    /// Opens what stands in a journal without a spool key.
    tenants: Arc<dyn KeyService>,
    cell: Option<Arc<dyn CellKey>>,
    held: Mutex<Option<Arc<Held>>>,
    /// Spool keys of this life and of others that were opened in it.
    opened: Mutex<HashMap<Uuid, DataKey>>,
}

impl SpoolKeys {
    /// Under the cell's key, once [`Self::fetch`] has got one; without such a key data keys stand in the journal as their tenants'
    /// keys wrapped them.
    pub fn new(tenants: Arc<dyn KeyService>, cell: Option<Arc<dyn CellKey>>) -> Self {
        Self { tenants, cell, held: Mutex::default(), opened: Mutex::default() }
    }

    /// Whether there is to be a spool key, and is none.
    pub fn is_missing(&self) -> bool {
        self.cell.is_some() && self.held().is_none()
    }

    /// Makes this life's spool key, if there is none yet.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn fetch(&self) -> Result<(), KeyError> {
        let Some(cell) = self.cell.as_ref().filter(|_| self.held().is_none()) else { return Ok(()) };
        let id = Uuid::now_v7();
        let (key, wrapped) = cell.generate_spool_key(id).await?;
        self.opened().insert(id, key.clone());
        *self.held() = Some(Arc::new(Held { id, key, wrapped }));
        tracing::info!(%id, "the spool has a key of its own");
        Ok(())
    }

    /// Asks until there is one.
    pub async fn fetch_in_the_end(&self) {
        while let Err(error) = self.fetch().await {
            tracing::error!(code = "spool_key_missing", %error,
                "THE SPOOL HAS NO KEY OF ITS OWN: calls are taken, but after a crash only their tenants' keys would open what is not sealed");
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// A data key as the journal keeps it. At once, whatever is away.
    pub fn wrap(&self, context: &KeyContext, key: &DataKey, of_tenant: &WrappedKey) -> WrappedKey {
        let held = self.held().clone();
        held.and_then(|held| pack(&held, context, key, of_tenant)).unwrap_or_else(|| of_tenant.clone())
    }

    /// What the journal keeps, opened.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn open(&self, context: &KeyContext, kept: &WrappedKey) -> Result<DataKey, KeyError> {
        let Some(parts) = unpack(kept) else { return self.tenants.unwrap(context, kept).await };
        let refused = || KeyError::new(KeyErrorKind::Refused, "altered, or made for another recording");
        if wrapping::key_id(&parts.data_key) != Some(*parts.id.as_bytes()) {
            return Err(refused());
        }
        let known = self.opened().get(&parts.id).cloned();
        let spool_key = match (known, &self.cell) {
            (Some(key), _) => key,
            (None, Some(cell)) => {
                let key = cell.unwrap_spool_key(parts.id, &parts.spool_key).await?;
                self.opened().insert(parts.id, key.clone());
                key
            }
            // The setting is gone, and what was journaled with it is still there.
            (None, None) => return self.tenants.unwrap(context, &parts.of_tenant).await,
        };
        wrapping::unwrap(spool_key.expose(), context, &parts.data_key).ok_or_else(refused)
    }

    fn held(&self) -> MutexGuard<'_, Option<Arc<Held>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn opened(&self) -> MutexGuard<'_, HashMap<Uuid, DataKey>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Of what the journal keeps, what goes into the key bucket: the data key as its tenant's key wrapped it.
pub fn of_tenant(kept: &WrappedKey) -> WrappedKey {
    unpack(kept).map_or_else(|| kept.clone(), |parts| parts.of_tenant)
}

struct Parts {
    id: Uuid,
    spool_key: WrappedKey,
    data_key: WrappedKey,
    of_tenant: WrappedKey,
}

/// `RKS1`, the spool key's id (16), the wrapped spool key and the data key wrapped under it, each behind its length (2, big-endian),
/// the data key as its tenant's key wrapped it.
fn pack(held: &Held, context: &KeyContext, key: &DataKey, of_tenant: &WrappedKey) -> Option<WrappedKey> {
    let data_key = wrapping::wrap(held.key.expose(), held.id.as_bytes(), context, key);
    let mut octets = [&MAGIC[..], held.id.as_bytes()].concat();
    for part in [&held.wrapped, &data_key] {
        octets.extend_from_slice(&u16::try_from(part.as_bytes().len()).ok()?.to_be_bytes());
        octets.extend_from_slice(part.as_bytes());
    }
    octets.extend_from_slice(of_tenant.as_bytes());
    Some(WrappedKey::from_bytes(octets))
}

fn unpack(kept: &WrappedKey) -> Option<Parts> {
    let rest = kept.as_bytes().strip_prefix(MAGIC)?;
    let (id, rest) = rest.split_first_chunk::<16>()?;
    let (spool_key, rest) = part_of(rest)?;
    let (data_key, of_tenant) = part_of(rest)?;
    let of_tenant = WrappedKey::from_bytes(of_tenant.to_vec());
    Some(Parts { id: Uuid::from_bytes(*id), spool_key, data_key, of_tenant })
}

fn part_of(octets: &[u8]) -> Option<(WrappedKey, &[u8])> {
    let (len, rest) = octets.split_first_chunk::<2>()?;
    let (part, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*len)))?;
    Some((WrappedKey::from_bytes(part.to_vec()), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::key_service_contract;
    use crate::memory_cell_key::MemoryCellKey;
    use crate::memory_keys::MemoryKeys;

    struct Cell {
        tenants: Arc<MemoryKeys>,
        key: Arc<MemoryCellKey>,
        context: KeyContext,
    }

    impl Cell {
        async fn new() -> Self {
            let (tenants, key) = (Arc::new(MemoryKeys::new()), Arc::new(MemoryCellKey::new()));
            let context = key_service_contract::context("kobe", 1);
            tenants.ensure_tenant_key(&context.tenant).await.expect("a key");
            Self { tenants, key, context }
        }

        /// The keys of one life of a worker.
        fn life(&self) -> SpoolKeys {
            SpoolKeys::new(self.tenants.clone(), Some(self.key.clone()))
        }

        async fn data_key(&self) -> (DataKey, WrappedKey) {
            self.tenants.generate_data_key(&self.context).await.expect("a data key")
        }
    }

    // rule: F2, F7
    #[tokio::test]
    async fn after_a_restart_no_tenants_key_is_asked() {
        let cell = Cell::new().await;
        let (key, wrapped) = cell.data_key().await;
        let before = cell.life();
        before.fetch().await.expect("a spool key");
        let kept = before.wrap(&cell.context, &key, &wrapped);
        assert_eq!((of_tenant(&kept), of_tenant(&wrapped)), (wrapped.clone(), wrapped));
        cell.tenants.withdraw(&cell.context.tenant);
        let after = cell.life();
        assert_eq!(after.open(&cell.context, &kept).await.expect("opens").expose(), key.expose());
        cell.key.set_down(true);
        assert_eq!(after.open(&cell.context, &kept).await.expect("it is known").expose(), key.expose());
        for other in [key_service_contract::context("kobe", 2), key_service_contract::context("takikawa", 1)]
        {
            let refused = after.open(&other, &kept).await.expect_err("another recording");
            assert_eq!(refused.kind, KeyErrorKind::Refused);
        }
        assert!(cell.life().open(&cell.context, &kept).await.expect_err("away").retryable());
        assert_eq!((cell.tenants.unwrapped(), cell.key.unwrapped()), (0, 1));
    }

    // rule: F7, F20
    #[tokio::test]
    async fn without_a_spool_key_calls_are_taken_and_journals_of_before_open() {
        let cell = Cell::new().await;
        let (key, wrapped) = cell.data_key().await;
        cell.key.set_down(true);
        let keys = cell.life();
        assert!(keys.fetch().await.is_err() && keys.is_missing());
        let kept = keys.wrap(&cell.context, &key, &wrapped);
        assert_eq!(kept, wrapped);
        assert_eq!(keys.open(&cell.context, &kept).await.expect("opens").expose(), key.expose());
        cell.key.set_down(false);
        keys.fetch().await.expect("it is there again");
        assert!(!keys.is_missing());
        let kept = keys.wrap(&cell.context, &key, &wrapped);
        assert_ne!(kept, wrapped);
        let without = SpoolKeys::new(cell.tenants.clone(), None);
        assert!(!without.is_missing());
        assert_eq!(without.open(&cell.context, &kept).await.expect("opens").expose(), key.expose());
    }

    #[tokio::test]
    async fn cut_and_altered_forms_open_to_nothing() {
        let cell = Cell::new().await;
        let (key, wrapped) = cell.data_key().await;
        let keys = cell.life();
        keys.fetch().await.expect("a spool key");
        let kept = keys.wrap(&cell.context, &key, &wrapped);
        let sound = kept.as_bytes().len() - wrapped.as_bytes().len();
        for at in 0..sound {
            let mut octets = kept.as_bytes().to_vec();
            octets[at] ^= 1;
            for octets in [octets, kept.as_bytes()[..at].to_vec()] {
                // Another life: nothing is known yet.
                let opened = cell.life().open(&cell.context, &WrappedKey::from_bytes(octets)).await;
                assert!(opened.is_err(), "octet {at}");
            }
        }
    }
}
