//! The object store of one machine: a directory of files that survives being killed at any moment.
//!
//! `<root>/media` and `<root>/keys` mirror the object keys. A file is the object's octets and a 64-octet trailer (see
//! [`trailer`]) with its version, length and SHA-256. It is written under `.tmp`, synced, read back and compared, and only then linked to
//! its name, which fails if the name is taken. Directories are 0700, files 0600.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::object_store::{Bucket, ObjectKey, ObjectStore, StoreError, StoreErrorKind, StoredObject};

mod files;
mod listing;
mod trailer;

/// Objects as files under `<root>/media` and `<root>/keys`. May be opened by several processes of one machine.
pub struct DirectoryStore {
    media: Arc<files::Files>,
    keys: Arc<files::Files>,
}

impl DirectoryStore {
    /// Opens (and makes, if it is not there) the store under `root`; what a killed process left half-written is swept.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let open = |bucket: Bucket| files::Files::open(&root.join(bucket.as_str())).map(Arc::new);
        Ok(Self { media: open(Bucket::Media)?, keys: open(Bucket::Keys)? })
    }

    /// Runs blocking file work away from the async threads.
    async fn run<T, F>(&self, bucket: Bucket, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&files::Files) -> Result<T, StoreError> + Send + 'static,
    {
        let files = match bucket {
            Bucket::Media => Arc::clone(&self.media),
            Bucket::Keys => Arc::clone(&self.keys),
        };
        tokio::task::spawn_blocking(move || work(&files))
            .await
            .map_err(|stopped| StoreError::new(StoreErrorKind::Unavailable, stopped))?
    }
}

#[async_trait]
impl ObjectStore for DirectoryStore {
    async fn put_new(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        bytes: Bytes,
    ) -> Result<StoredObject, StoreError> {
        let key = key.clone();
        self.run(bucket, move |files| files.put_new(&key, &bytes)).await
    }

    async fn get_range(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        version: Option<&str>,
        range: Range<u64>,
    ) -> Result<Bytes, StoreError> {
        let (key, version) = (key.clone(), version.map(str::to_owned));
        self.run(bucket, move |files| files.get_range(&key, version.as_deref(), range)).await
    }

    async fn get(&self, bucket: Bucket, key: &ObjectKey, version: Option<&str>) -> Result<Bytes, StoreError> {
        let (key, version) = (key.clone(), version.map(str::to_owned));
        self.run(bucket, move |files| files.get(&key, version.as_deref())).await
    }

    async fn head(&self, bucket: Bucket, key: &ObjectKey) -> Result<Option<StoredObject>, StoreError> {
        let key = key.clone();
        self.run(bucket, move |files| files.head(&key)).await
    }

    async fn list(
        &self,
        bucket: Bucket,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<ObjectKey>, StoreError> {
        let (prefix, after) = (prefix.to_owned(), after.unwrap_or_default().to_owned());
        self.run(bucket, move |files| listing::list(files.root(), &prefix, &after, limit)).await
    }

    async fn erase_version(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        version_id: &str,
    ) -> Result<(), StoreError> {
        let (key, version) = (key.clone(), version_id.to_owned());
        self.run(bucket, move |files| files.erase_version(&key, &version)).await
    }
}

#[cfg(test)]
mod tests;
