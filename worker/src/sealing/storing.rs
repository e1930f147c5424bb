//! What is put of a recording: its media files, and behind the last of them waveform and manifest.

use bytes::Bytes;
use rokuon_capture::manifest::{Manifest, ManifestSegment};
use rokuon_capture::outcome::Outcome;
use rokuon_capture::segment::SegmentFile;
use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_storage::container_context::ContainerContext;
use rokuon_storage::key_service::DataKey;
use rokuon_storage::recording_writer::last_segment::NamedContainer;
use rokuon_storage::recording_writer::{RecordingWriter, SealedSegment, WriteError};

use super::evidence;
use super::part::SealedPart;
use super::replay::Replayed;
use crate::registrar::SealedRow;

/// A segment that is stored: its row, and its line in the manifest.
pub(super) type StoredLine = (SealedRow, ManifestSegment);

/// Puts the media files of what was read; the files' octets are used up.
pub(super) async fn store_segments(
    writer: &RecordingWriter,
    read: &mut Replayed,
    key: &DataKey,
) -> Result<Vec<StoredLine>, WriteError> {
    let all = read.segments.len();
    store_first(writer, read, all, key).await
}

/// Puts what ends a recording: the media files that are not stored yet, waveform and manifest. The last of the files takes those two
/// along; where all sound was stored while the call lived, they are objects of their own.
pub(super) async fn store_end(
    writer: &RecordingWriter,
    read: &mut Replayed,
    parts: &[SealedPart],
    before: Vec<StoredLine>,
    outcome: Outcome,
    key: &DataKey,
) -> Result<(Vec<SealedRow>, [u8; 32]), WriteError> {
    let peaks = Bytes::from(evidence::peaks(read, parts).to_bytes());
    let (mut rows, mut lines): (Vec<SealedRow>, Vec<ManifestSegment>) = before.into_iter().unzip();
    let all_but_last = read.segments.len().saturating_sub(1);
    for (row, line) in store_first(writer, read, all_but_last, key).await? {
        rows.push(row);
        lines.push(line);
    }
    let file = read.segments.last_mut().map(octets_of);
    let read = &*read;
    let (tenant, recording) = (&read.opened.tenant, read.opened.recording);
    let (Some(segment), Some(file)) = (read.segments.last(), file) else {
        let json = written(&evidence::manifest(read, outcome, lines))?;
        writer.put_peaks(tenant, recording, key, peaks).await?;
        let manifest = writer.put_manifest(tenant, recording, key, json).await?;
        return Ok((rows, manifest.media_sha256));
    };
    let manifest = |named: &NamedContainer| {
        let own = line(segment, named);
        written(&evidence::manifest(read, outcome, lines.iter().cloned().chain([own]).collect()))
    };
    let context = context_of(tenant, recording, segment);
    let last = writer.put_last_segment(&context, key, file, peaks, &manifest).await?;
    rows.push(row(segment, last.segment));
    Ok((rows, last.manifest_sha256))
}

/// Puts the first media files of what was read.
async fn store_first(
    writer: &RecordingWriter,
    read: &mut Replayed,
    how_many: usize,
    key: &DataKey,
) -> Result<Vec<StoredLine>, WriteError> {
    let (tenant, recording) = (read.opened.tenant.clone(), read.opened.recording);
    let mut done = Vec::new();
    for segment in read.segments.iter_mut().take(how_many) {
        let context = context_of(&tenant, recording, segment);
        let stored = writer.put_segment(&context, key, octets_of(segment)).await?;
        let line = line(segment, &NamedContainer::from(&stored));
        done.push((row(segment, stored), line));
    }
    Ok(done)
}

fn octets_of(segment: &mut SegmentFile) -> Bytes {
    Bytes::from(std::mem::take(&mut segment.file))
}

fn context_of(tenant: &TenantId, recording: RecordingId, segment: &SegmentFile) -> ContainerContext {
    let channels = u8::try_from(segment.channels.len()).unwrap_or(u8::MAX);
    ContainerContext::media(tenant.clone(), recording, segment.number, segment.media_type(), channels)
}

fn line(segment: &SegmentFile, stored: &NamedContainer) -> ManifestSegment {
    let mut line = ManifestSegment::new(
        segment,
        evidence::hex(&stored.media_sha256),
        stored.object_key.to_string(),
        evidence::hex(&stored.container_sha256),
    );
    line.media_octets = stored.media_len;
    line.container_octets = Some(stored.container_len);
    line
}

fn row(segment: &SegmentFile, stored: SealedSegment) -> SealedRow {
    SealedRow {
        number: segment.number,
        start_sample: segment.start_sample,
        samples: segment.samples,
        channels: segment.channels.clone(),
        codec: segment.codec,
        video: segment.video,
        gaps: segment.gaps.clone(),
        stored,
    }
}

fn written(manifest: &Manifest) -> Result<Bytes, WriteError> {
    let json = serde_json::to_vec(manifest).map_err(|error| WriteError::Manifest(error.into()))?;
    Ok(json.into())
}

#[cfg(test)]
mod tests;
