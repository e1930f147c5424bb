//! From the rows of sealed segments to the parts a sound is made of.

use rokuon_db::segments::{SectionBytes, Segment};
use rokuon_media::codec::Codec;
use rokuon_media::decode::can_decode;
use rokuon_media::file_kind::FileKind;
use rokuon_media::listening::RenditionSegment;
use rokuon_storage::recording_reader::SealedPlace;
use rokuon_storage::sections::Sections;

use crate::problem::{Code, Problem};
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
    let kind = FileKind::of(sound, video);
    let sections = segment.sections.map(|SectionBytes { media, peaks, manifest }| Sections {
        media_len: media,
        peaks_len: peaks,
        manifest_len: manifest,
    });
    Ok(Part {
        rendition: RenditionSegment {
            number: segment.number,
            start_sample: segment.start_sample,
            samples: segment.samples,
            channels: segment.channels.clone(),
            codec,
            kind,
        },
        place: SealedPlace {
            bucket: segment.bucket.parse().map_err(Problem::internal)?,
            object_key: segment.object_key.parse().map_err(Problem::internal)?,
            version_id: Some(segment.version_id.clone()),
            container_len: Some(sections.map_or(segment.container_bytes, |sections| sections.media_len)),
        },
        peaks: sections.map(Sections::peaks),
        media_sha256: segment.media_sha256,
        media_type: kind.media_type(video.is_some()),
    })
}

/// Refuses what cannot be heard for want of a decoder: silence in its place would be taken for what was said.
///
/// # Errors
/// `decoder-missing`, with the codec's name.
pub fn audible(parts: &[Part]) -> Result<(), Problem> {
    let deaf = |part: &&Part| !part.rendition.codec.is_video() && !can_decode(part.rendition.codec);
    let Some(part) = parts.iter().find(deaf) else { return Ok(()) };
    let codec = part.rendition.codec.as_str().to_uppercase();
    Err(Problem::new(Code::DecoderMissing).detail(
        format!("{codec}で届いた音声をそのまま保存しています。聴くには、使用許諾を受けた復号器が必要です。"),
        format!("The audio is kept in {codec} as it came. Hearing it needs a licensed decoder."),
    ))
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
