//! The listening rendition: one linear WAVE file over all segments of a recording that exists only while it is heard.
//!
//! It is 16-bit little-endian stereo at 8,000 Hz, left = caller, right = called party. [`ListeningRendition::plan`] names,
//! for any byte range, which bytes of which stored media files are needed; [`ListeningRendition::render`] turns those into
//! that range. Nothing is held between calls, so a server streams it window by window.

use std::ops::Range;

use crate::block_index::{BLOCK_SAMPLES, TimedPacket};
use crate::codec::Codec;
use crate::decode::{can_decode, decode};
use crate::file_head::FileHead;
use crate::file_kind::FileKind;
use crate::g711::{self, Law};
use crate::g722::PRE_ROLL;
use crate::wav::{HEADER_LEN, PCM16_HEADER_LEN, pcm16_header};

/// Octets of one stereo sample.
const FRAME_LEN: u64 = 4;

/// One stored media file as the rendition needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenditionSegment {
    /// The segment's number, unique in the recording.
    pub number: u32,
    /// First sample on the recording's timeline.
    pub start_sample: u64,
    /// Samples a channel.
    pub samples: u64,
    /// Channel of the recording at each place of the file, such as `[0, 1]`.
    pub channels: Vec<u8>,
    /// Codec of all its channels.
    pub codec: Codec,
    /// What kind of file it is.
    pub kind: FileKind,
}

/// A run of the rendition whose samples come from the same media files throughout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Byte range of the rendition; never empty.
    pub output: Range<u64>,
    /// What must be fetched for it: nothing for the header and for silence.
    pub needs: Vec<Need>,
}

/// A part of one segment's media file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The segment's number.
    pub segment: u32,
    /// Which part.
    pub media: Wanted,
}

/// Which part of a media file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A byte range (of the plain file, header included in the count).
    Octets(Range<u64>),
    /// What these blocks are made of, as the file's front tells ([`FileHead::octets_of`]).
    Blocks(Range<u64>),
}

/// Bytes of one segment's media file, beginning at `media_start`; may hold more than was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Fetched<'a> {
    /// The segment's number.
    pub segment: u32,
    /// The file's front, where blocks were wanted.
    pub head: Option<&'a FileHead>,
    /// Where in the media file `octets` begins.
    pub media_start: u64,
    /// The bytes.
    pub octets: &'a [u8],
}

/// What was handed to [`ListeningRendition::render`] does not hold what the piece needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("bytes of segment {segment} that the rendition needs are not there")]
pub struct MissingMedia {
    /// The segment whose bytes are missing.
    pub segment: u32,
}

/// The rendition of one recording.
#[derive(Debug, Clone)]
pub struct ListeningRendition {
    /// In order of start; where two overlap, the earlier in this order is heard.
    segments: Vec<RenditionSegment>,
    /// Channel heard left and right.
    sides: [u8; 2],
    total_samples: u64,
}

impl ListeningRendition {
    /// The rendition of a recording that lasts `total_samples`, or as long as its last segment if that is longer.
    ///
    /// A recording of one channel only (mixed by the sender, or one leg) is heard on both sides.
    pub fn new(mut segments: Vec<RenditionSegment>, total_samples: u64) -> Self {
        segments.retain(|segment| !segment.codec.is_video());
        segments.sort_by_key(|segment| (segment.start_sample, segment.number));
        let mut channels: Vec<u8> =
            segments.iter().flat_map(|segment| segment.channels.iter().copied()).collect();
        channels.sort_unstable();
        channels.dedup();
        let sides = if let [only] = channels.as_slice() { [*only, *only] } else { [0, 1] };
        let last = segments
            .iter()
            .map(|segment| segment.start_sample.saturating_add(segment.samples))
            .max()
            .unwrap_or(0);
        Self { segments, sides, total_samples: total_samples.max(last) }
    }

    /// Samples a channel.
    pub const fn total_samples(&self) -> u64 {
        self.total_samples
    }

    /// Length of the whole file in bytes.
    pub const fn len_bytes(&self) -> u64 {
        (PCM16_HEADER_LEN as u64).saturating_add(self.total_samples.saturating_mul(FRAME_LEN))
    }

    /// The first bytes of the file.
    pub fn header(&self) -> [u8; PCM16_HEADER_LEN] {
        pcm16_header(2, self.total_samples)
    }

    /// The pieces that make up `range` (cut to the file's length), in order, without holes.
    pub fn plan(&self, range: Range<u64>) -> Vec<Piece> {
        let range = range.start..range.end.min(self.len_bytes());
        let mut pieces = Vec::new();
        let header = range.start..range.end.min(PCM16_HEADER_LEN as u64);
        if !header.is_empty() {
            pieces.push(Piece { output: header, needs: Vec::new() });
        }
        if range.is_empty() || range.end <= PCM16_HEADER_LEN as u64 {
            return pieces;
        }
        let frames = frames_of(&range);
        let mut from = frames.start;
        while from < frames.end {
            let until = self.next_edge(from).min(frames.end);
            let bytes = byte_of(from).max(range.start)..byte_of(until).min(range.end);
            pieces.push(Piece { output: bytes, needs: self.needs(from..until) });
            from = until;
        }
        pieces
    }

