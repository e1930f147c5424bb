//! Puts the segment that ends a recording, with waveform and manifest behind it in the same object.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::{MAX_EPOCHS, RecordingWriter, SealedObject, SealedSegment, WriteError, seal_checked};
use crate::container::unseal;
use crate::container_context::ContainerContext;
use crate::key_service::DataKey;
use crate::object_key;
use crate::object_store::{Bucket, ObjectKey, StoreError, StoreErrorKind, StoredObject};
use crate::sections::Sections;

/// A segment's container as the manifest beside it names it: what of it is known before it lies anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedContainer {
    /// The object it is in, at its front.
    pub object_key: ObjectKey,
    /// Its length in octets.
    pub container_len: u64,
    /// Its SHA-256.
    pub container_sha256: [u8; 32],
    /// SHA-256 of the media file.
    pub media_sha256: [u8; 32],
    /// Length of the media file in octets.
    pub media_len: u64,
}

impl From<&SealedSegment> for NamedContainer {
    fn from(sealed: &SealedSegment) -> Self {
        Self {
            object_key: sealed.object_key.clone(),
            container_len: sealed.container_len,
            container_sha256: sealed.container_sha256,
            media_sha256: sealed.media_sha256,
            media_len: sealed.media_len,
        }
    }
}

/// Writes the manifest (JSON) of a recording that ends with this segment. The same segment gives the same octets.
pub type ManifestOf<'a> = dyn Fn(&NamedContainer) -> Result<Bytes, WriteError> + Send + Sync + 'a;

/// The segment that ends a recording, and what was put with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastSegment {
    /// The segment.
    pub segment: SealedSegment,
    /// SHA-256 of the manifest.
    pub manifest_sha256: [u8; 32],
}

/// What lies under a name already.
enum There {
    /// The same segment, waveform and manifest.
    Whole(StoredObject, Sections, [u8; 32]),
    /// The same segment alone, as it is put of a call that lives and was put by former releases.
    Alone(StoredObject),
    /// Anything else, or nothing that opens.
    Other,
}

impl RecordingWriter {
    /// Seals the media file of the segment that ends a recording, its waveform and its manifest, and puts them as one object.
    ///
    /// An object that an earlier run put is taken if all three in it are the same, a segment that it put alone as well: then the other
    /// two are put by themselves.
    pub async fn put_last_segment(
        &self,
        context: &ContainerContext,
        key: &DataKey,
        media: Bytes,
        peaks: Bytes,
        manifest: &ManifestOf<'_>,
    ) -> Result<LastSegment, WriteError> {
        let (tenant, recording) = (&context.tenant, context.recording);
        let (media_sha256, media_len) = (Sha256::digest(&media).into(), media.len() as u64);
        let container = seal_checked(context.clone(), key.clone(), media).await?;
        let (container_len, container_sha256) = (container.len() as u64, Sha256::digest(&container).into());
        let peaks_context = ContainerContext::peaks(tenant.clone(), recording);
        let peaks_container = seal_checked(peaks_context, key.clone(), peaks.clone()).await?;
        for epoch in 0..MAX_EPOCHS {
            let object_key = object_key::media(tenant, recording, context.segment, epoch);
            let named =
                NamedContainer { object_key, container_len, container_sha256, media_sha256, media_len };
            let json = manifest(&named)?;
            let manifest_sha256 = Sha256::digest(&json).into();
            let manifest_context = ContainerContext::manifest(tenant.clone(), recording);
            let manifest_container = seal_checked(manifest_context, key.clone(), json).await?;
            let sections = Sections {
                media_len: container_len,
                peaks_len: peaks_container.len() as u64,
                manifest_len: manifest_container.len() as u64,
            };
            let index = sections.index();
            let object = [&container[..], &peaks_container, &manifest_container, &index].concat();
            match self.store.put(Bucket::Media, &named.object_key, object.into(), self.class).await {
                Ok(stored) => {
                    let segment = sealed(named, stored, Some(sections));
                    return Ok(LastSegment { segment, manifest_sha256 });
                }
                Err(error)
                    if matches!(error.kind, StoreErrorKind::AlreadyExists | StoreErrorKind::Corrupt) => {}
                Err(error) => return Err(error.into()),
            }
            match self.there(named, context, key, &peaks, manifest).await? {
                (named, There::Whole(stored, sections, manifest_sha256)) => {
                    let segment = sealed(named, stored, Some(sections));
                    return Ok(LastSegment { segment, manifest_sha256 });
                }
                (named, There::Alone(stored)) => {
                    let json = manifest(&named)?;
                    self.put_peaks(tenant, recording, key, peaks).await?;
                    let manifest_sha256 = self.put_manifest(tenant, recording, key, json).await?.media_sha256;
                    return Ok(LastSegment { segment: sealed(named, stored, None), manifest_sha256 });
                }
                (_, There::Other) => {}
            }
        }
        Err(super::all_taken().into())
    }

