//! The object store of the model: versions, legal holds, nothing hidden.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

/// A bucket of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bucket {
    /// Sealed media, first tier.
    Media,
    /// Sealed media, second tier.
    Secondary,
    /// Wrapped keys.
    Keys,
}

/// Every bucket.
pub const BUCKETS: [Bucket; 3] = [Bucket::Media, Bucket::Secondary, Bucket::Keys];

/// One version of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its id, given once.
    pub id: u64,
    /// What it holds, as its hash.
    pub content: u64,
    /// Whether the store itself refuses to erase it.
    pub held: bool,
    /// When it was put.
    pub put_at: DateTime<Utc>,
}

/// The store refused: a legal hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held;

/// All versions, by bucket and recording.
#[derive(Debug, Clone, Default)]
pub struct Store {
    versions: BTreeMap<(Bucket, usize), Vec<Version>>,
    given: u64,
}

impl Store {
    /// The versions there are.
    pub fn versions(&self, bucket: Bucket, recording: usize) -> &[Version] {
        self.versions.get(&(bucket, recording)).map_or(&[], Vec::as_slice)
    }

    /// How many versions there are in all buckets.
    pub fn count(&self, recording: usize) -> usize {
        BUCKETS.iter().map(|bucket| self.versions(*bucket, recording).len()).sum()
    }

    /// Puts an object unless there is one (If-None-Match); the version that is there then.
    pub fn put_new(&mut self, bucket: Bucket, recording: usize, content: u64, now: DateTime<Utc>) -> Version {
        let versions = self.versions.entry((bucket, recording)).or_default();
        if let Some(there) = versions.last() {
            return there.clone();
        }
        self.given += 1;
        let version = Version { id: self.given, content, held: false, put_at: now };
        versions.push(version.clone());
        version
    }

    /// Erases one version; one that is not there is as good as erased.
    ///
    /// # Errors
    /// [`Held`], and then it is still there.
    pub fn erase(&mut self, bucket: Bucket, recording: usize, id: u64) -> Result<(), Held> {
        let Some(versions) = self.versions.get_mut(&(bucket, recording)) else { return Ok(()) };
        if versions.iter().any(|version| version.id == id && version.held) {
            return Err(Held);
        }
        versions.retain(|version| version.id != id);
        Ok(())
    }

    /// Erases every version in a bucket.
    ///
    /// # Errors
    /// [`Held`] when any was.
    pub fn erase_all(&mut self, bucket: Bucket, recording: usize) -> Result<(), Held> {
        let ids: Vec<u64> = self.versions(bucket, recording).iter().map(|version| version.id).collect();
        ids.into_iter().map(|id| self.erase(bucket, recording, id)).fold(Ok(()), Result::and)
    }

    /// Sets the store's own hold on one version.
    pub fn hold(&mut self, bucket: Bucket, recording: usize, id: u64) {
        let versions = self.versions.entry((bucket, recording)).or_default();
        versions.iter_mut().filter(|version| version.id == id).for_each(|version| version.held = true);
    }

    /// Takes the store's own hold off every version of a recording.
    pub fn free(&mut self, recording: usize) {
        for bucket in BUCKETS {
            let versions = self.versions.entry((bucket, recording)).or_default();
            versions.iter_mut().for_each(|version| version.held = false);
        }
    }
}