    /// Appends the bytes of `piece` (one that [`Self::plan`] named) to `out`.
    ///
    /// # Errors
    /// [`MissingMedia`] where `fetched` does not cover what the piece needs; `out` is then as it was.
    pub fn render(
        &self,
        piece: &Piece,
        fetched: &[Fetched<'_>],
        out: &mut Vec<u8>,
    ) -> Result<(), MissingMedia> {
        if piece.output.end <= PCM16_HEADER_LEN as u64 {
            let skip = usize::try_from(piece.output.start).unwrap_or(usize::MAX);
            let len = usize::try_from(piece.output.end.saturating_sub(piece.output.start)).unwrap_or(0);
            out.extend(self.header().into_iter().skip(skip).take(len));
            return Ok(());
        }
        let frames = frames_of(&piece.output);
        let [left, right] = self.sides;
        let left = self.voice(left, &frames, fetched)?;
        let right = self.voice(right, &frames, fetched)?;
        let skip = usize::try_from(piece.output.start.saturating_sub(byte_of(frames.start))).unwrap_or(0);
        let len = usize::try_from(piece.output.end.saturating_sub(piece.output.start)).unwrap_or(0);
        let count = usize::try_from(frames.end.saturating_sub(frames.start)).unwrap_or(0);
        out.reserve(len);
        if skip == 0 && len == count * FRAME_LEN as usize {
            for (left, right) in left.samples(count).zip(right.samples(count)) {
                out.extend_from_slice(&stereo(left, right));
            }
        } else {
            let octets =
                left.samples(count).zip(right.samples(count)).flat_map(|(left, right)| stereo(left, right));
            out.extend(octets.skip(skip).take(len));
        }
        Ok(())
    }

    /// The segment heard for `channel` at `sample`, and the channel's place in it.
    fn heard(&self, channel: u8, sample: u64) -> Option<(&RenditionSegment, usize)> {
        self.segments.iter().take_while(|segment| segment.start_sample <= sample).find_map(|segment| {
            let place = segment.channels.iter().position(|listed| *listed == channel)?;
            (sample < segment.start_sample.saturating_add(segment.samples)).then_some((segment, place))
        })
    }

    /// The first sample after `sample` at which another set of segments may be heard.
    fn next_edge(&self, sample: u64) -> u64 {
        let edges = self
            .segments
            .iter()
            .flat_map(|segment| [segment.start_sample, segment.start_sample.saturating_add(segment.samples)]);
        edges.filter(|edge| *edge > sample).min().unwrap_or(u64::MAX)
    }

    fn needs(&self, frames: Range<u64>) -> Vec<Need> {
        let mut needs: Vec<Need> = Vec::with_capacity(2);
        for channel in self.sides {
            let Some((segment, _)) = self.heard(channel, frames.start) else { continue };
            if needs.iter().all(|need| need.segment != segment.number) {
                needs.push(Need { segment: segment.number, media: wanted(segment, &frames) });
            }
        }
        needs
    }

    fn voice<'a>(
        &self,
        channel: u8,
        frames: &Range<u64>,
        fetched: &[Fetched<'a>],
    ) -> Result<Voice<'a>, MissingMedia> {
        let Some((segment, place)) = self.heard(channel, frames.start) else { return Ok(Voice::Silent) };
        let mut parts = fetched.iter().filter(|part| part.segment == segment.number);
        let voice = match wanted(segment, frames) {
            Wanted::Octets(range) => parts.find_map(|part| {
                let octets = part.within(&range)?;
                Some(match segment.codec.law() {
                    Some(law) => Voice::Heard { octets, place, step: segment.channels.len(), law },
                    None => Voice::Decoded(from_octets(segment, place, frames, octets)),
                })
            }),
            Wanted::Blocks(blocks) => parts.find_map(|part| {
                let head = part.head?;
                let octets = part.within(&head.octets_of(blocks.clone()))?;
                can_decode(segment.codec)
                    .then(|| Voice::Decoded(from_blocks(segment, head, frames, blocks.clone(), octets)))
            }),
        };
        voice.ok_or(MissingMedia { segment: segment.number })
    }
}

impl<'a> Fetched<'a> {
    /// The octets of a byte range of the media file, if they are all here.
    fn within(&self, range: &Range<u64>) -> Option<&'a [u8]> {
        let from = usize::try_from(range.start.checked_sub(self.media_start)?).ok()?;
        let until = usize::try_from(range.end.checked_sub(self.media_start)?).ok()?;
        self.octets.get(from..until)
    }
}

/// What one side hears during a piece.
enum Voice<'a> {
    Silent,
    Heard { octets: &'a [u8], place: usize, step: usize, law: Law },
    Decoded(Vec<i16>),
}

