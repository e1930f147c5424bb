//! Reads sealed recordings by range: unwraps the key once, fetches only the chunks a range needs.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use rokuon_policy::ids::{RecordingId, TenantId};

use crate::container::{ContainerError, ContainerReader, HEADER_LEN, SEALED_CHUNK_LEN, unseal};
use crate::container_context::ContainerContext;
use crate::key_service::{DataKey, KeyContext, KeyError, KeyErrorKind, KeyService, WrappedKey};
use crate::object_key;
use crate::object_store::{Bucket, ObjectKey, ObjectStore, StoreError, StoreErrorKind};
use crate::sections::{INDEX_LEN, Sections, SectionsError};

/// Where a sealed object lies, from its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedPlace {
    /// The bucket it lies in: Media, or Secondary once it was moved.
    pub bucket: Bucket,
    /// Its name there.
    pub object_key: ObjectKey,
    /// The store's name of the version; `None` for the one that is there.
    pub version_id: Option<String>,
    /// Length in octets of the container at the object's front, if the row knows it; otherwise it is the whole object.
    pub container_len: Option<u64>,
}

/// Why a recording could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key service refused or failed.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// What is stored is not what was sealed for this place. Never play it; tell the keeper.
    #[error(transparent)]
    Container(#[from] ContainerError),
    /// The object's index is not what was written.
    #[error(transparent)]
    Sections(#[from] SectionsError),
}

impl ReadError {
    /// Whether the same read may succeed later (answer 503 with Retry-After).
    pub const fn retryable(&self) -> bool {
        match self {
            Self::Store(error) => error.retryable(),
            Self::Key(error) => error.retryable(),
            Self::Container(_) | Self::Sections(_) => false,
        }
    }

    /// Whether the key or the object is gone: erased, or never there (answer 410 or 404 as the row says).
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Store(error) if error.kind == StoreErrorKind::NotFound)
    }

    /// Whether the tenant's own key is gone, disabled or withdrawn: everything under it is dark.
    pub const fn is_key_gone(&self) -> bool {
        matches!(self, Self::Key(error) if matches!(error.kind, KeyErrorKind::KeyGone))
    }

    /// Whether the stored octets are damaged or belong elsewhere.
    pub fn is_integrity(&self) -> bool {
        match self {
            Self::Container(_) | Self::Sections(_) => true,
            Self::Store(error) => error.kind == StoreErrorKind::Corrupt,
            Self::Key(_) => false,
        }
    }
}

/// How long and how many unwrapped keys may stay in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyCacheLimits {
    /// After this a key is wiped, read or not. At most five minutes.
    pub lifetime: Duration,
    /// How many recordings' keys at once; the oldest goes first.
    pub recordings: usize,
}

impl Default for KeyCacheLimits {
    fn default() -> Self {
        Self { lifetime: Duration::from_secs(300), recordings: 256 }
    }
}

/// Opens recordings of any tenant; cheap to clone.
#[derive(Clone)]
pub struct RecordingReader {
    shared: Arc<Shared>,
}

struct Shared {
    store: Arc<dyn ObjectStore>,
    keys: Arc<dyn KeyService>,
    limits: KeyCacheLimits,
    unwrapped: Mutex<HashMap<RecordingPlace, Unwrapped>>,
}

/// A recording's key and what was derived from it, wiped together.
struct Unwrapped {
    since: Instant,
    key: DataKey,
    containers: HashMap<ObjectKey, Arc<ContainerReader>>,
}

impl RecordingReader {
    /// A reader with the default cache limits.
    pub fn new(store: Arc<dyn ObjectStore>, keys: Arc<dyn KeyService>) -> Self {
        Self::with_limits(store, keys, KeyCacheLimits::default())
    }

    /// A reader with cache limits of one's own; a lifetime above five minutes is cut to that.
    pub fn with_limits(
        store: Arc<dyn ObjectStore>,
        keys: Arc<dyn KeyService>,
        limits: KeyCacheLimits,
    ) -> Self {
        let lifetime = limits.lifetime.min(KeyCacheLimits::default().lifetime);
        let limits = KeyCacheLimits { lifetime, recordings: limits.recordings.max(1) };
        Self { shared: Arc::new(Shared { store, keys, limits, unwrapped: Mutex::default() }) }
    }

    /// Opens a recording: its wrapped key is fetched and unwrapped unless that was done within the cache's lifetime.
    pub async fn open(&self, tenant: &TenantId, recording: RecordingId) -> Result<OpenRecording, ReadError> {
        let place = (tenant.clone(), recording);
        self.shared.key(&place).await?;
        Ok(OpenRecording { shared: Arc::clone(&self.shared), place })
    }

