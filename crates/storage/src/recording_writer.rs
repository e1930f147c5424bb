//! Puts a finished recording into the store: wrapped key, sealed segments, waveform and manifest, the last three as one object where
//! there is a segment to end with.

use std::sync::Arc;

use bytes::Bytes;
use rokuon_policy::backstop::BackstopClass;
use rokuon_policy::ids::{RecordingId, TenantId};
use sha2::{Digest, Sha256};

use crate::container::{ContainerError, seal, unseal};
use crate::container_context::ContainerContext;
use crate::key_service::{DataKey, WrappedKey};
use crate::object_key;
use crate::object_store::{Bucket, ObjectKey, ObjectStore, StoreError, StoreErrorKind, StoredObject};
use crate::sections::Sections;

pub mod last_segment;

/// How often sealing may begin anew under another epoch before it is called broken.
const MAX_EPOCHS: u32 = 16;

/// What was sealed: all a row must know to find it and prove it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedObject {
    /// Its name in bucket Media.
    pub object_key: ObjectKey,
    /// The store's name of the version.
    pub version_id: String,
    /// Length of the container in octets.
    pub container_len: u64,
    /// SHA-256 of the container.
    pub container_sha256: [u8; 32],
    /// SHA-256 of the plaintext (for a segment: of the media file).
    pub media_sha256: [u8; 32],
    /// Length of the plaintext in octets.
    pub media_len: u64,
    /// SHA-256 of the whole object: of the container, where there is nothing behind it.
    pub object_sha256: [u8; 32],
    /// What lies in the object behind the container, if anything does.
    pub sections: Option<Sections>,
}

impl SealedObject {
    /// Length of the whole object in octets.
    pub fn object_len(&self) -> u64 {
        self.sections.map_or(self.container_len, Sections::object_len)
    }
}

/// A sealed segment.
pub type SealedSegment = SealedObject;

