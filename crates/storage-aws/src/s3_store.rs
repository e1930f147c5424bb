//! The object store over S3: versions, conditional puts, SHA-256 end to end, legal holds by version.

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::types::{ChecksumMode, ObjectLockLegalHold, ObjectLockLegalHoldStatus, Tag, Tagging};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use rokuon_policy::backstop::BackstopClass;
use rokuon_storage::object_key::TAILS;
use rokuon_storage::object_store::{
    Bucket, ObjectKey, ObjectStore, ObjectVersion, StoreError, StoreErrorKind, StoredObject,
};
use sha2::{Digest, Sha256};

use crate::failure::{code_of, of_store};
use crate::tenant_keys::TenantKeys;
use crate::{erasing, listing};

/// The metadata that repeats an object's SHA-256 in hex: stores of old do not return checksums.
pub(crate) const SHA256: &str = "rokuon-sha256";

/// The largest object read whole, in octets: more than a part of ten minutes in any codec we record.
const LARGEST_WHOLE: u64 = 512 << 20;

/// How the store encrypts what we encrypted already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StoreEncryption {
    /// As the bucket's default says.
    #[default]
    BucketDefault,
    /// SSE-KMS under the tenant's own key.
    TenantKey,
}

/// Names and habits of the buckets.
#[derive(Debug, Clone)]
pub struct S3Layout {
    /// Sealed media.
    pub media: String,
    /// Sealed media of the second tier.
    pub secondary: String,
    /// Wrapped keys.
    pub keys: String,
    /// The storage class of the second tier, such as `STANDARD_IA`; left out, the bucket's own.
    pub secondary_class: Option<String>,
    /// How the store encrypts.
    pub encryption: StoreEncryption,
    /// The cell's own key, for what is of no tenant (tails) where the store encrypts under tenants' keys.
    pub cell_key: Option<String>,
    /// Whether the store heeds If-None-Match, and of two who put under one name at once lets one win. Ceph's radosgw does neither
    /// where versions are kept; then we look before every put and after it.
    pub atomic_puts: bool,
}

impl S3Layout {
    /// The name of a bucket.
    pub fn name(&self, bucket: Bucket) -> &str {
        match bucket {
            Bucket::Media => &self.media,
            Bucket::Secondary => &self.secondary,
            Bucket::Keys => &self.keys,
        }
    }
}

/// Objects in S3. The buckets must keep versions and have Object Lock: `rokuon storage check` tries that.
pub struct S3Store {
    pub(crate) client: Client,
    pub(crate) layout: S3Layout,
    tenant_keys: Arc<TenantKeys>,
}

impl S3Store {
    /// A store over these buckets. `tenant_keys` is asked only for [`StoreEncryption::TenantKey`].
    pub const fn new(client: Client, layout: S3Layout, tenant_keys: Arc<TenantKeys>) -> Self {
        Self { client, layout, tenant_keys }
    }

    /// The key the store shall encrypt this object under: that of the tenant its name begins with.
    pub(crate) fn store_key(&self, key: &ObjectKey) -> Result<Option<String>, StoreError> {
        if self.layout.encryption == StoreEncryption::BucketDefault {
            return Ok(None);
        }
        // Tails hold several tenants' calls, each under its own key already.
        if key.as_str().starts_with(TAILS) {
            return Ok(self.layout.cell_key.clone());
        }
        let tenant = key.as_str().split('/').next().unwrap_or_default();
        let tenant = tenant.parse().map_err(|error| StoreError::new(StoreErrorKind::Refused, error))?;
        Ok(Some(self.tenant_keys.store_key(&tenant)))
    }

    pub(crate) async fn open(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        version: Option<&str>,
        range: Option<String>,
    ) -> Result<GetObjectOutput, StoreError> {
        let request = self
            .client
            .get_object()
            .bucket(self.layout.name(bucket))
            .key(key.as_str())
            .set_version_id(version.map(str::to_owned))
            .set_range(range);
        request.send().await.map_err(|error| match code_of(&error) {
            // A delete marker, asked for by its version.
            (405, _) => StoreError::new(StoreErrorKind::NotFound, "this version holds nothing"),
            _ => of_store(error),
        })
    }
}