    /// The limits in force.
    pub fn limits(&self) -> KeyCacheLimits {
        self.shared.limits
    }

    /// Forgets a recording's key at once (it was erased). Open readers of it ask the key service anew, and fail.
    pub fn evict(&self, recording: RecordingId) {
        self.shared.unwrapped().retain(|(_, cached), _| *cached != recording);
    }

    /// Forgets every key.
    pub fn evict_all(&self) {
        self.shared.unwrapped().clear();
    }

    /// How many recordings' keys are in memory now.
    pub fn cached_keys(&self) -> usize {
        self.shared.unwrapped().len()
    }
}

/// Which recording of which tenant.
type RecordingPlace = (TenantId, RecordingId);

/// A recording whose key was unwrapped; holds no key itself.
#[derive(Clone)]
pub struct OpenRecording {
    shared: Arc<Shared>,
    place: RecordingPlace,
}

impl OpenRecording {
    /// Opens a segment: reads its header and proves its length by the last chunk (at most two requests and 32 KiB).
    pub async fn segment(
        &self,
        place: SealedPlace,
        context: ContainerContext,
    ) -> Result<SegmentReader, ReadError> {
        let Shared { store, .. } = &*self.shared;
        let version = place.version_id.as_deref();
        let total = match place.container_len {
            Some(len) => len,
            None => match store.head(place.bucket, &place.object_key).await? {
                Some(stored) => stored.len,
                None => return Err(StoreError::new(StoreErrorKind::NotFound, "no such segment").into()),
            },
        };
        let first_end = ((HEADER_LEN + SEALED_CHUNK_LEN) as u64).min(total);
        if first_end < HEADER_LEN as u64 {
            return Err(ContainerError::WrongLength.into());
        }
        let first = store.get_range(place.bucket, &place.object_key, version, 0..first_end).await?;
        let key = self.shared.key(&self.place).await?;
        let container = Arc::new(ContainerReader::open(&key, &context, &first, total)?);
        drop(key);
        let last = container.last_chunk();
        let tail = if last.start < first_end {
            first.slice(narrow(last.start)..)
        } else {
            store.get_range(place.bucket, &place.object_key, version, last).await?
        };
        container.authenticate_end(&tail)?;
        self.shared.keep_container(&self.place, &place.object_key, &container);
        let len = container.plaintext_len();
        let header = Bytes::copy_from_slice(&first[..HEADER_LEN]);
        Ok(SegmentReader { recording: self.clone(), place, context, header, total, len })
    }

    /// Reads a small sealed object (manifest, waveform) whole.
    pub async fn read_whole(
        &self,
        place: &SealedPlace,
        context: &ContainerContext,
    ) -> Result<Vec<u8>, ReadError> {
        if let Some(len) = place.container_len {
            return self.read_section(place, 0..len, context).await;
        }
        let version = place.version_id.as_deref();
        let container = self.shared.store.get(place.bucket, &place.object_key, version).await?;
        Ok(unseal(&self.shared.key(&self.place).await?, context, &container)?)
    }

    /// Reads one section of an object (manifest, waveform) whole, by one range.
    pub async fn read_section(
        &self,
        place: &SealedPlace,
        section: Range<u64>,
        context: &ContainerContext,
    ) -> Result<Vec<u8>, ReadError> {
        let SealedPlace { bucket, object_key, version_id, .. } = place;
        let container =
            self.shared.store.get_range(*bucket, object_key, version_id.as_deref(), section).await;
        let container = container.map_err(|error| match error.kind {
            // It begins past the object's end: that was cut.
            StoreErrorKind::Refused => ReadError::Container(ContainerError::WrongLength),
            _ => error.into(),
        })?;
        Ok(unseal(&self.shared.key(&self.place).await?, context, &container)?)
    }

    /// What lies behind the first container of an object, by its index; `None` where nothing does. For whoever has no row of it.
    pub async fn sections(
        &self,
        place: &SealedPlace,
        object_len: u64,
    ) -> Result<Option<Sections>, ReadError> {
        let Some(start) = object_len.checked_sub(INDEX_LEN as u64) else { return Ok(None) };
        let SealedPlace { bucket, object_key, version_id, .. } = place;
        let store = &self.shared.store;
        let tail = store.get_range(*bucket, object_key, version_id.as_deref(), start..object_len).await?;
        Ok(Sections::parse(&tail, object_len)?)
    }
}

