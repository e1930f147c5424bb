//! The manifest of a recording: what it consists of, what is missing, and what signalling said, as one JSON document.

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_media::codec::Codec;
use rokuon_media::file_kind::FileKind;
use rokuon_media::gap::Gap;
use rokuon_media::timeline::TimelineCounts;
use rokuon_policy::ids::{CallId, ConnectionId, RecordingId, TenantId};
use rokuon_sip::siprec::speakers::SpeakerSpan;
use serde::{Deserialize, Serialize};

use crate::counters::CallCounters;
use crate::journal::{AsReceived, CallOpened};
use crate::outcome::Outcome;
use crate::segment::{SegmentFile, TelephoneEvent};
use crate::stream::StreamSetup;

/// Version of the document's form.
pub const MANIFEST_VERSION: u32 = 1;

/// The document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`MANIFEST_VERSION`] of the program that wrote it.
    pub version: u32,
    /// Program that wrote it.
    pub software_version: String,
    /// Whose recording.
    pub tenant: TenantId,
    /// The recording.
    pub recording: RecordingId,
    /// The call it is of.
    pub call: CallId,
    /// Where the call came in.
    pub connection: ConnectionId,
    /// When the call was answered.
    pub opened_at: DateTime<Utc>,
    /// The instant of sample 0: the first packet. The call's opening where there is none.
    pub started_at: DateTime<Utc>,
    /// When the call ended; `None` if nothing told us.
    pub ended_at: Option<DateTime<Utc>>,
    /// What ended it.
    pub ended_by: Option<String>,
    /// How recording it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Length of the timeline.
    pub total_samples: u64,
    /// The media files.
    pub segments: Vec<ManifestSegment>,
    /// Everything that is missing.
    pub gaps: Vec<Gap>,
    /// Which codec each channel had from when on.
    pub codec_history: Vec<CodecChange>,
    /// Keys pressed.
    pub events: Vec<TelephoneEvent>,
    /// Streams as last negotiated.
    pub streams: Vec<StreamSetup>,
    /// Session descriptions as received.
    pub sdp: Vec<Evidence>,
    /// Recording metadata as received.
    pub metadata: Vec<Evidence>,
    /// Who spoke on which stream and when, as that metadata tells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub speakers: Vec<SpeakerSpan>,
    /// Datagrams, by stream.
    pub counters: CallCounters,
    /// What happened while packets were placed, by channel.
    pub timeline: Vec<(u8, TimelineCounts)>,
    /// Packets that could not be filed, by encoding name.
    pub unfiled: Vec<(String, u64)>,
}

/// One media file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestSegment {
    /// Its number.
    pub number: u32,
    /// First sample on the timeline.
    pub start_sample: u64,
    /// Samples a channel.
    pub samples: u64,
    /// Channel of the recording at each place.
    pub channels: Vec<u8>,
    /// Its codec.
    pub codec: Codec,
    /// Codec of its pictures, if it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video: Option<Codec>,
    /// Media type of the plain media file; `audio/wav` where it is not said.
    #[serde(default = "wav")]
    pub media_type: String,
    /// The one channel carries all parties.
    pub mixed: bool,
    /// Length of the plain media file.
    pub media_octets: u64,
    /// SHA-256 of the plain media file, lower-case hex.
    pub media_sha256: String,
    /// SHA-256 of its encrypted container, lower-case hex: of the whole object, or of its first `container_octets` where waveform and
    /// this manifest lie behind it.
    pub object_sha256: String,
    /// Length of that container; the whole object's where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container_octets: Option<u64>,
    /// Name of the encrypted object.
    pub object: String,
}

fn wav() -> String {
    FileKind::Wav.media_type(false).to_owned()
}

impl ManifestSegment {
    /// The line of a file, with what storing it yielded.
    pub fn new(file: &SegmentFile, media_sha256: String, object: String, object_sha256: String) -> Self {
        Self {
            number: file.number,
            start_sample: file.start_sample,
            samples: file.samples,
            channels: file.channels.clone(),
            codec: file.codec,
            video: file.video,
            media_type: file.media_type().to_owned(),
            mixed: file.mixed,
            media_octets: file.file.len() as u64,
            media_sha256,
            object_sha256,
            container_octets: None,
            object,
        }
    }
}

/// A channel's codec from a sample on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodecChange {
    /// Channel of the recording.
    pub channel: u8,
    /// From this sample on.
    pub start_sample: u64,
    /// This codec.
    pub codec: Codec,
}

/// Something as it stood on the wire, with its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The octets and when they came.
    #[serde(flatten)]
    pub body: AsReceived,
    /// SHA-256 of the octets (not of the base64), lower-case hex.
    pub sha256: String,
}

/// The codec history that a recording's segments tell.
pub fn codec_history(segments: &[ManifestSegment]) -> Vec<CodecChange> {
    let mut ordered: Vec<&ManifestSegment> = segments.iter().collect();
    ordered.sort_by_key(|segment| (segment.start_sample, segment.number));
    let mut history: Vec<CodecChange> = Vec::new();
    for segment in ordered {
        for &channel in &segment.channels {
            let last = history.iter().rev().find(|change| change.channel == channel);
            if last.is_none_or(|change| change.codec != segment.codec) {
                history.push(CodecChange {
                    channel,
                    start_sample: segment.start_sample,
                    codec: segment.codec,
                });
            }
        }
    }
    history
}

/// The instant of sample 0 from the call's opening and the arrival of its first packet.
pub fn started_at(opened: &CallOpened, origin_micros: Option<u64>) -> DateTime<Utc> {
    let after = TimeDelta::microseconds(i64::try_from(origin_micros.unwrap_or(0)).unwrap_or(i64::MAX));
    opened.opened_at.checked_add_signed(after).unwrap_or(opened.opened_at)
}

#[cfg(test)]
mod tests;
