//! Writing: tracks interleaved by time into clusters, and the cues that point at them.

use crate::block_index::BLOCK_SAMPLES;
use crate::codec::{Codec, TIMELINE_RATE};
use crate::file_kind::FileKind;
use crate::matroska::ebml::{element, float, parent, unsigned};
use crate::matroska::{PictureTrack, SoundTrack};
use crate::ogg_opus;
use crate::opus::{TICKS_A_SAMPLE, TableOfContents};

pub(super) const EBML: u32 = 0x1A45_DFA3;
pub(super) const SEGMENT: u32 = 0x1853_8067;
pub(super) const INFO: u32 = 0x1549_A966;
pub(super) const TRACKS: u32 = 0x1654_AE6B;
pub(super) const CUES: u32 = 0x1C53_BB6B;
pub(super) const CLUSTER: u32 = 0x1F43_B675;
pub(super) const TIMESTAMP: u32 = 0xE7;
pub(super) const SIMPLE_BLOCK: u32 = 0xA3;
pub(super) const TRACK_ENTRY: u32 = 0xAE;
pub(super) const TRACK_NUMBER: u32 = 0xD7;
pub(super) const TRACK_TYPE: u32 = 0x83;
pub(super) const CODEC_ID: u32 = 0x86;
pub(super) const CODEC_PRIVATE: u32 = 0x63A2;
pub(super) const CUE_POINT: u32 = 0xBB;
pub(super) const CUE_TIME: u32 = 0xB3;
pub(super) const CUE_POSITIONS: u32 = 0xB7;
pub(super) const CUE_TRACK: u32 = 0xF7;
pub(super) const CUE_CLUSTER: u32 = 0xF1;

/// Number of the sound's track; pictures have the other. Sound is always there, if empty, so that numbers are fixed.
pub(super) const SOUND: u8 = 1;
pub(super) const PICTURES: u8 = 2;

/// Nanoseconds of a tick: one timeline sample.
const TICK_NANOS: u64 = 1_000_000_000 / TIMELINE_RATE as u64;

/// A cluster holds no more than this (a block's time is 16 bits, signed) …
const MAX_CLUSTER_TICKS: u64 = 2 * BLOCK_SAMPLES - 1;

/// One block on its way into a cluster.
struct Block<'a> {
    at: u64,
    track: u8,
    key: bool,
    octets: &'a [u8],
}

/// A whole file of `samples` timeline samples; pictures before its first sample are left out, sound that reaches into it is
/// moved to its beginning.
pub fn file(sound: Option<&SoundTrack<'_>>, pictures: Option<&PictureTrack>, samples: u64) -> Vec<u8> {
    let blocks = blocks(sound, pictures, samples);
    let clusters = clusters(&blocks);
    let mut front = Vec::with_capacity(4_096);
    let kind = FileKind::of(sound.map(|track| track.codec), pictures.map(|track| track.codec));
    header(kind, &mut front);
    let mut body = Vec::new();
    information(samples, &mut body);
    tracks(sound, pictures, &mut body);
    let places: Vec<u64> = clusters.iter().map(|_| 0).collect();
    let track = if pictures.is_some() { PICTURES } else { SOUND };
    let mut cues = Vec::new();
    write_cues(&clusters, &places, track, &mut cues);
    let mut at = (body.len() + cues.len()) as u64;
    let mut places = Vec::with_capacity(clusters.len());
    let mut media = Vec::new();
    for cluster in &clusters {
        places.push(at);
        let before = media.len();
        write_cluster(cluster, &mut media);
        at += (media.len() - before) as u64;
    }
    write_cues(&clusters, &places, track, &mut body);
    parent(SEGMENT, &mut front, |out| {
        out.extend_from_slice(&body);
        out.extend_from_slice(&media);
    });
    front
}

fn header(kind: FileKind, out: &mut Vec<u8>) {
    let name: &[u8] = if kind == FileKind::WebM { b"webm" } else { b"matroska" };
    parent(EBML, out, |out| {
        unsigned(0x4286, 1, out);
        unsigned(0x42F7, 1, out);
        unsigned(0x42F2, 4, out);
        unsigned(0x42F3, 8, out);
        element(0x4282, name, out);
        unsigned(0x4287, 4, out);
        unsigned(0x4285, 2, out);
    });
}

fn information(samples: u64, out: &mut Vec<u8>) {
    parent(INFO, out, |out| {
        unsigned(0x2A_D7B1, TICK_NANOS, out);
        float(0x4489, samples as f64, out);
        element(0x4D80, b"rokuon", out);
        element(0x5741, b"rokuon", out);
    });
}

fn tracks(sound: Option<&SoundTrack<'_>>, pictures: Option<&PictureTrack>, out: &mut Vec<u8>) {
    parent(TRACKS, out, |out| {
        if let Some(track) = sound {
            parent(TRACK_ENTRY, out, |out| sound_entry(track, out));
        }
        if let Some(track) = pictures {
            parent(TRACK_ENTRY, out, |out| picture_entry(track, out));
        }
    });
}

