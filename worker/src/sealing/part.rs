//! A sealed part of a call that still lives: what the journal remembers of it, so that the rest can be sealed without it.

use rokuon_capture::journal::{CallOpened, Entry, JournalError, Protected, SegmentSealed};
use rokuon_capture::manifest::ManifestSegment;
use rokuon_capture::segment::continuation::ContinuationState;
use rokuon_capture::segment::{SegmentFile, TelephoneEvent};
use rokuon_media::gap::Gap;
use rokuon_media::timeline::TimelineCounts;
use rokuon_media::waveform::{Peaks, PlacedPeaks, resample};
use rokuon_storage::recording_writer::SealedSegment;
use rokuon_storage::spool::MAX_ENTRY_LEN;
use serde::{Deserialize, Serialize};

use super::evidence::{hex, unhex};
use super::replay::Replayed;
use crate::registrar::SealedRow;

/// Buckets a second of the waveform that is remembered: 10 kB in ten minutes.
const REMEMBERED_BUCKETS: u64 = 2;

/// One stored segment as the journal remembers it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredSegment {
    /// Its line in the manifest.
    pub line: ManifestSegment,
    /// The store's name of the version.
    pub version_id: String,
    /// Length of the container.
    pub container_len: u64,
    /// What is missing in it.
    pub gaps: Vec<Gap>,
    /// Its waveform, roughly: [`Peaks::to_bytes`] in hex.
    pub peaks: String,
}

/// One part: everything that sealing it yielded.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SealedPart {
    /// Its segments.
    pub segments: Vec<StoredSegment>,
    /// Everything missing in it.
    pub gaps: Vec<Gap>,
    /// Keys pressed.
    pub events: Vec<TelephoneEvent>,
    /// Placement figures by channel.
    pub counts: Vec<(u8, TimelineCounts)>,
    /// Packets in codecs that cannot be filed.
    pub unfiled: Vec<(String, u64)>,
    /// Stretches of its journal that could not be read.
    pub damaged: usize,
    /// How often the process had died while the call was live.
    pub interruptions: usize,
}

impl StoredSegment {
    /// What is remembered of a file that was stored as `row` and `line`.
    pub fn new(file: &SegmentFile, row: &SealedRow, line: ManifestSegment) -> Self {
        let peaks = PlacedPeaks { start_sample: 0, channels: &places(file), peaks: &file.peaks };
        let samples_per_bucket = 8_000 / REMEMBERED_BUCKETS;
        let points = usize::try_from(file.samples.div_ceil(samples_per_bucket)).unwrap_or(usize::MAX);
        let whole = samples_per_bucket.saturating_mul(points as u64);
        let peaks = Peaks {
            samples_per_bucket: u32::try_from(samples_per_bucket).unwrap_or(u32::MAX),
            channels: resample(&[peaks], whole, points),
        };
        // Of a call that lives nothing lies behind a segment.
        let SealedSegment { version_id, container_len, .. } = row.stored.clone();
        Self { line, version_id, container_len, gaps: row.gaps.clone(), peaks: hex(&peaks.to_bytes()) }
    }

    /// Its waveform; empty where what is remembered is none.
    pub fn peaks(&self) -> Peaks {
        unhex(&self.peaks).and_then(|octets| Peaks::from_bytes(&octets)).unwrap_or_default()
    }

    /// Its row; `None` where what is remembered is no row.
    pub fn row(&self) -> Option<SealedRow> {
        let container_sha256 = unhex(&self.line.object_sha256)?.try_into().ok()?;
        let stored = SealedSegment {
            object_key: self.line.object.parse().ok()?,
            version_id: self.version_id.clone(),
            container_len: self.container_len,
            container_sha256,
            media_sha256: unhex(&self.line.media_sha256)?.try_into().ok()?,
            media_len: self.line.media_octets,
            object_sha256: container_sha256,
            sections: None,
        };
        Some(SealedRow::of_line(&self.line, self.gaps.clone(), stored))
    }
}

/// The places of a file's channels in it.
fn places(file: &SegmentFile) -> Vec<u8> {
    (0..u8::try_from(file.peaks.channels.len()).unwrap_or(u8::MAX)).collect()
}

/// The entries a journal begins anew with after a cut: the call as it is known, and every part sealed of it, in pieces that
/// the spool takes.
///
/// # Errors
/// An entry cannot be written, or is too long.
pub fn entries_of(read: &Replayed) -> Result<Vec<Vec<u8>>, JournalError> {
    let opened = CallOpened {
        streams: read.streams.clone(),
        local_ports: read.local_ports.clone(),
        dialog: read.dialog.clone(),
        routing: read.routing.as_ref().and_then(|r| serde_json::to_value(r).ok()).unwrap_or_default(),
        sdp: read.sdp.clone(),
        metadata: read.metadata.clone(),
        continuation: None,
        repeated: true,
        ..read.opened.clone()
    };
    let opened = Entry::Opened(Box::new(opened));
    let protected = read.protection.iter().map(|(stream, protection)| {
        let state = serde_json::to_value(protection).unwrap_or_default();
        Entry::Protected(Box::new(Protected { stream: *stream, state }))
    });
    // Only the last part says how to go on; of the others, up to where they reach.
    let last = read.parts.len().saturating_sub(1);
    let parts = read.parts.iter().enumerate().map(|(at, part)| {
        let full = &part.continuation;
        let reach = ContinuationState {
            next_number: full.next_number,
            covered_until_sample: full.covered_until_sample,
            origin_micros: full.origin_micros,
            ..ContinuationState::default()
        };
        let continuation = if at == last { full.clone() } else { reach };
        Entry::SegmentSealed(Box::new(SegmentSealed { continuation, ..part.clone() }))
    });
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    for entry in std::iter::once(opened).chain(protected).chain(parts) {
        let mut octets = Vec::new();
        entry.encode(&mut octets)?;
        if octets.len() > MAX_ENTRY_LEN {
            return Err(JournalError::TooLong(octets.len()));
        }
        match pieces.last_mut().filter(|last| last.len() + octets.len() <= MAX_ENTRY_LEN) {
            Some(last) => last.append(&mut octets),
            None => pieces.push(octets),
        }
    }
    // Twice: of what is freed by a cut nothing else tells, and one damaged spot must not cost a call.
    pieces.extend(pieces.clone());
    Ok(pieces)
}
