//! What the recording thread and the sealers say of themselves, read by the heartbeat.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Figures of this process; written without waiting.
#[derive(Debug)]
pub struct Vitals {
    began: Instant,
    live_calls: AtomicU64,
    spool_used: AtomicU64,
    spool_free: AtomicU64,
    spool_full: AtomicBool,
    to_seal: AtomicU64,
    /// Milliseconds since `began` of the first failure to seal after the last success; 0: none.
    failing_since: AtomicU64,
}

impl Default for Vitals {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            live_calls: AtomicU64::default(),
            spool_used: AtomicU64::default(),
            spool_free: AtomicU64::default(),
            spool_full: AtomicBool::default(),
            to_seal: AtomicU64::default(),
            failing_since: AtomicU64::default(),
        }
    }
}

impl Vitals {
    /// The recording thread's word, with every commit.
    pub fn recorder(&self, live_calls: usize, used: u64, free: u64, full: bool) {
        self.live_calls.store(live_calls as u64, Ordering::Relaxed);
        self.spool_used.store(used, Ordering::Relaxed);
        self.spool_free.store(free, Ordering::Relaxed);
        self.spool_full.store(full, Ordering::Relaxed);
    }

    /// A recording waits to be sealed.
    pub fn waits(&self) {
        self.to_seal.fetch_add(1, Ordering::Relaxed);
    }

    /// One was sealed.
    pub fn sealed(&self) {
        let _last =
            self.to_seal.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        self.failing_since.store(0, Ordering::Relaxed);
    }

    /// One could not be sealed yet.
    pub fn not_sealed(&self) {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        let _earlier = self.failing_since.compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Since how long nothing could be sealed; nothing while it can be.
    pub fn failing_for(&self) -> Option<Duration> {
        match self.failing_since.load(Ordering::Relaxed) {
            0 => None,
            since => Some(self.began.elapsed().saturating_sub(Duration::from_millis(since))),
        }
    }

    /// Calls being recorded.
    pub fn live_calls(&self) -> u64 {
        self.live_calls.load(Ordering::Relaxed)
    }

    /// Octets in the spool, and octets it could still take.
    pub fn spool(&self) -> (u64, u64) {
        (self.spool_used.load(Ordering::Relaxed), self.spool_free.load(Ordering::Relaxed))
    }

    /// Whether the spool takes nothing any more.
    pub fn spool_full(&self) -> bool {
        self.spool_full.load(Ordering::Relaxed)
    }

    /// Recordings that wait to be sealed.
    pub fn to_seal(&self) -> u64 {
        self.to_seal.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failing_counts_from_the_first_failure_until_the_next_success() {
        let vitals = Vitals::default();
        vitals.waits();
        assert_eq!(vitals.failing_for(), None);
        vitals.not_sealed();
        let first = vitals.failing_since.load(Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(3));
        vitals.not_sealed();
        assert_eq!(vitals.failing_since.load(Ordering::Relaxed), first);
        assert!(vitals.failing_for().is_some());
        vitals.sealed();
        vitals.sealed();
        assert_eq!((vitals.failing_for(), vitals.to_seal()), (None, 0));
    }
}