/// An answer's octets, of which there may be `most`.
async fn collect(output: GetObjectOutput, most: u64) -> Result<Bytes, StoreError> {
    let too_long = || StoreError::new(StoreErrorKind::Refused, "longer than may be read at once");
    let announced = output.content_length.and_then(|len| u64::try_from(len).ok()).unwrap_or(0);
    if announced > most {
        return Err(too_long());
    }
    let mut octets = BytesMut::with_capacity(usize::try_from(announced).map_err(|_| too_long())?);
    let mut body = output.body;
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| StoreError::new(StoreErrorKind::Unavailable, error))?;
        if (octets.len() + chunk.len()) as u64 > most {
            return Err(too_long());
        }
        octets.extend_from_slice(&chunk);
    }
    Ok(octets.freeze())
}

/// The SHA-256 that was written beside the object.
fn sha256_of(metadata: Option<&std::collections::HashMap<String, String>>) -> Result<[u8; 32], StoreError> {
    let text = metadata.and_then(|metadata| metadata.get(SHA256)).map(String::as_bytes).unwrap_or_default();
    let (pairs, rest) = text.as_chunks::<2>();
    let octet = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let octets: Option<Vec<u8>> = pairs.iter().map(octet).collect();
    octets.filter(|_| rest.is_empty()).and_then(|octets| octets.try_into().ok()).ok_or_else(|| {
        StoreError::new(
            StoreErrorKind::Corrupt,
            "the object was not put by us: it carries no SHA-256 of ours",
        )
    })
}

#[async_trait]
impl ObjectStore for S3Store {
    async fn put(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        bytes: Bytes,
        class: Option<BackstopClass>,
    ) -> Result<StoredObject, StoreError> {
        let sha256: [u8; 32] = Sha256::digest(&bytes).into();
        if self.layout.atomic_puts {
            if let Some((stored, vouched)) = self.put_if_none(bucket, key, bytes, &sha256, class).await? {
                return self.proved(bucket, key, stored, vouched).await;
            }
        } else if let Some(stored) = self.put_among_others(bucket, key, bytes, &sha256, class).await? {
            return self.proved(bucket, key, stored, false).await;
        }
        let there = self.head(bucket, key).await?.ok_or_else(|| {
            StoreError::new(StoreErrorKind::Unavailable, "the object was erased while it was put; try again")
        })?;
        if there.sha256 != sha256 {
            return Err(StoreError::new(StoreErrorKind::AlreadyExists, "another object has this key"));
        }
        match self.verify(bucket, key, &there).await {
            Err(error) if bucket == Bucket::Keys && error.kind == StoreErrorKind::Refused => Ok(there),
            verified => verified.map(|()| there),
        }
    }

    async fn get_range(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        version: Option<&str>,
        range: Range<u64>,
    ) -> Result<Bytes, StoreError> {
        if range.start >= range.end {
            return Ok(Bytes::new());
        }
        let octets = format!("bytes={}-{}", range.start, range.end - 1);
        let output = self.open(bucket, key, version, Some(octets)).await?;
        // A store that knows no ranges would send everything.
        if output.content_range.is_none() {
            return Err(StoreError::new(StoreErrorKind::Refused, "the store did not answer with a range"));
        }
        collect(output, range.end - range.start).await
    }

    async fn get(&self, bucket: Bucket, key: &ObjectKey, version: Option<&str>) -> Result<Bytes, StoreError> {
        let output = self.open(bucket, key, version, None).await?;
        let sha256 = sha256_of(output.metadata())?;
        let octets = collect(output, LARGEST_WHOLE).await?;
        if Sha256::digest(&octets)[..] != sha256 {
            return Err(StoreError::new(StoreErrorKind::Corrupt, "the object is not what was put"));
        }
        Ok(octets)
    }

