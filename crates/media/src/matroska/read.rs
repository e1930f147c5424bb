//! Reading files of ours: the front for the index, a stretch of clusters for the sound in it.

use crate::block_index::{BLOCK_SAMPLES, BlockIndex, TimedPacket};
use crate::codec::Codec;
use crate::matroska::ebml::{Element, elements, split_element, split_header, unsigned_of};
use crate::matroska::layout::{
    CLUSTER, CODEC_ID, CODEC_PRIVATE, CUE_CLUSTER, CUE_POINT, CUE_POSITIONS, CUE_TIME, CUES, EBML, SEGMENT,
    SIMPLE_BLOCK, SOUND, TIMESTAMP, TRACK_ENTRY, TRACK_TYPE, TRACKS,
};

/// How a file of ours begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatroskaHead {
    /// Codec of its sound, if it has any that we know.
    pub sound: Option<Codec>,
    /// Its index.
    pub index: BlockIndex,
}

/// Reads the front of a file; `None` for a file that is not ours, or whose front is cut short.
pub fn parse_head(bytes: &[u8]) -> Option<MatroskaHead> {
    let (header, rest) = split_element(bytes).filter(|(header, _)| header.kind == EBML)?;
    let (kind, len, mut rest) = split_header(rest)?;
    let segment_at = (bytes.len() - rest.len()) as u64;
    let end = segment_at.checked_add(len).filter(|_| kind == SEGMENT && !header.body.is_empty())?;
    let mut sound = None;
    loop {
        let (element, after) = split_element(rest)?;
        rest = after;
        match element.kind {
            TRACKS => sound = elements(element.body).find_map(|entry| sound_of(&entry)),
            CUES => {
                let offsets = offsets(element.body, segment_at, end)?;
                return Some(MatroskaHead { sound, index: BlockIndex::new(offsets, end)? });
            }
            _ => {}
        }
    }
}

fn child(body: &[u8], kind: u32) -> Option<&[u8]> {
    elements(body).find(|element| element.kind == kind).map(|element| element.body)
}

fn sound_of(entry: &Element<'_>) -> Option<Codec> {
    if entry.kind != TRACK_ENTRY || unsigned_of(child(entry.body, TRACK_TYPE)?)? != 2 {
        return None;
    }
    match child(entry.body, CODEC_ID)? {
        b"A_OPUS" => Some(Codec::Opus),
        b"A_MS/ACM" => {
            let tag = child(entry.body, CODEC_PRIVATE)?.first_chunk::<2>()?;
            Codec::from_wav_format_tag(u16::from_le_bytes(*tag))
        }
        _ => None,
    }
}

/// For each block the first cluster that begins in it, or the next one there is.
fn offsets(cues: &[u8], segment_at: u64, end: u64) -> Option<Vec<u64>> {
    let mut offsets: Vec<u64> = Vec::new();
    for point in elements(cues).filter(|element| element.kind == CUE_POINT) {
        let time = unsigned_of(child(point.body, CUE_TIME)?)?;
        let place = unsigned_of(child(child(point.body, CUE_POSITIONS)?, CUE_CLUSTER)?)?;
        let place = segment_at.checked_add(place).filter(|place| *place <= end)?;
        // A file of a day has 43,200 blocks; a time beyond that is not ours.
        let block = usize::try_from(time / BLOCK_SAMPLES).ok().filter(|block| *block < 100_000)?;
        if block >= offsets.len() {
            offsets.resize(block + 1, place);
        }
    }
    Some(offsets)
}

/// The sound in whole clusters, at its times in timeline samples from the file's first; it stops at what is no cluster.
pub fn packets(clusters: &[u8]) -> Vec<TimedPacket<'_>> {
    let mut read = Vec::new();
    for cluster in elements(clusters).take_while(|element| element.kind == CLUSTER) {
        let mut begin = 0;
        for element in elements(cluster.body) {
            match element.kind {
                TIMESTAMP => {
                    begin = unsigned_of(element.body).and_then(|at| i64::try_from(at).ok()).unwrap_or(0)
                }
                SIMPLE_BLOCK => read.extend(sound_block(begin, element.body)),
                _ => {}
            }
        }
    }
    read
}

fn sound_block(begin: i64, body: &[u8]) -> Option<TimedPacket<'_>> {
    let (&[track, t0, t1, _], payload) = body.split_first_chunk::<4>()?;
    let at = begin.saturating_add(i64::from(i16::from_be_bytes([t0, t1])));
    (track == 0x80 | SOUND).then_some(TimedPacket { at, payload })
}

#[cfg(test)]
mod tests;
