//! What is due when: one entry for each key, exact, without a clock.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::time::Duration;

/// Due times by key.
#[derive(Debug)]
pub(super) struct Timers<K> {
    by_time: BTreeSet<(Duration, K)>,
    by_key: HashMap<K, Duration>,
}

impl<K: Clone + Eq + Hash + Ord> Timers<K> {
    pub(super) fn new() -> Timers<K> {
        Timers { by_time: BTreeSet::new(), by_key: HashMap::new() }
    }

    /// Sets or moves the time of a key.
    pub(super) fn set(&mut self, key: K, at: Duration) {
        self.clear(&key);
        self.by_time.insert((at, key.clone()));
        self.by_key.insert(key, at);
    }

    pub(super) fn clear(&mut self, key: &K) {
        if let Some((key, at)) = self.by_key.remove_entry(key) {
            self.by_time.remove(&(at, key));
        }
    }

    /// Takes out the earliest key that is due.
    pub(super) fn pop_due(&mut self, now: Duration) -> Option<K> {
        let (at, _) = self.by_time.first()?;
        if *at > now {
            return None;
        }
        let (_, key) = self.by_time.pop_first()?;
        self.by_key.remove(&key);
        Some(key)
    }

    pub(super) fn next(&self) -> Option<Duration> {
        self.by_time.first().map(|(at, _)| *at)
    }
}
