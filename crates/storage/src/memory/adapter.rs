//! The port over the twin in memory.

use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;
use rokuon_policy::backstop::BackstopClass;
use sha2::{Digest, Sha256};

use super::MemoryStore;
use super::faults::{self, Operation};
use crate::object_store::{
    Bucket, ObjectKey, ObjectStore, ObjectVersion, StoreError, StoreErrorKind, StoredObject,
};

#[async_trait]
impl ObjectStore for MemoryStore {
    async fn put(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        bytes: Bytes,
        class: Option<BackstopClass>,
    ) -> Result<StoredObject, StoreError> {
        self.call(Operation::Put, (bucket, key.as_str(), bytes.len() as u64), |state, flip| {
            let sha256: [u8; 32] = Sha256::digest(&bytes).into();
            let corrupt = || StoreError::new(StoreErrorKind::Corrupt, "the object is not what was put");
            if let Some((there, stored)) = state.shelf.current(bucket, key) {
                return match (stored.sha256 == sha256, *there == bytes) {
                    (false, _) => {
                        Err(StoreError::new(StoreErrorKind::AlreadyExists, "another object has this key"))
                    }
                    (true, false) => Err(corrupt()),
                    (true, true) => Ok(stored.clone()),
                };
            }
            if state.faults.full {
                return Err(StoreError::new(StoreErrorKind::Full, "a fault the test asked for"));
            }
            if flip.is_some() {
                return Err(corrupt());
            }
            let stored = state.shelf.add(bucket, key, Some((bytes, sha256)), class);
            stored.ok_or_else(corrupt)
        })
        .await
    }

    async fn get_range(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        version: Option<&str>,
        range: Range<u64>,
    ) -> Result<Bytes, StoreError> {
        self.call(Operation::GetRange, (bucket, key.as_str(), 0), |state, flip| {
            let octets = state.shelf.object(bucket, key, version)?.0.clone();
            let end = range.end.min(octets.len() as u64);
            if range.start >= range.end {
                return Ok(Bytes::new());
            }
            if range.start >= end {
                return Err(StoreError::new(
                    StoreErrorKind::Refused,
                    "the range begins past the object's end",
                ));
            }
            state.counts.octets_fetched += end - range.start;
            let narrow = |n: u64| usize::try_from(n).expect("it lies in memory");
            let read = octets.slice(narrow(range.start)..narrow(end));
            Ok(flip.map_or(read.clone(), |(octet, mask)| faults::flip(&read, octet, mask).into()))
        })
        .await
    }

    async fn get(&self, bucket: Bucket, key: &ObjectKey, version: Option<&str>) -> Result<Bytes, StoreError> {
        self.call(Operation::Get, (bucket, key.as_str(), 0), |state, flip| {
            let (mut octets, stored) = state.shelf.object(bucket, key, version)?.clone();
            if let Some((octet, mask)) = flip {
                octets = faults::flip(&octets, octet, mask).into();
            }
            if Sha256::digest(&octets)[..] != stored.sha256 {
                return Err(StoreError::new(StoreErrorKind::Corrupt, "the object is not what was put"));
            }
            state.counts.octets_fetched += octets.len() as u64;
            Ok(octets)
        })
        .await
    }

    async fn head(&self, bucket: Bucket, key: &ObjectKey) -> Result<Option<StoredObject>, StoreError> {
        self.call(Operation::Head, (bucket, key.as_str(), 0), |state, _| {
            Ok(state.shelf.current(bucket, key).map(|(_, stored)| stored.clone()))
        })
        .await
    }

    async fn list(
        &self,
        bucket: Bucket,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<ObjectKey>, StoreError> {
        self.call(Operation::List, (bucket, prefix, 0), |state, _| {
            Ok(state.shelf.keys(bucket, prefix, after, limit))
        })
        .await
    }

    async fn list_versions(
        &self,
        bucket: Bucket,
        prefix: &str,
        after: Option<&(String, String)>,
        limit: usize,
    ) -> Result<Vec<ObjectVersion>, StoreError> {
        self.call(Operation::ListVersions, (bucket, prefix, 0), |state, _| {
            Ok(state.shelf.list_versions(bucket, prefix, after, limit))
        })
        .await
    }

    async fn erase_versions(
        &self,
        bucket: Bucket,
        versions: &[(ObjectKey, String)],
    ) -> Vec<Result<(), StoreError>> {
        let first = versions.first().map_or("", |(key, _)| key.as_str());
        let answers = self.call(Operation::Erase, (bucket, first, 0), |state, _| {
            Ok(versions.iter().map(|(key, version)| state.shelf.erase(bucket, key, version)).collect())
        });
        match answers.await {
            Ok(answers) => answers,
            Err(error) => {
                let again = |_| Err(StoreError::new(error.kind, "a fault the test asked for"));
                versions.iter().map(again).collect()
            }
        }
    }

    async fn set_held(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        version_id: &str,
        held: bool,
    ) -> Result<(), StoreError> {
        self.call(Operation::SetHeld, (bucket, key.as_str(), 0), |state, _| {
            state.shelf.version_mut(bucket, key, version_id)?.held = held;
            Ok(())
        })
        .await
    }

    async fn is_held(&self, bucket: Bucket, key: &ObjectKey, version_id: &str) -> Result<bool, StoreError> {
        self.call(Operation::IsHeld, (bucket, key.as_str(), 0), |state, _| {
            Ok(state.shelf.version_mut(bucket, key, version_id)?.held)
        })
        .await
    }

    async fn set_backstop(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        version_id: &str,
        class: Option<BackstopClass>,
    ) -> Result<(), StoreError> {
        self.call(Operation::SetBackstop, (bucket, key.as_str(), 0), |state, _| {
            state.shelf.version_mut(bucket, key, version_id)?.class = class;
            Ok(())
        })
        .await
    }
}