impl Voice<'_> {
    fn samples(&self, count: usize) -> impl Iterator<Item = i16> {
        let (octets, place, step, law): (&[u8], _, _, _) = match self {
            Self::Silent | Self::Decoded(_) => (&[], 0, 1, Law::Mu),
            Self::Heard { octets, place, step, law } => (octets, *place, (*step).max(1), *law),
        };
        let decoded: &[i16] = if let Self::Decoded(samples) = self { samples } else { &[] };
        let heard = octets.iter().skip(place).step_by(step).map(move |octet| g711::decode(law, *octet));
        heard.chain(decoded.iter().copied()).chain(std::iter::repeat(0)).take(count)
    }
}

/// The blocks of a segment that samples of the timeline touch.
fn blocks_of(segment: &RenditionSegment, frames: &Range<u64>) -> Range<u64> {
    let at = |frame: u64| frame.saturating_sub(segment.start_sample);
    at(frames.start) / BLOCK_SAMPLES..at(frames.end).div_ceil(BLOCK_SAMPLES)
}

/// Cuts what is wanted out of whole blocks.
fn cut(segment: &RenditionSegment, frames: &Range<u64>, first_block: u64, mut samples: Vec<i16>) -> Vec<i16> {
    let skip = frames.start.saturating_sub(segment.start_sample).saturating_sub(first_block * BLOCK_SAMPLES);
    let skip = usize::try_from(skip).unwrap_or(usize::MAX).min(samples.len());
    samples.drain(..skip);
    samples
}

/// A codec with a memory, one octet a sample: each block is decoded from a while before it, so that it sounds the same
/// whatever range is asked for.
fn from_octets(segment: &RenditionSegment, place: usize, frames: &Range<u64>, octets: &[u8]) -> Vec<i16> {
    let blocks = blocks_of(segment, frames);
    let width = segment.channels.len().max(1);
    let row: Vec<u8> = octets.iter().skip(place).step_by(width).copied().collect();
    let row_from = (blocks.start * BLOCK_SAMPLES).saturating_sub(PRE_ROLL);
    let first = blocks.start;
    let mut samples = Vec::new();
    for block in blocks {
        let from = block * BLOCK_SAMPLES;
        let warm = from.saturating_sub(PRE_ROLL);
        let in_row = |sample: u64| usize::try_from(sample - row_from).unwrap_or(usize::MAX).min(row.len());
        let payload = row.get(in_row(warm)..in_row(from + BLOCK_SAMPLES)).unwrap_or_default();
        let length = in_row(from + BLOCK_SAMPLES) - in_row(from);
        let mut heard = vec![0; length];
        let packet = TimedPacket { at: 0, payload };
        decode(segment.codec, &[packet], i64::try_from(from - warm).unwrap_or(0), &mut heard);
        samples.append(&mut heard);
    }
    cut(segment, frames, first, samples)
}

fn from_blocks(
    segment: &RenditionSegment,
    head: &FileHead,
    frames: &Range<u64>,
    blocks: Range<u64>,
    octets: &[u8],
) -> Vec<i16> {
    let first = blocks.start;
    let samples = blocks.flat_map(|block| head.block(segment.codec, block, octets)).collect();
    cut(segment, frames, first, samples)
}

fn stereo(left: i16, right: i16) -> [u8; FRAME_LEN as usize] {
    let ([l0, l1], [r0, r1]) = (left.to_le_bytes(), right.to_le_bytes());
    [l0, l1, r0, r1]
}

/// First byte of a stereo sample in the rendition.
fn byte_of(frame: u64) -> u64 {
    (PCM16_HEADER_LEN as u64).saturating_add(frame.saturating_mul(FRAME_LEN))
}

/// The stereo samples that a byte range touches.
fn frames_of(bytes: &Range<u64>) -> Range<u64> {
    let from = bytes.start.saturating_sub(PCM16_HEADER_LEN as u64) / FRAME_LEN;
    from..bytes.end.saturating_sub(PCM16_HEADER_LEN as u64).div_ceil(FRAME_LEN)
}

/// What of a segment's media file the samples of `frames` are made of.
fn wanted(segment: &RenditionSegment, frames: &Range<u64>) -> Wanted {
    if segment.kind != FileKind::Wav {
        return Wanted::Blocks(blocks_of(segment, frames));
    }
    let width = segment.channels.len() as u64;
    let octet = |sample: u64| (HEADER_LEN as u64).saturating_add(sample.saturating_mul(width));
    let at = |frame: u64| frame.saturating_sub(segment.start_sample);
    let from = if segment.codec.law().is_some() {
        at(frames.start)
    } else {
        (blocks_of(segment, frames).start * BLOCK_SAMPLES).saturating_sub(PRE_ROLL)
    };
    Wanted::Octets(octet(from)..octet(at(frames.end)))
}

#[cfg(test)]
mod tests;
