//! The sound of one recording as it is heard: rendered window by window, so that no file is ever whole in memory.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use rokuon_media::file_head::FileHead;
use rokuon_media::listening::{Fetched, ListeningRendition, MissingMedia, RenditionSegment, Wanted};
use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_storage::container_context::ContainerContext;
use rokuon_storage::recording_reader::{
    OpenRecording, ReadError, RecordingReader, SealedPlace, SegmentReader,
};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use crate::problem::{Code, Problem};

/// How much of the rendition is made at a time, in bytes: two seconds of stereo.
const WINDOW: u64 = 64 * 1024;

/// Bytes of the WAV header of the rendition.
const HEADER: u64 = 44;

/// Bytes of the rendition that one second takes.
const BYTES_A_SECOND: f64 = 32_000.0;

/// One sealed media file and where it lies.
#[derive(Debug, Clone)]
pub struct Part {
    /// What it holds.
    pub rendition: RenditionSegment,
    /// Where it lies.
    pub place: SealedPlace,
    /// Where in that object the recording's waveform lies, if it does.
    pub peaks: Option<Range<u64>>,
    /// SHA-256 of the media file.
    pub media_sha256: [u8; 32],
    /// Media type of the media file.
    pub media_type: &'static str,
}

impl Part {
    /// A strong entity tag of its media file.
    pub fn entity_tag(&self) -> String {
        let hex: String = self.media_sha256.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        format!("\"{hex}\"")
    }

    /// What its container is authenticated with.
    pub fn context(&self, tenant: &TenantId, recording: RecordingId) -> ContainerContext {
        let channels = u8::try_from(self.rendition.channels.len()).unwrap_or(u8::MAX);
        ContainerContext::media(tenant.clone(), recording, self.rendition.number, self.media_type, channels)
    }
}

/// Why sound could not be given out.
#[derive(Debug, thiserror::Error)]
pub enum SoundError {
    /// The store, a key or a container said no.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The segments do not hold what their rows say.
    #[error(transparent)]
    Missing(#[from] MissingMedia),
    /// A row names no such segment.
    #[error("no segment {0}")]
    NoSegment(u32),
    /// A file's front is not as it was written.
    #[error("the front of segment {0} cannot be read")]
    Front(u32),
}

impl From<SoundError> for Problem {
    fn from(error: SoundError) -> Self {
        match &error {
            SoundError::Read(read) if read.retryable() => Self::unavailable(error),
            SoundError::Read(read) if read.is_gone() => Self::new(Code::Erased),
            SoundError::Read(read) if read.is_key_gone() => {
                tracing::error!(cause = %error, "a tenant's key cannot be used");
                Self::new(Code::KeyWithdrawn).detail(
                    "団体の鍵が停止・削除予定・権限なしのいずれかです。鍵の管理者が戻せば、ふたたび再生できます。",
                    "The tenant's key is disabled, waiting for its deletion, or no longer ours to use. Once its keeper gives it back, recordings play again.",
                )
            }
            _ => {
                tracing::error!(cause = %error, "sealed sound did not prove itself");
                Self::new(Code::NotPlayable).detail(
                    "保存された音声の完全性を確認できないため、再生しません。管理者に知らせてください。",
                    "The stored sound did not prove its integrity and is not played. Tell the keeper.",
                )
            }
        }
    }
}

/// The sound of one recording.
#[derive(Clone)]
pub struct Sound {
    shared: Arc<Shared>,
}

struct Shared {
    tenant: TenantId,
    recording: RecordingId,
    open: OpenRecording,
    rendition: ListeningRendition,
    parts: Vec<Part>,
    readers: Mutex<HashMap<u32, Opened>>,
}

/// An opened media file, and its front if it has one.
#[derive(Clone)]
struct Opened {
    reader: SegmentReader,
    head: Option<Arc<FileHead>>,
}

impl Sound {
    /// Unwraps the recording's key; no segment is opened yet.
    ///
    /// # Errors
    /// As the store and the key service say.
    pub async fn open(
        reader: &RecordingReader,
        tenant: &TenantId,
        recording: RecordingId,
        parts: Vec<Part>,
        total_samples: u64,
    ) -> Result<Self, SoundError> {
        let open = reader.open(tenant, recording).await?;
        let segments = parts.iter().map(|part| part.rendition.clone()).collect();
        let rendition = ListeningRendition::new(segments, total_samples);
        let readers = Mutex::default();
        Ok(Self {
            shared: Arc::new(Shared { tenant: tenant.clone(), recording, open, rendition, parts, readers }),
        })
    }

    /// Length in bytes.
    pub fn len_bytes(&self) -> u64 {
        self.shared.rendition.len_bytes()
    }

    /// A strong entity tag: the same for the same sealed bytes, for ever.
    pub fn entity_tag(&self) -> String {
        entity_tag(self.shared.recording, &self.shared.parts, self.len_bytes())
    }

    /// One window of the rendition.
    ///
    /// # Errors
    /// As the store, the key service and the containers say.
    pub async fn window(&self, range: Range<u64>) -> Result<Bytes, SoundError> {
        let rendition = &self.shared.rendition;
        let mut out = Vec::with_capacity(usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(0));
        for piece in rendition.plan(range) {
            let mut parts = Vec::with_capacity(piece.needs.len());
            for need in &piece.needs {
                let Opened { reader, head } = self.segment(need.segment).await?;
                let range = match (&need.media, &head) {
                    (Wanted::Octets(range), _) => range.clone(),
                    (Wanted::Blocks(blocks), Some(head)) => head.octets_of(blocks.clone()),
                    (Wanted::Blocks(_), None) => return Err(SoundError::Front(need.segment)),
                };
                let octets = reader.read(range.clone()).await?;
                parts.push((need.segment, head, range.start, octets));
            }
            let fetched: Vec<Fetched<'_>> = parts
                .iter()
                .map(|(segment, head, media_start, octets)| Fetched {
                    segment: *segment,
                    head: head.as_deref(),
                    media_start: *media_start,
                    octets,
                })
                .collect();
            rendition.render(&piece, &fetched, &mut out)?;
        }
        Ok(out.into())
    }