    /// What lies under a name, held against what would be put there; and the container there as a manifest names it.
    async fn there(
        &self,
        mut named: NamedContainer,
        context: &ContainerContext,
        key: &DataKey,
        peaks: &[u8],
        manifest: &ManifestOf<'_>,
    ) -> Result<(NamedContainer, There), WriteError> {
        let Some((stored, object)) = self.fetch(&named.object_key).await? else {
            return Ok((named, There::Other));
        };
        let Ok(sections) = Sections::parse(&object, stored.len) else { return Ok((named, There::Other)) };
        let part = |range: std::ops::Range<u64>| {
            let narrow = |octets: u64| usize::try_from(octets).unwrap_or(usize::MAX);
            object.get(narrow(range.start)..narrow(range.end)).unwrap_or_default()
        };
        let container = part(sections.map_or(0..stored.len, Sections::media));
        let opens = |context: &ContainerContext, container: &[u8]| unseal(key, context, container).ok();
        let same_media = opens(context, container)
            .is_some_and(|plain| Sha256::digest(&plain)[..] == named.media_sha256[..]);
        if !same_media {
            return Ok((named, There::Other));
        }
        named.container_sha256 = Sha256::digest(container).into();
        let Some(sections) = sections else { return Ok((named, There::Alone(stored))) };
        let json = manifest(&named)?;
        let (tenant, recording) = (&context.tenant, context.recording);
        let peaks_context = ContainerContext::peaks(tenant.clone(), recording);
        let manifest_context = ContainerContext::manifest(tenant.clone(), recording);
        let same = opens(&peaks_context, part(sections.peaks())).is_some_and(|plain| plain == peaks)
            && opens(&manifest_context, part(sections.manifest())).is_some_and(|plain| plain == json);
        let there = match same {
            true => There::Whole(stored, sections, Sha256::digest(&json).into()),
            false => There::Other,
        };
        Ok((named, there))
    }

    /// The object under a name, if it is there and sound.
    pub(super) async fn fetch(
        &self,
        object_key: &ObjectKey,
    ) -> Result<Option<(StoredObject, Bytes)>, StoreError> {
        let Some(stored) = self.store.head(Bucket::Media, object_key).await? else { return Ok(None) };
        match self.store.get(Bucket::Media, object_key, Some(&stored.version_id)).await {
            Ok(object) => Ok(Some((stored, object))),
            Err(error) if error.retryable() => Err(error),
            Err(_) => Ok(None),
        }
    }
}

fn sealed(named: NamedContainer, stored: StoredObject, sections: Option<Sections>) -> SealedObject {
    let NamedContainer { object_key, container_len, container_sha256, media_sha256, media_len } = named;
    SealedObject {
        object_key,
        version_id: stored.version_id,
        container_len,
        container_sha256,
        media_sha256,
        media_len,
        object_sha256: stored.sha256,
        sections,
    }
}