/// Why sealing failed.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The container just made does not open to what went in: memory or processor at fault. Nothing was put.
    #[error("a container just sealed does not open again: {0}")]
    SelfCheck(#[source] ContainerError),
    /// The sealing task was stopped with the runtime.
    #[error("sealing was interrupted")]
    Interrupted,
    /// The manifest could not be written down.
    #[error("the manifest cannot be written: {0}")]
    Manifest(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl WriteError {
    /// Whether the same sealing may succeed later.
    pub const fn retryable(&self) -> bool {
        match self {
            Self::Store(error) => error.retryable(),
            Self::SelfCheck(_) | Self::Interrupted => true,
            Self::Manifest(_) => false,
        }
    }
}

/// Puts a recording's objects. May be run again after a crash at any point: what is already there with the same
/// plaintext is taken as it is; other plaintext goes under the next epoch, and nothing is overwritten.
#[derive(Clone)]
pub struct RecordingWriter {
    store: Arc<dyn ObjectStore>,
    class: Option<BackstopClass>,
}

impl RecordingWriter {
    /// A writer into `store`, of objects that no rule of the store may touch.
    pub fn new(store: Arc<dyn ObjectStore>) -> Self {
        Self { store, class: None }
    }

    /// The same, of objects with a backstop class.
    #[must_use]
    pub fn with_class(&self, class: Option<BackstopClass>) -> Self {
        Self { class, ..self.clone() }
    }

    /// Puts the wrapped key into bucket Keys. Until this has succeeded no segment may be put: nothing would open it.
    pub async fn put_key(
        &self,
        tenant: &TenantId,
        recording: RecordingId,
        wrapped: &WrappedKey,
    ) -> Result<StoredObject, WriteError> {
        let key = object_key::wrapped_key(tenant, recording);
        let octets = Bytes::copy_from_slice(wrapped.as_bytes());
        Ok(self.store.put(Bucket::Keys, &key, octets, self.class).await?)
    }

    /// Seals a segment's media file and puts it.
    pub async fn put_segment(
        &self,
        context: &ContainerContext,
        key: &DataKey,
        media: Bytes,
    ) -> Result<SealedSegment, WriteError> {
        let name = |epoch| object_key::media(&context.tenant, context.recording, context.segment, epoch);
        self.put_sealed(context, key, media, &name).await
    }

    /// Seals the manifest (JSON) and puts it.
    pub async fn put_manifest(
        &self,
        tenant: &TenantId,
        recording: RecordingId,
        key: &DataKey,
        json: Bytes,
    ) -> Result<SealedObject, WriteError> {
        let context = ContainerContext::manifest(tenant.clone(), recording);
        self.put_sealed(&context, key, json, &|epoch| object_key::manifest(tenant, recording, epoch)).await
    }

    /// Seals the waveform and puts it.
    pub async fn put_peaks(
        &self,
        tenant: &TenantId,
        recording: RecordingId,
        key: &DataKey,
        peaks: Bytes,
    ) -> Result<SealedObject, WriteError> {
        let context = ContainerContext::peaks(tenant.clone(), recording);
        self.put_sealed(&context, key, peaks, &|epoch| object_key::peaks(tenant, recording, epoch)).await
    }

    async fn put_sealed(
        &self,
        context: &ContainerContext,
        key: &DataKey,
        plaintext: Bytes,
        name: &(dyn Fn(u32) -> ObjectKey + Send + Sync),
    ) -> Result<SealedObject, WriteError> {
        let (media_sha256, media_len) = (Sha256::digest(&plaintext).into(), plaintext.len() as u64);
        let container = seal_checked(context.clone(), key.clone(), plaintext).await?;
        let done = |object_key, stored: StoredObject| SealedObject {
            object_key,
            version_id: stored.version_id,
            container_len: stored.len,
            container_sha256: stored.sha256,
            media_sha256,
            media_len,
            object_sha256: stored.sha256,
            sections: None,
        };
        for epoch in 0..MAX_EPOCHS {
            let object_key = name(epoch);
            match self.store.put(Bucket::Media, &object_key, container.clone(), self.class).await {
                Ok(stored) => return Ok(done(object_key, stored)),
                // Something else is there, or what is there is not what was put: another name, unless it serves after all.
                Err(error)
                    if matches!(error.kind, StoreErrorKind::AlreadyExists | StoreErrorKind::Corrupt) => {}
                Err(error) => return Err(error.into()),
            }
            // An earlier run got as far as this object. Take it if it holds the same plaintext.
            if let Some(stored) = self.holding(&object_key, context, key, &media_sha256).await? {
                return Ok(done(object_key, stored));
            }
        }
        Err(all_taken().into())
    }

    /// The object, if it is there, sound, and opens to plaintext of this hash.
    async fn holding(
        &self,
        object_key: &ObjectKey,
        context: &ContainerContext,
        key: &DataKey,
        media_sha256: &[u8; 32],
    ) -> Result<Option<StoredObject>, StoreError> {
        let Some((stored, container)) = self.fetch(object_key).await? else { return Ok(None) };
        let same = unseal(key, context, &container)
            .is_ok_and(|plain| Sha256::digest(&plain)[..] == media_sha256[..]);
        Ok(same.then_some(stored))
    }
}

fn all_taken() -> StoreError {
    let source = "every epoch of this object is taken by other content";
    StoreError::new(StoreErrorKind::AlreadyExists, source)
}

/// Seals away from the async threads and opens the result again before anyone relies on it (INV-5).
async fn seal_checked(
    context: ContainerContext,
    key: DataKey,
    plaintext: Bytes,
) -> Result<Bytes, WriteError> {
    let work = move || {
        let container = seal(&key, &context, &plaintext);
        match unseal(&key, &context, &container) {
            Ok(opened) if opened == plaintext => Ok(Bytes::from(container)),
            Ok(_) => Err(WriteError::SelfCheck(ContainerError::Altered { chunk: 0 })),
            Err(error) => Err(WriteError::SelfCheck(error)),
        }
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| WriteError::Interrupted)?
}