    async fn segment(&self, number: u32) -> Result<Opened, SoundError> {
        let mut readers = self.shared.readers.lock().await;
        if let Some(opened) = readers.get(&number) {
            return Ok(opened.clone());
        }
        let part = self.shared.parts.iter().find(|part| part.rendition.number == number);
        let part = part.ok_or(SoundError::NoSegment(number))?;
        let context = part.context(&self.shared.tenant, self.shared.recording);
        let reader = self.shared.open.segment(part.place.clone(), context).await?;
        let head = match FileHead::len_of(part.rendition.kind) {
            0 => None,
            len => {
                let front = reader.read(0..len).await?;
                let head = FileHead::parse(part.rendition.kind, &front).ok_or(SoundError::Front(number))?;
                Some(Arc::new(head))
            }
        };
        let opened = Opened { reader, head };
        readers.insert(number, opened.clone());
        Ok(opened)
    }

    /// The media file of a segment as it was sealed.
    ///
    /// # Errors
    /// As the store, the key service and the container say.
    pub async fn file(&self, number: u32) -> Result<SegmentReader, SoundError> {
        Ok(self.segment(number).await?.reader)
    }

    /// The bytes of `range` of a media file as a body; as [`Self::body`] otherwise.
    ///
    /// # Errors
    /// As the container says of the first window.
    pub async fn file_body(
        file: SegmentReader,
        range: Range<u64>,
        told: impl FnMut(Range<u64>) + Send + 'static,
    ) -> Result<Body, SoundError> {
        let first = first_window(&range);
        let made = file.read(first.clone()).await?;
        let state = (file, Some((first.clone(), made)), first.end..range.end, told);
        Ok(Body::from_stream(stream::try_unfold(state, |(file, ready, rest, mut told)| async move {
            let (window, bytes) = match ready {
                Some(ready) => ready,
                None if rest.is_empty() => return Ok(None),
                None => {
                    let window = first_window(&rest);
                    let bytes = file.read(window.clone()).await?;
                    (window, bytes)
                }
            };
            let rest = window.end..rest.end;
            told(window);
            Ok::<_, SoundError>(Some((bytes, (file, None, rest, told))))
        })))
    }

    /// The bytes of `range` as a body. The first window is made before this returns, so that what is missing is said
    /// by a status and not by a torn connection. `told` is handed each window's range as it is taken by the connection.
    ///
    /// # Errors
    /// As [`Self::window`] for the first window.
    pub async fn body(
        self,
        range: Range<u64>,
        told: impl FnMut(Range<u64>) + Send + 'static,
    ) -> Result<Body, SoundError> {
        let first = first_window(&range);
        let made = self.window(first.clone()).await?;
        let state = (self, Some((first.clone(), made)), first.end..range.end, told);
        Ok(Body::from_stream(stream::try_unfold(state, |(sound, ready, rest, mut told)| async move {
            let (window, bytes) = match ready {
                Some(ready) => ready,
                None if rest.is_empty() => return Ok(None),
                None => {
                    let window = first_window(&rest);
                    let bytes = sound.window(window.clone()).await?;
                    (window, bytes)
                }
            };
            let rest = window.end..rest.end;
            told(window);
            Ok::<_, SoundError>(Some((bytes, (sound, None, rest, told))))
        })))
    }
}

fn first_window(range: &Range<u64>) -> Range<u64> {
    range.start..range.end.min(range.start.saturating_add(WINDOW))
}

/// A strong entity tag over what the rendition is made of.
pub fn entity_tag(recording: RecordingId, parts: &[Part], len: u64) -> String {
    let mut hash = Sha256::new();
    hash.update(b"rokuon listening rendition v1\0");
    hash.update(recording.0.as_bytes());
    hash.update(len.to_be_bytes());
    for part in parts {
        hash.update(part.rendition.number.to_be_bytes());
        hash.update(part.rendition.start_sample.to_be_bytes());
        hash.update(part.media_sha256);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

/// The stretch of time a byte range of the rendition holds, in seconds from its start.
pub fn seconds_of(bytes: &Range<u64>) -> [f64; 2] {
    let second = |byte: u64| (byte.saturating_sub(HEADER)) as f64 / BYTES_A_SECOND;
    [second(bytes.start), second(bytes.end)]
}

/// Joins stretches that overlap or nearly touch (a tenth of a second), sorted.
pub fn join_stretches(mut stretches: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    stretches.retain(|[from, to]| from.is_finite() && to.is_finite() && to > from);
    stretches.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let mut joined: Vec<[f64; 2]> = Vec::new();
    for [from, to] in stretches {
        match joined.last_mut() {
            Some(last) if from <= last[1] + 0.1 => last[1] = last[1].max(to),
            _ => joined.push([from, to]),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_that_touch_become_one() {
        let joined = join_stretches(vec![[5.0, 6.0], [0.0, 2.0], [2.05, 3.0], [f64::NAN, 1.0], [9.0, 8.0]]);
        assert_eq!(joined, vec![[0.0, 3.0], [5.0, 6.0]]);
    }

    #[test]
    fn bytes_are_told_as_seconds() {
        assert_eq!(seconds_of(&(0..44)), [0.0, 0.0]);
        assert_eq!(seconds_of(&(44..32_044)), [0.0, 1.0]);
        assert_eq!(seconds_of(&(32_044..96_044)), [1.0, 3.0]);
    }
}
