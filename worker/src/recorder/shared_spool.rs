//! The spool between the thread that sweeps and the one that opens calls. Whoever commits makes durable what both appended.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use rokuon_storage::spool::{Spool, SpoolError};

use super::command::NotOpened;

/// The spool, and whether it takes entries.
pub struct SharedSpool {
    spool: Mutex<Spool>,
    full: AtomicBool,
}

impl SharedSpool {
    pub fn new(spool: Spool) -> Self {
        Self { spool: Mutex::new(spool), full: AtomicBool::new(false) }
    }

    /// For one append, or a few that belong together. A frame is whole or not in the buffer at all, so a thread that died
    /// holding it spoils nothing.
    pub fn lock(&self) -> MutexGuard<'_, Spool> {
        self.spool.lock().unwrap_or_else(PoisonError::into_inner)
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
