//! The object store of one machine: a directory of files.

use std::ops::Range;
use std::path::Path;

use async_trait::async_trait;
use bytes::Bytes;

use crate::object_store::{Bucket, ObjectKey, ObjectStore, StoreError, StoredObject};

/// Objects as files under `<root>/media` and `<root>/keys`.
pub struct DirectoryStore {}

impl DirectoryStore {
    /// Opens (and makes, if it is not there) the store under `root`.
    pub fn open(_root: &Path) -> Result<Self, StoreError> {
        unimplemented!()
    }
}

#[async_trait]
impl ObjectStore for DirectoryStore {
    async fn put_new(&self, _: Bucket, _: &ObjectKey, _: Bytes) -> Result<StoredObject, StoreError> {
        unimplemented!()
    }
    async fn get_range(
        &self,
        _: Bucket,
        _: &ObjectKey,
        _: Option<&str>,
        _: Range<u64>,
    ) -> Result<Bytes, StoreError> {
        unimplemented!()
    }
    async fn get(&self, _: Bucket, _: &ObjectKey, _: Option<&str>) -> Result<Bytes, StoreError> {
        unimplemented!()
    }
    async fn head(&self, _: Bucket, _: &ObjectKey) -> Result<Option<StoredObject>, StoreError> {
        unimplemented!()
    }
    async fn list(
        &self,
        _: Bucket,
        _: &str,
        _: Option<&str>,
        _: usize,
    ) -> Result<Vec<ObjectKey>, StoreError> {
        unimplemented!()
    }
    async fn erase_version(&self, _: Bucket, _: &ObjectKey, _: &str) -> Result<(), StoreError> {
        unimplemented!()
    }
}