fn sound_entry(track: &SoundTrack<'_>, out: &mut Vec<u8>) {
    unsigned(TRACK_NUMBER, u64::from(SOUND), out);
    unsigned(0x73C5, u64::from(SOUND), out);
    unsigned(TRACK_TYPE, 2, out);
    unsigned(0x9C, 0, out);
    let (rate, channels) = if track.codec == Codec::Opus {
        let first = track.packets.iter().find_map(|packet| packet.payload.first());
        let stereo = first.is_some_and(|toc| TableOfContents(*toc).is_stereo());
        let channels = if stereo { 2 } else { 1 };
        element(CODEC_ID, b"A_OPUS", out);
        element(CODEC_PRIVATE, &ogg_opus::head(channels, 0), out);
        unsigned(0x56BB, 80_000_000, out);
        (TIMELINE_RATE * TICKS_A_SAMPLE as u32, channels)
    } else {
        element(CODEC_ID, b"A_MS/ACM", out);
        element(CODEC_PRIVATE, &wave_format(track.codec), out);
        (if track.codec == Codec::G722 { 2 * TIMELINE_RATE } else { TIMELINE_RATE }, 1)
    };
    parent(0xE1, out, |out| {
        float(0xB5, f64::from(rate), out);
        unsigned(0x9F, u64::from(channels), out);
    });
}

/// A WAVEFORMATEX for one channel.
fn wave_format(codec: Codec) -> Vec<u8> {
    let (rate, octets_a_second, block, bits): (u32, u32, u16, u16) = match codec {
        Codec::G722 => (2 * TIMELINE_RATE, TIMELINE_RATE, 1, 4),
        Codec::G729 => (TIMELINE_RATE, 1_000, 10, 1),
        _ => (TIMELINE_RATE, TIMELINE_RATE, 1, 8),
    };
    let mut format = codec.wav_format_tag().unwrap_or(0).to_le_bytes().to_vec();
    format.extend_from_slice(&1_u16.to_le_bytes());
    format.extend_from_slice(&rate.to_le_bytes());
    format.extend_from_slice(&octets_a_second.to_le_bytes());
    format.extend_from_slice(&block.to_le_bytes());
    format.extend_from_slice(&bits.to_le_bytes());
    format.extend_from_slice(&0_u16.to_le_bytes());
    format
}

fn picture_entry(track: &PictureTrack, out: &mut Vec<u8>) {
    unsigned(TRACK_NUMBER, u64::from(PICTURES), out);
    unsigned(0x73C5, u64::from(PICTURES), out);
    unsigned(TRACK_TYPE, 1, out);
    unsigned(0x9C, 0, out);
    if track.codec == Codec::H264 {
        element(CODEC_ID, b"V_MPEG4/ISO/AVC", out);
        element(CODEC_PRIVATE, &track.configuration, out);
    } else {
        element(CODEC_ID, b"V_VP8", out);
    }
    let (width, height) = track.size;
    parent(0xE0, out, |out| {
        unsigned(0xB0, u64::from(width.max(1)), out);
        unsigned(0xBA, u64::from(height.max(1)), out);
    });
}

fn blocks<'a>(
    sound: Option<&SoundTrack<'a>>,
    pictures: Option<&'a PictureTrack>,
    samples: u64,
) -> Vec<Block<'a>> {
    let heard = sound.into_iter().flat_map(|track| &track.packets).map(|packet| Block {
        at: u64::try_from(packet.at).unwrap_or(0),
        track: SOUND,
        key: true,
        octets: packet.payload,
    });
    let seen = pictures.into_iter().flat_map(|track| &track.pictures).filter_map(|picture| {
        let at = u64::try_from(picture.at).ok()?;
        Some(Block { at, track: PICTURES, key: picture.key, octets: &picture.octets })
    });
    let mut blocks: Vec<Block<'a>> = heard.chain(seen).filter(|block| block.at < samples).collect();
    blocks.sort_by_key(|block| block.at);
    blocks
}

/// Blocks that share a cluster: a new one begins at each two seconds, at a key frame, and when time would not fit.
fn clusters<'b, 'a>(blocks: &'b [Block<'a>]) -> Vec<&'b [Block<'a>]> {
    let mut clusters = Vec::new();
    let mut rest = blocks;
    while let Some((first, tail)) = rest.split_first() {
        let more = tail.iter().take_while(|block| {
            let key_frame = block.track == PICTURES && block.key;
            let same_block = block.at / BLOCK_SAMPLES == first.at / BLOCK_SAMPLES;
            same_block && !key_frame && block.at - first.at <= MAX_CLUSTER_TICKS
        });
        let (cluster, after) = rest.split_at_checked(more.count() + 1).unwrap_or((rest, &[]));
        clusters.push(cluster);
        rest = after;
    }
    clusters
}

fn write_cluster(blocks: &[Block<'_>], out: &mut Vec<u8>) {
    let begin = blocks.first().map_or(0, |block| block.at);
    parent(CLUSTER, out, |out| {
        unsigned(TIMESTAMP, begin, out);
        for block in blocks {
            let after = i16::try_from(block.at.saturating_sub(begin)).unwrap_or(i16::MAX);
            parent(SIMPLE_BLOCK, out, |out| {
                out.push(0x80 | block.track);
                out.extend_from_slice(&after.to_be_bytes());
                out.push(if block.key { 0x80 } else { 0 });
                out.extend_from_slice(block.octets);
            });
        }
    });
}

/// A cue for each cluster. Those that begin with a key frame are cues of the pictures; the others are cues of the sound.
fn write_cues(clusters: &[&[Block<'_>]], places: &[u64], track: u8, out: &mut Vec<u8>) {
    parent(CUES, out, |out| {
        for (cluster, place) in clusters.iter().zip(places) {
            let Some(first) = cluster.first() else { continue };
            let shown = first.track == PICTURES && first.key;
            let track = if shown || track == SOUND { track } else { SOUND };
            parent(CUE_POINT, out, |out| {
                unsigned(CUE_TIME, first.at, out);
                parent(CUE_POSITIONS, out, |out| {
                    unsigned(CUE_TRACK, u64::from(track), out);
                    unsigned(CUE_CLUSTER, *place, out);
                });
            });
        }
    });
}
