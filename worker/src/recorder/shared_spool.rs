//! The spool between the thread that sweeps and the one that opens calls. Whoever commits makes durable what both appended.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_storage::key_service::{DataKey, KeyContext, WrappedKey};
use rokuon_storage::spool::{Spool, SpoolError};
use rokuon_storage::spool_keys::SpoolKeys;

use super::command::NotOpened;

/// While the spool is full, this much waits inside it before packets wait with their calls instead.
pub const WAITING_ENOUGH: usize = 256 * 1024;

/// The spool, and whether it takes entries.
pub struct SharedSpool {
    spool: Mutex<Spool>,
    keys: Arc<SpoolKeys>,
    full: AtomicBool,
}

impl SharedSpool {
    pub fn new(spool: Spool, keys: Arc<SpoolKeys>) -> Self {
        Self { spool: Mutex::new(spool), keys, full: AtomicBool::new(false) }
    }

    /// A recording's key as the journal is to keep it. `of_tenant` is the key as its tenant's key wrapped it.
    pub fn key_to_keep(
        &self,
        tenant: &TenantId,
        recording: RecordingId,
        key: &DataKey,
        of_tenant: &WrappedKey,
    ) -> WrappedKey {
        self.keys.wrap(&KeyContext::recording(tenant.clone(), recording), key, of_tenant)
    }

    /// For one append, or a few that belong together. A frame is whole or not in the buffer at all, so a thread that died
    /// holding it spoils nothing.
    pub fn lock(&self) -> MutexGuard<'_, Spool> {
        self.spool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The spool, where its buffer takes an entry of so many octets now. A tick that came late brings more than the buffer holds:
    /// then what is in it is made durable first.
    pub fn with_room_for(&self, plaintext: usize) -> Option<MutexGuard<'_, Spool>> {
        let spool = self.lock();
        if spool.takes(plaintext) {
            return Some(spool);
        }
        drop(spool);
        if self.is_full() || self.commit(false).is_err() {
            return None;
        }
        Some(self.lock()).filter(|spool| spool.takes(plaintext))
    }

    /// Whether packets wait with their calls for now.
    pub fn is_stuck(&self) -> bool {
        self.is_full() && self.lock().waiting_bytes() > WAITING_ENOUGH
    }

    /// Whether the last commit failed: new calls are refused, and packets wait with their calls.
    pub fn is_full(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }

    /// Makes everything that waits durable, to the last octet of room where it `frees` more than it takes.
    pub fn commit(&self, frees: bool) -> Result<(), NotOpened> {
        let began = Instant::now();
        let mut spool = self.lock();
        let committed = if frees { spool.commit_into_reserve() } else { spool.commit() };
        drop(spool);
        metrics::histogram!("rokuon_spool_commit_seconds").record(began.elapsed().as_secs_f64());
        let was_full = self.full.swap(committed.is_err(), Ordering::Relaxed);
        match committed {
            Ok(_) => {
                if was_full {
                    tracing::warn!("the spool takes entries again");
                }
                Ok(())
            }
            Err(SpoolError::Full) => {
                if !was_full {
                    tracing::error!("THE SPOOL IS FULL: new calls are refused, live calls wait in memory");
                }
                Err(NotOpened::SpoolFull)
            }
            Err(error) => {
                tracing::error!(%error, "THE SPOOL FAILED: new calls are refused, live calls wait in memory");
                Err(NotOpened::SpoolFailed)
            }
        }
    }
}
