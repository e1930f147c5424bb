//! The object store of one machine: a directory of files that survives being killed at any moment.
//!
//! `<root>/media`, `<root>/secondary` and `<root>/keys` mirror the object keys. A file is the object's octets and a 64-octet trailer (see
//! [`trailer`]) with its version, length and SHA-256. It is written under `.tmp`, synced, read back and compared, and only then linked to
//! its name, which fails if the name is taken. Directories are 0700, files 0600. A hold is an empty file `.holds/<version>`.
//! There are no lifecycle rules here, so a backstop class is taken and means nothing; a key has one version at a time.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use rokuon_policy::backstop::BackstopClass;

use crate::object_store::{
    Bucket, ObjectKey, ObjectStore, ObjectVersion, StoreError, StoreErrorKind, StoredObject,
};

mod erasing;
mod files;
mod hold_marks;
mod listing;
mod trailer;

/// Objects as files under `<root>/<bucket>`. May be opened by several processes of one machine.
pub struct DirectoryStore {
    media: Arc<files::Files>,
    secondary: Arc<files::Files>,
    keys: Arc<files::Files>,
}

impl DirectoryStore {
    /// Opens (and makes, if it is not there) the store under `root`; what a killed process left half-written is swept.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let open = |bucket: Bucket| files::Files::open(&root.join(bucket.as_str())).map(Arc::new);
        Ok(Self {
            media: open(Bucket::Media)?,
            secondary: open(Bucket::Secondary)?,
            keys: open(Bucket::Keys)?,
        })
    }

    /// Runs blocking file work away from the async threads.
    async fn run<T, F>(&self, bucket: Bucket, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&files::Files) -> Result<T, StoreError> + Send + 'static,
    {
        let files = match bucket {
            Bucket::Media => Arc::clone(&self.media),
            Bucket::Secondary => Arc::clone(&self.secondary),
            Bucket::Keys => Arc::clone(&self.keys),
        };
        tokio::task::spawn_blocking(move || work(&files))
            .await
            .map_err(|stopped| StoreError::new(StoreErrorKind::Unavailable, stopped))?
    }
}

#[async_trait]
impl ObjectStore for DirectoryStore {
    async fn put(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        bytes: Bytes,
        _class: Option<BackstopClass>,
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

    async fn list_versions(
        &self,
        bucket: Bucket,
        prefix: &str,
        after: Option<&(String, String)>,
        limit: usize,
    ) -> Result<Vec<ObjectVersion>, StoreError> {
        let after = after.map_or_else(String::new, |(key, _)| key.clone());
        let prefix = prefix.to_owned();
        self.run(bucket, move |files| listing::list_versions(files, &prefix, &after, limit)).await
    }

    async fn list_versions_of_each(
        &self,
        bucket: Bucket,
        prefixes: &[String],
        limit: usize,
    ) -> Result<Vec<Vec<ObjectVersion>>, StoreError> {
        let prefixes = prefixes.to_vec();
        self.run(bucket, move |files| {
            prefixes.iter().map(|prefix| listing::list_versions(files, prefix, "", limit)).collect()
        })
        .await
    }

    async fn erase_versions(
        &self,
        bucket: Bucket,
        versions: &[(ObjectKey, String)],
    ) -> Vec<Result<(), StoreError>> {
        let (wanted, count) = (versions.to_vec(), versions.len());
        let erased = self.run(bucket, move |files| erasing::erase(files, &wanted));
        erased.await.unwrap_or_else(|error| {
            let stopped = |_| Err(StoreError::new(error.kind, "the erasure was interrupted"));
            (0..count).map(stopped).collect()
        })
    }

    async fn set_held(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        version_id: &str,
        held: bool,
    ) -> Result<(), StoreError> {
        let (key, version) = (key.clone(), version_id.to_owned());
        self.run(bucket, move |files| files.set_held(&key, &version, held)).await
    }

    async fn is_held(&self, bucket: Bucket, key: &ObjectKey, version_id: &str) -> Result<bool, StoreError> {
        let (key, version) = (key.clone(), version_id.to_owned());
        self.run(bucket, move |files| files.is_held(&key, &version)).await
    }

    async fn set_backstop(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        version_id: &str,
        _class: Option<BackstopClass>,
    ) -> Result<(), StoreError> {
        let (key, version) = (key.clone(), version_id.to_owned());
        self.run(bucket, move |files| files.named_version(&key, &version).map(drop)).await
    }
}

#[cfg(test)]
mod tests;
