//! The port to where encrypted objects are kept: written once, read by range, erased by version.

use std::error::Error as StdError;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use rokuon_policy::backstop::BackstopClass;

/// The places objects live in. They have separate roots, identities and backups: media is useless without its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bucket {
    /// Encrypted media, manifests and waveforms.
    Media,
    /// Encrypted media that was moved to the second tier.
    Secondary,
    /// Wrapped data keys, one small object a recording. In no backup.
    Keys,
}

impl Bucket {
    /// Every bucket.
    pub const ALL: [Bucket; 3] = [Bucket::Media, Bucket::Secondary, Bucket::Keys];

    /// `media`, `secondary` or `keys`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Bucket::Media => "media",
            Bucket::Secondary => "secondary",
            Bucket::Keys => "keys",
        }
    }
}

impl FromStr for Bucket {
    type Err = InvalidBucket;

    fn from_str(text: &str) -> Result<Self, InvalidBucket> {
        Self::ALL.into_iter().find(|bucket| bucket.as_str() == text).ok_or(InvalidBucket)
    }
}

/// A text that names no bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a bucket: media, secondary or keys")]
pub struct InvalidBucket;

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The name of an object in a bucket.
///
/// 1–400 octets: parts of `a-z 0-9 - _ .` joined by `/`; no part is empty or begins with a dot, so that no key can
/// climb out of a directory. Made by the functions of [`crate::object_key`]; parsed when it comes back from a row.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectKey(String);

/// A string that cannot be an object's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid object key")]
pub struct InvalidObjectKey;

impl ObjectKey {
    /// The longest key, in octets.
    pub const MAX_LEN: usize = 400;

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ObjectKey {
    type Err = InvalidObjectKey;

    fn from_str(text: &str) -> Result<Self, InvalidObjectKey> {
        let part_is_sound = |part: &str| {
            !part.is_empty()
                && part.len() <= 200
                && !part.starts_with('.')
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b))
        };
        if text.len() <= Self::MAX_LEN && text.split('/').all(part_is_sound) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidObjectKey)
        }
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the store says of one version of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    /// The store's own name for this version; erasure and holds are always by version.
    pub version_id: String,
    /// Length in octets.
    pub len: u64,
    /// SHA-256 over all octets, checked against what was read back when it was put.
    pub sha256: [u8; 32],
}

/// One entry of a bucket's history of an object, as listings by version say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectVersion {
    /// The object's name.
    pub key: ObjectKey,
    /// The store's own name for this version.
    pub version_id: String,
    /// Whether it holds nothing and only hides the versions before it.
    pub is_delete_marker: bool,
    /// Length in octets; 0 for a marker.
    pub len: u64,
    /// When it was put, by the store's clock, if the store knows.
    pub last_modified: Option<DateTime<Utc>>,
}

/// Where encrypted objects are kept.
///
/// Objects are written once and never changed. One contract suite ([`crate::contract`]) runs on every adapter.
#[async_trait]
pub trait ObjectStore: Send + Sync {
    /// Creates an object, verified by reading it back before this returns.
    ///
    /// The same octets under the same key again are `Ok` with the version that is there (whatever its class); other octets
    /// are [`StoreErrorKind::AlreadyExists`] and change nothing. With a class a rule of the store may erase it in the end.
    async fn put(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        bytes: Bytes,
        class: Option<BackstopClass>,
    ) -> Result<StoredObject, StoreError>;

    /// [`Self::put`] of an object that no rule of the store may touch.
    async fn put_new(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        bytes: Bytes,
    ) -> Result<StoredObject, StoreError> {
        self.put(bucket, key, bytes, None).await
    }

    /// The octets `range` of an object; clamped at its end. `version: None` means the one that is there.
    ///
    /// A start at or past the end of a range that is not empty is [`StoreErrorKind::Refused`].
    async fn get_range(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        version: Option<&str>,
        range: Range<u64>,
    ) -> Result<Bytes, StoreError>;

    /// A whole object, its SHA-256 checked: [`StoreErrorKind::Corrupt`] if it is not what was put. For small objects.
    async fn get(&self, bucket: Bucket, key: &ObjectKey, version: Option<&str>) -> Result<Bytes, StoreError>;

    /// What is stored under `key`, or `None`.
    async fn head(&self, bucket: Bucket, key: &ObjectKey) -> Result<Option<StoredObject>, StoreError>;

