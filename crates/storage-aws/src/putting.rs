//! How an object is put once, and once only, and read back before anyone relies on it.

use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ServerSideEncryption, StorageClass};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use rokuon_policy::backstop::BackstopClass;
use rokuon_storage::object_store::{
    Bucket, ObjectKey, ObjectStore, StoreError, StoreErrorKind, StoredObject,
};
use sha2::{Digest, Sha256};

use crate::failure::of_store;
use crate::s3_store::{S3Store, SHA256};

/// How often a put is tried among others before it is called busy.
const ATTEMPTS_AMONG_OTHERS: u32 = 6;

impl S3Store {
    /// Puts; `None` if another object is there already. Says too whether the store itself vouched for the SHA-256.
    pub(crate) async fn put_if_none(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        bytes: Bytes,
        sha256: &[u8; 32],
        class: Option<BackstopClass>,
    ) -> Result<Option<(StoredObject, bool)>, StoreError> {
        let store_key = self.store_key(key)?;
        let len = bytes.len() as u64;
        let request = self
            .client
            .put_object()
            .bucket(self.layout.name(bucket))
            .key(key.as_str())
            .if_none_match("*")
            .checksum_sha256(STANDARD.encode(sha256))
            .metadata(SHA256, hex(sha256))
            .content_type("application/octet-stream")
            .set_tagging(class.map(|class| format!("{}={class}", BackstopClass::TAG)))
            .set_server_side_encryption(store_key.is_some().then_some(ServerSideEncryption::AwsKms))
            // Of wrapped keys the key service is told the object's name, so that a tenant's key can insist on its own (infra/).
            .set_bucket_key_enabled(store_key.is_some().then_some(bucket != Bucket::Keys))
            .set_ssekms_key_id(store_key)
            .body(ByteStream::from(bytes));
        let request = match (&self.layout.secondary_class, bucket) {
            (Some(class), Bucket::Secondary) => request.storage_class(StorageClass::from(class.as_str())),
            _ => request,
        };
        match request.send().await {
            Ok(put) => {
                let version_id = put.version_id.filter(|version| version != "null").ok_or_else(|| {
                    StoreError::new(
                        StoreErrorKind::Refused,
                        format!(
                            "bucket {} keeps no versions: nothing may be stored in it",
                            self.layout.name(bucket)
                        ),
                    )
                })?;
                let vouched = put.checksum_sha256.is_some_and(|seen| seen == STANDARD.encode(sha256));
                Ok(Some((StoredObject { version_id, len, sha256: *sha256 }, vouched)))
            }
            Err(error) => {
                let error = of_store(error);
                if error.kind == StoreErrorKind::AlreadyExists { Ok(None) } else { Err(error) }
            }
        }
    }

    /// The same where the store does not decide between two who put at once: whoever finds another's object beside his own
    /// takes his back and comes again later. Who finds none was alone when he looked, so there are never two winners.
    pub(crate) async fn put_among_others(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        bytes: Bytes,
        sha256: &[u8; 32],
        class: Option<BackstopClass>,
    ) -> Result<Option<StoredObject>, StoreError> {
        for attempt in 0..ATTEMPTS_AMONG_OTHERS {
            // Where versions are kept such a store does not heed If-None-Match at all.
            if self.head(bucket, key).await?.is_some() {
                return Ok(None);
            }
            let Some((stored, _)) = self.put_if_none(bucket, key, bytes.clone(), sha256, class).await? else {
                return Ok(None);
            };
            let seen = self.list_versions(bucket, key.as_str(), None, 100).await?;
            let others = seen.iter().filter(|one| {
                one.key == *key && !one.is_delete_marker && one.version_id != stored.version_id
            });
            // What a marker hides may be older than the marker and nobody's rival; the newest alone would not tell.
            if others.count() == 0 || seen.iter().any(|one| one.key == *key && one.is_delete_marker) {
                return Ok(Some(stored));
            }
            self.erase_version(bucket, key, &stored.version_id).await?;
            let spread = u64::from(uuid::Uuid::new_v4().as_bytes()[0]);
            tokio::time::sleep(Duration::from_millis(spread << attempt)).await;
        }
        Err(StoreError::new(StoreErrorKind::Unavailable, "too many put this object at once; try again"))
    }

    /// What was just put, once it is known to lie there as it should.
    pub(crate) async fn proved(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        stored: StoredObject,
        vouched: bool,
    ) -> Result<StoredObject, StoreError> {
        // Who puts wrapped keys must not be able to read them: there the store's own word has to do, where it gives it.
        if bucket == Bucket::Keys && vouched {
            return Ok(stored);
        }
        match self.verify(bucket, key, &stored).await {
            Ok(()) => Ok(stored),
            Err(error) => {
                // Ours alone and wrong: nothing may rest on it, and its name had better be free. We may not be the one who erases.
                if error.kind == StoreErrorKind::Corrupt
                    && let Err(left) = self.erase_version(bucket, key, &stored.version_id).await
                {
                    tracing::warn!(error = %left, %key, "an object that was altered on the way stays behind");
                }
                Err(error)
            }
        }
    }

    /// Reads one version back from the store and compares it, chunk by chunk.
    pub(crate) async fn verify(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        stored: &StoredObject,
    ) -> Result<(), StoreError> {
        let read = self.open(bucket, key, Some(&stored.version_id), None).await?;
        let (mut body, mut hash, mut len) = (read.body, Sha256::new(), 0);
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|error| StoreError::new(StoreErrorKind::Unavailable, error))?;
            len += chunk.len() as u64;
            hash.update(&chunk);
        }
        if len == stored.len && hash.finalize()[..] == stored.sha256 {
            Ok(())
        } else {
            Err(StoreError::new(StoreErrorKind::Corrupt, "what was read back is not what was put"))
        }
    }
}

fn hex(octets: &[u8; 32]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
