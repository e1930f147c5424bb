//! From the rows of sealed segments to the parts a sound is made of.

use rokuon_db::segments::Segment;
use rokuon_media::codec::Codec;
use rokuon_media::file_kind::FileKind;
use rokuon_media::listening::RenditionSegment;
use rokuon_storage::recording_reader::SealedPlace;

use crate::problem::Problem;
use crate::routes::uses::sound::Part;

/// The parts, in the order of the rows.
///
/// # Errors
/// `internal` for a codec or object key that no row may hold.
pub fn parts_of(segments: &[Segment]) -> Result<Vec<Part>, Problem> {
    segments.iter().map(part).collect()
}

fn part(segment: &Segment) -> Result<Part, Problem> {
    let codec: Codec = segment.codec.parse().map_err(Problem::internal)?;
    let video: Option<Codec> =
        segment.video_codec.as_deref().map(str::parse).transpose().map_err(Problem::internal)?;
    let sound = Some(codec).filter(|codec| !codec.is_video());
    Ok(Part {
        rendition: RenditionSegment {
            number: segment.number,
            start_sample: segment.start_sample,
            samples: segment.samples,
            channels: segment.channels.clone(),
            codec,
        },
        place: SealedPlace {
            object_key: segment.object_key.parse().map_err(Problem::internal)?,
            version_id: Some(segment.version_id.clone()),
            container_len: Some(segment.container_bytes),
        },
        media_sha256: segment.media_sha256,
        media_type: FileKind::of(sound, video).media_type(video.is_some()),
    })
}

/// Samples of the recording's timeline: as its row says, or as long as its segments.
pub fn total_samples(duration_ms: Option<u64>, segments: &[Segment]) -> u64 {
    let last = segments
        .iter()
        .map(|segment| segment.start_sample.saturating_add(segment.samples))
        .max()
        .unwrap_or(0);
    duration_ms.map_or(last, |ms| ms.saturating_mul(8).max(last))
}