    async fn head(&self, bucket: Bucket, key: &ObjectKey) -> Result<Option<StoredObject>, StoreError> {
        let request = self.client.head_object().bucket(self.layout.name(bucket)).key(key.as_str());
        // The checksum of an object under a tenant's key is told to those only who may open it.
        let checksum = (bucket != Bucket::Keys).then_some(ChecksumMode::Enabled);
        let head = match request.set_checksum_mode(checksum).send().await {
            Ok(head) => head,
            Err(error) => {
                let error = of_store(error);
                return if error.kind == StoreErrorKind::NotFound { Ok(None) } else { Err(error) };
            }
        };
        let sha256 = sha256_of(head.metadata())?;
        if head.checksum_sha256().is_some_and(|seen| seen != STANDARD.encode(sha256)) {
            return Err(StoreError::new(
                StoreErrorKind::Corrupt,
                "the store's checksum is not that of what was put",
            ));
        }
        let version_id = head.version_id.unwrap_or_default();
        let len = head.content_length.and_then(|len| u64::try_from(len).ok()).unwrap_or_default();
        Ok(Some(StoredObject { version_id, len, sha256 }))
    }

    async fn list(
        &self,
        bucket: Bucket,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<ObjectKey>, StoreError> {
        listing::keys(&self.client, self.layout.name(bucket), prefix, after, limit).await
    }

    async fn list_versions(
        &self,
        bucket: Bucket,
        prefix: &str,
        after: Option<&(String, String)>,
        limit: usize,
    ) -> Result<Vec<ObjectVersion>, StoreError> {
        listing::versions(&self.client, self.layout.name(bucket), prefix, after, limit).await
    }

    async fn erase_versions(
        &self,
        bucket: Bucket,
        versions: &[(ObjectKey, String)],
    ) -> Vec<Result<(), StoreError>> {
        erasing::erase(self, bucket, versions).await
    }

    async fn set_held(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        version_id: &str,
        held: bool,
    ) -> Result<(), StoreError> {
        let status = if held { ObjectLockLegalHoldStatus::On } else { ObjectLockLegalHoldStatus::Off };
        let request = self
            .client
            .put_object_legal_hold()
            .bucket(self.layout.name(bucket))
            .key(key.as_str())
            .version_id(version_id)
            .legal_hold(ObjectLockLegalHold::builder().status(status).build());
        request.send().await.map(drop).map_err(of_store)
    }

    async fn is_held(&self, bucket: Bucket, key: &ObjectKey, version_id: &str) -> Result<bool, StoreError> {
        let request = self
            .client
            .get_object_legal_hold()
            .bucket(self.layout.name(bucket))
            .key(key.as_str())
            .version_id(version_id);
        match request.send().await {
            Ok(answer) => {
                let status = answer.legal_hold.and_then(|hold| hold.status);
                Ok(status == Some(ObjectLockLegalHoldStatus::On))
            }
            // No hold was ever on it.
            Err(error)
                if matches!(
                    code_of(&error).1,
                    "NoSuchObjectLockConfiguration" | "ObjectLockConfigurationNotFoundError"
                ) =>
            {
                Ok(false)
            }
            Err(error) => Err(of_store(error)),
        }
    }

    async fn set_backstop(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        version_id: &str,
        class: Option<BackstopClass>,
    ) -> Result<(), StoreError> {
        let (name, key) = (self.layout.name(bucket), key.as_str());
        let Some(class) = class else {
            let request = self.client.delete_object_tagging().bucket(name).key(key).version_id(version_id);
            return request.send().await.map(drop).map_err(of_store);
        };
        let tag = Tag::builder().key(BackstopClass::TAG).value(class.to_string()).build();
        let tags = tag.and_then(|tag| Tagging::builder().tag_set(tag).build());
        let tags = tags.map_err(|error| StoreError::new(StoreErrorKind::Refused, error))?;
        let request =
            self.client.put_object_tagging().bucket(name).key(key).version_id(version_id).tagging(tags);
        request.send().await.map(drop).map_err(of_store)
    }
}
