//! The picture of a recording's sound: from the sealed peaks, or drawn from the sound itself and kept for a while.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use rokuon_media::waveform::{Peaks, PlacedPeaks, resample};
use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_storage::container_context::ContainerContext;
use rokuon_storage::object_key;
use rokuon_storage::object_store::Bucket;
use rokuon_storage::recording_reader::{OpenRecording, ReadError, RecordingReader, SealedPlace};

use crate::routes::recordings::model::WaveformChannel;
use crate::routes::uses::sound::{Part, SoundError};

/// How many recordings' peaks are kept: about 360 kB for an hour of two channels.
const REMEMBERED: usize = 64;

/// How much of a media file is read at a time when a picture is drawn from it: a whole number of buckets and frames.
const WINDOW: u64 = 160 * 2 * 512;

/// Bytes before the first sample of a G.711 media file.
const MEDIA_HEADER: u64 = rokuon_media::wav::HEADER_LEN as u64;

/// Peaks at their place in the recording.
#[derive(Debug, Clone)]
pub struct Picture {
    parts: Vec<(u64, Vec<u8>, Peaks)>,
}

impl Picture {
    /// Drawn with `points` buckets a channel, left and right.
    pub fn drawn(&self, total_samples: u64, points: usize) -> Vec<WaveformChannel> {
        let placed: Vec<PlacedPeaks<'_>> = (self.parts.iter())
            .map(|(start_sample, channels, peaks)| PlacedPeaks {
                start_sample: *start_sample,
                channels,
                peaks,
            })
            .collect();
        let rows = resample(&placed, total_samples, points);
        let rows = rows.into_iter().map(|row| row.into_iter().map(|peak| peak.as_floats()).collect());
        rows.map(|peaks| WaveformChannel { peaks }).collect()
    }
}

/// The pictures drawn lately.
#[derive(Debug, Default)]
pub struct PictureCache(Mutex<VecDeque<(RecordingId, Arc<Picture>)>>);

impl PictureCache {
    /// The picture of a recording that this person may hear.
    ///
    /// # Errors
    /// As the store, the key service and the containers say.
    pub async fn picture(
        &self,
        reader: &RecordingReader,
        tenant: &TenantId,
        recording: RecordingId,
        parts: &[Part],
    ) -> Result<Arc<Picture>, SoundError> {
        if let Some((_, kept)) = self.kept().iter().find(|(id, _)| *id == recording) {
            return Ok(Arc::clone(kept));
        }
        let open = reader.open(tenant, recording).await?;
        let picture = match sealed(&open, tenant, recording, parts).await? {
            Some(peaks) => Picture { parts: vec![(0, channels_of(&peaks), peaks)] },
            None => from_sound(&open, tenant, recording, parts).await?,
        };
        let picture = Arc::new(picture);
        let mut kept = self.kept();
        kept.push_front((recording, Arc::clone(&picture)));
        kept.truncate(REMEMBERED);
        Ok(picture)
    }

    /// Forgets a recording's picture: it is being destroyed.
    pub fn forget(&self, recording: RecordingId) {
        self.kept().retain(|(id, _)| *id != recording);
    }

    /// Forgets every picture.
    pub fn forget_all(&self) {
        self.kept().clear();
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, VecDeque<(RecordingId, Arc<Picture>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The rows of sealed peaks are the recording's channels from 0.
fn channels_of(peaks: &Peaks) -> Vec<u8> {
    (0..u8::try_from(peaks.channels.len()).unwrap_or(u8::MAX)).collect()
}

/// The peaks sealed with the recording, if there are any: behind its last segment, or as an object of their own, of which the newest epoch
/// counts, since sealing may have begun anew.
async fn sealed(
    open: &OpenRecording,
    tenant: &TenantId,
    recording: RecordingId,
    parts: &[Part],
) -> Result<Option<Peaks>, ReadError> {
    let context = ContainerContext::peaks(tenant.clone(), recording);
    if let Some((part, peaks)) = parts.iter().find_map(|part| part.peaks.clone().map(|peaks| (part, peaks))) {
        return Ok(Peaks::from_bytes(&open.read_section(&part.place, peaks, &context).await?));
    }
    let mut found = None;
    for epoch in 0..4 {
        let object_key = object_key::peaks(tenant, recording, epoch);
        let place = SealedPlace { bucket: Bucket::Media, object_key, version_id: None, container_len: None };
        match open.read_whole(&place, &context).await {
            Ok(octets) => found = Peaks::from_bytes(&octets),
            Err(error) if error.is_gone() => break,
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// Peaks of each segment, read window by window.
async fn from_sound(
    open: &OpenRecording,
    tenant: &TenantId,
    recording: RecordingId,
    parts: &[Part],
) -> Result<Picture, SoundError> {
    let mut drawn = Vec::with_capacity(parts.len());
    for part in parts {
        let channels = u8::try_from(part.rendition.channels.len()).unwrap_or(u8::MAX);
        // Only files from before pictures were sealed beside them come here, and those are G.711.
        let Some(law) = part.rendition.codec.law() else { continue };
        let reader = open.segment(part.place.clone(), part.context(tenant, recording)).await?;
        let end = (MEDIA_HEADER + part.rendition.samples * u64::from(channels)).min(reader.len());
        let mut whole: Option<Peaks> = None;
        let mut from = MEDIA_HEADER;
        while from < end {
            let until = end.min(from + WINDOW);
            let octets = reader.read(from..until).await?;
            let rows: Vec<Vec<u8>> = (0..usize::from(channels))
                .map(|place| octets.iter().skip(place).step_by(usize::from(channels)).copied().collect())
                .collect();
            let rows: Vec<&[u8]> = rows.iter().map(Vec::as_slice).collect();
            let peaks = Peaks::of_g711(law, &rows);
            match &mut whole {
                None => whole = Some(peaks),
                Some(whole) => {
                    for (row, more) in whole.channels.iter_mut().zip(peaks.channels) {
                        row.extend(more);
                    }
                }
            }
            from = until;
        }
        if let Some(peaks) = whole {
            drawn.push((part.rendition.start_sample, part.rendition.channels.clone(), peaks));
        }
    }
    Ok(Picture { parts: drawn })
}