    /// Up to `limit` keys that begin with `prefix` and come after `after`, in ascending octet order.
    async fn list(
        &self,
        bucket: Bucket,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<ObjectKey>, StoreError>;

    /// Up to `limit` versions and delete markers of objects whose keys begin with `prefix`, after the version `after` (key and
    /// version id), by key in ascending octet order and the newest of a key first. Orphans are found by this.
    async fn list_versions(
        &self,
        bucket: Bucket,
        prefix: &str,
        after: Option<&(String, String)>,
        limit: usize,
    ) -> Result<Vec<ObjectVersion>, StoreError>;

    /// The first page of [`Self::list_versions`] of each of these prefixes, in their order: a store that answers from this machine
    /// answers them all at once.
    async fn list_versions_of_each(
        &self,
        bucket: Bucket,
        prefixes: &[String],
        limit: usize,
    ) -> Result<Vec<Vec<ObjectVersion>>, StoreError> {
        let mut pages = Vec::with_capacity(prefixes.len());
        for prefix in prefixes {
            pages.push(self.list_versions(bucket, prefix, None, limit).await?);
        }
        Ok(pages)
    }

    /// Erases versions (or delete markers) for good: one answer each, in their order. Erasing what is not there is `Ok`: it
    /// can be run again. A held version stays and is [`StoreErrorKind::Held`]; it keeps none of the others.
    async fn erase_versions(
        &self,
        bucket: Bucket,
        versions: &[(ObjectKey, String)],
    ) -> Vec<Result<(), StoreError>>;

    /// [`Self::erase_versions`] of one.
    async fn erase_version(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        version_id: &str,
    ) -> Result<(), StoreError> {
        let mut answers = self.erase_versions(bucket, &[(key.clone(), version_id.to_owned())]).await;
        answers.pop().unwrap_or_else(|| {
            Err(StoreError::new(StoreErrorKind::Unavailable, "the store did not say what became of it"))
        })
    }

    /// Sets or takes off the store's own legal hold on one version: while it is on the store itself refuses to erase it,
    /// whoever asks. Setting it again is `Ok`; on what is not there it is [`StoreErrorKind::NotFound`].
    async fn set_held(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        version_id: &str,
        held: bool,
    ) -> Result<(), StoreError>;

    /// Whether the store's own legal hold is on that version.
    async fn is_held(&self, bucket: Bucket, key: &ObjectKey, version_id: &str) -> Result<bool, StoreError>;

    /// Gives a version another class, or none: then no rule of the store touches it.
    async fn set_backstop(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        version_id: &str,
        class: Option<BackstopClass>,
    ) -> Result<(), StoreError>;
}

/// What kind of refusal or failure a store met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StoreErrorKind {
    /// The store cannot be reached or failed inside; worth trying again.
    Unavailable,
    /// No such object or version.
    NotFound,
    /// Another object is already there under this key.
    AlreadyExists,
    /// No room is left; worth trying again once there is.
    Full,
    /// What is there is not what was put.
    Corrupt,
    /// A legal hold of the store keeps that version.
    Held,
    /// The request itself is not acceptable, or not permitted.
    Refused,
}

/// A failure of the object store: its kind, and the cause beneath it.
#[derive(Debug, thiserror::Error)]
#[error("object store: {kind:?}: {source}")]
pub struct StoreError {
    /// What the caller decides by.
    pub kind: StoreErrorKind,
    /// What happened beneath.
    #[source]
    pub source: Box<dyn StdError + Send + Sync>,
}

impl StoreError {
    /// A failure with its cause.
    pub fn new(kind: StoreErrorKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind, source: source.into() }
    }

    /// Whether the same request may succeed later without anything being changed in it.
    pub const fn retryable(&self) -> bool {
        matches!(self.kind, StoreErrorKind::Unavailable | StoreErrorKind::Full)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_spelled_one_way() {
        for bucket in Bucket::ALL {
            assert_eq!(bucket.to_string().parse(), Ok(bucket));
        }
        assert_eq!("Media".parse::<Bucket>(), Err(InvalidBucket));
    }

    #[test]
    fn a_key_cannot_climb_out_of_its_directory() {
        for good in ["a", "toyonaka/019a00/x/segment-00000.e0", "a.b/c_d"] {
            assert!(good.parse::<ObjectKey>().is_ok(), "{good:?} was refused");
        }
        let long = "a/".repeat(200) + "a";
        for bad in [
            "", "/", "/a", "a/", "a//b", "..", "a/../b", "./a", ".tmp/x", "A", "a\\b", "a b", "a\0", "市",
            &long,
        ] {
            assert!(bad.parse::<ObjectKey>().is_err(), "{bad:?} was accepted");
        }
    }
}