/// One sealed segment, read by range of its media file.
#[derive(Clone)]
pub struct SegmentReader {
    recording: OpenRecording,
    place: SealedPlace,
    context: ContainerContext,
    header: Bytes,
    total: u64,
    len: u64,
}

impl SegmentReader {
    /// Length of the media file in octets.
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether the media file is empty.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Octets of the media file, clamped at its end. Fetches whole chunks only: the range, at most 32 KiB around it, and
    /// a 16-octet tag a chunk.
    pub async fn read(&self, range: Range<u64>) -> Result<Bytes, ReadError> {
        let range = range.start.min(self.len)..range.end.min(self.len);
        if range.start >= range.end {
            return Ok(Bytes::new());
        }
        let shared = &self.recording.shared;
        let container = self.container().await?;
        let place = container.ciphertext_range(range.clone());
        let version = self.place.version_id.as_deref();
        let SealedPlace { bucket, object_key, .. } = &self.place;
        let sealed = shared.store.get_range(*bucket, object_key, version, place).await?;
        Ok(container.decrypt(range, &sealed)?.into())
    }

    /// The opened container while the recording's key is in the cache; otherwise opened again from a fresh unwrapping.
    async fn container(&self) -> Result<Arc<ContainerReader>, ReadError> {
        let shared = &self.recording.shared;
        if let Some(container) = shared.cached_container(&self.recording.place, &self.place.object_key) {
            return Ok(container);
        }
        let key = shared.key(&self.recording.place).await?;
        let container = Arc::new(ContainerReader::open(&key, &self.context, &self.header, self.total)?);
        shared.keep_container(&self.recording.place, &self.place.object_key, &container);
        Ok(container)
    }
}

impl Shared {
    fn unwrapped(&self) -> MutexGuard<'_, HashMap<RecordingPlace, Unwrapped>> {
        self.unwrapped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cached<T>(&self, place: &RecordingPlace, take: impl FnOnce(&mut Unwrapped) -> Option<T>) -> Option<T> {
        let mut unwrapped = self.unwrapped();
        if unwrapped.get(place)?.since.elapsed() >= self.limits.lifetime {
            unwrapped.remove(place);
            return None;
        }
        unwrapped.get_mut(place).and_then(take)
    }

    fn cached_container(
        &self,
        place: &RecordingPlace,
        object_key: &ObjectKey,
    ) -> Option<Arc<ContainerReader>> {
        self.cached(place, |entry| entry.containers.get(object_key).cloned())
    }

    fn keep_container(
        &self,
        place: &RecordingPlace,
        object_key: &ObjectKey,
        container: &Arc<ContainerReader>,
    ) {
        self.cached(place, |entry| entry.containers.insert(object_key.clone(), Arc::clone(container)));
    }

    /// The recording's data key, from the cache or unwrapped now.
    async fn key(self: &Arc<Self>, place: &RecordingPlace) -> Result<DataKey, ReadError> {
        if let Some(key) = self.cached(place, |entry| Some(entry.key.clone())) {
            return Ok(key);
        }
        let name = object_key::wrapped_key(&place.0, place.1);
        let wrapped = self.store.get(Bucket::Keys, &name, None).await?;
        let context = KeyContext::recording(place.0.clone(), place.1);
        let key = self.keys.unwrap(&context, &WrappedKey::from_bytes(wrapped.to_vec())).await?;
        self.keep(place, &key);
        Ok(key)
    }

    fn keep(self: &Arc<Self>, place: &RecordingPlace, key: &DataKey) {
        let since = Instant::now();
        let mut unwrapped = self.unwrapped();
        unwrapped.insert(place.clone(), Unwrapped { since, key: key.clone(), containers: HashMap::new() });
        while unwrapped.len() > self.limits.recordings {
            let oldest =
                unwrapped.iter().min_by_key(|(_, entry)| entry.since).map(|(place, _)| place.clone());
            unwrapped.remove(&oldest.expect("the map is not empty"));
        }
        drop(unwrapped);
        tokio::spawn(wipe_later(Arc::downgrade(self), place.clone(), since, self.limits.lifetime));
    }
}

/// Wipes a key when its lifetime is over, even if nobody reads any more.
async fn wipe_later(shared: Weak<Shared>, place: RecordingPlace, since: Instant, lifetime: Duration) {
    tokio::time::sleep(lifetime).await;
    if let Some(shared) = shared.upgrade() {
        let mut unwrapped = shared.unwrapped();
        if unwrapped.get(&place).is_some_and(|entry| entry.since == since) {
            unwrapped.remove(&place);
        }
    }
}

fn narrow(octets: u64) -> usize {
    usize::try_from(octets).expect("it lies within one fetched range")
}
