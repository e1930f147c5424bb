//! An object store in memory, with knobs that make it fail: the twin of the real ones for tests.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::object_store::{Bucket, ObjectKey, ObjectStore, StoreError, StoreErrorKind, StoredObject};

/// Objects in memory.
#[derive(Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    objects: BTreeMap<(Bucket, ObjectKey), (Bytes, StoredObject)>,
    versions: u64,
    faults: Faults,
    counts: Counts,
}

#[derive(Default)]
struct Faults {
    next: Vec<StoreErrorKind>,
    down: bool,
    full: bool,
    latency: Duration,
}

/// What was asked of the store so far, failures included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls of `put_new`.
    pub puts: u64,
    /// Calls of `get` and `get_range`.
    pub gets: u64,
    /// Octets answered by them.
    pub octets_fetched: u64,
    /// Calls of `erase_version`.
    pub erasures: u64,
}

impl MemoryStore {
    /// An empty store without faults.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next `count` calls fail with this kind, before they do anything.
    pub fn fail_next(&self, count: usize, kind: StoreErrorKind) {
        self.state().faults.next = vec![kind; count];
    }

    /// While set, every call fails as [`StoreErrorKind::Unavailable`].
    pub fn set_down(&self, down: bool) {
        self.state().faults.down = down;
    }

    /// While set, puts fail as [`StoreErrorKind::Full`].
    pub fn set_full(&self, full: bool) {
        self.state().faults.full = full;
    }

    /// Every call takes at least this long (by the runtime's clock).
    pub fn set_latency(&self, latency: Duration) {
        self.state().faults.latency = latency;
    }

    /// Flips the bits `mask` of one octet of an object, as a bad disk would; the stored hash stays as it was.
    pub fn damage(&self, bucket: Bucket, key: &ObjectKey, octet: usize, mask: u8) {
        if let Some((octets, _)) = self.state().objects.get_mut(&(bucket, key.clone())) {
            let mut damaged = octets.to_vec();
            if let Some(octet) = damaged.get_mut(octet) {
                *octet ^= mask;
            }
            *octets = damaged.into();
        }
    }

    /// What was asked so far.
    pub fn counts(&self) -> Counts {
        self.state().counts
    }

    /// Every object of a bucket, as it lies there.
    pub fn objects(&self, bucket: Bucket) -> Vec<(ObjectKey, Bytes)> {
        let state = self.state();
        let of_bucket = state.objects.iter().filter(|((place, _), _)| *place == bucket);
        of_bucket.map(|((_, key), (octets, _))| (key.clone(), octets.clone())).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn meet_faults(&self) -> Result<(), StoreError> {
        let latency = self.state().faults.latency;
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        let mut state = self.state();
        let injected = state.faults.next.pop().or(state.faults.down.then_some(StoreErrorKind::Unavailable));
        injected.map_or(Ok(()), |kind| Err(StoreError::new(kind, "a fault the test asked for")))
    }
}

impl State {
    fn version(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        version: Option<&str>,
    ) -> Result<&(Bytes, StoredObject), StoreError> {
        let found = self.objects.get(&(bucket, key.clone()));
        found
            .filter(|(_, stored)| version.is_none_or(|wanted| wanted == stored.version_id))
            .ok_or_else(|| StoreError::new(StoreErrorKind::NotFound, "the object is not there"))
    }
}

#[async_trait]
impl ObjectStore for MemoryStore {
    async fn put_new(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        bytes: Bytes,
    ) -> Result<StoredObject, StoreError> {
        self.state().counts.puts += 1;
        self.meet_faults().await?;
        let sha256: [u8; 32] = Sha256::digest(&bytes).into();
        let mut state = self.state();
        if let Some((there, stored)) = state.objects.get(&(bucket, key.clone())) {
            if stored.sha256 != sha256 {
                return Err(StoreError::new(StoreErrorKind::AlreadyExists, "another object has this key"));
            }
            if *there != bytes {
                return Err(StoreError::new(StoreErrorKind::Corrupt, "the object is not what was put"));
            }
            return Ok(stored.clone());
        }
        if state.faults.full {
            return Err(StoreError::new(StoreErrorKind::Full, "a fault the test asked for"));
        }
        state.versions += 1;
        let stored =
            StoredObject { version_id: format!("v{}", state.versions), len: bytes.len() as u64, sha256 };
        state.objects.insert((bucket, key.clone()), (bytes, stored.clone()));
        Ok(stored)
    }

    async fn get_range(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        version: Option<&str>,
        range: Range<u64>,
    ) -> Result<Bytes, StoreError> {
        self.state().counts.gets += 1;
        self.meet_faults().await?;
        let mut state = self.state();
        let octets = state.version(bucket, key, version)?.0.clone();
        let end = range.end.min(octets.len() as u64);
        if range.start >= range.end {
            return Ok(Bytes::new());
        }
        if range.start >= end {
            return Err(StoreError::new(StoreErrorKind::Refused, "the range begins past the object's end"));
        }
        state.counts.octets_fetched += end - range.start;
        let narrow = |n: u64| usize::try_from(n).expect("it lies in memory");
        Ok(octets.slice(narrow(range.start)..narrow(end)))
    }

    async fn get(&self, bucket: Bucket, key: &ObjectKey, version: Option<&str>) -> Result<Bytes, StoreError> {
        self.state().counts.gets += 1;
        self.meet_faults().await?;
        let mut state = self.state();
        let (octets, stored) = state.version(bucket, key, version)?.clone();
        if Sha256::digest(&octets)[..] != stored.sha256 {
            return Err(StoreError::new(StoreErrorKind::Corrupt, "the object is not what was put"));
        }
        state.counts.octets_fetched += octets.len() as u64;
        Ok(octets)
    }

    async fn head(&self, bucket: Bucket, key: &ObjectKey) -> Result<Option<StoredObject>, StoreError> {
        self.meet_faults().await?;
        Ok(self.state().objects.get(&(bucket, key.clone())).map(|(_, stored)| stored.clone()))
    }

    async fn list(
        &self,
        bucket: Bucket,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<ObjectKey>, StoreError> {
        self.meet_faults().await?;
        let state = self.state();
        let after = after.unwrap_or_default();
        let places = state.objects.keys();
        let wanted = places.filter(|(place, key)| {
            *place == bucket && key.as_str().starts_with(prefix) && key.as_str() > after
        });
        Ok(wanted.take(limit).map(|(_, key)| key.clone()).collect())
    }

    async fn erase_version(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        version_id: &str,
    ) -> Result<(), StoreError> {
        self.state().counts.erasures += 1;
        self.meet_faults().await?;
        let mut state = self.state();
        if state.version(bucket, key, Some(version_id)).is_ok() {
            state.objects.remove(&(bucket, key.clone()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
