//! Matroska (RFC 9559) files: sound and pictures as received, each at its own time, with an index at the front.
//!
//! One tick is one timeline sample (an eighth of a millisecond), clusters are short and begin at each two seconds and at each
//! key frame, and lengths are all known, so that a player and we ourselves find any time by the cues.

pub mod ebml;
pub mod layout;
pub mod read;

use crate::block_index::TimedPacket;
use crate::codec::Codec;

/// What is read of a file to find its way in it; in half an hour of pictures the front stays within it.
pub const HEAD_LEN: u64 = 128 * 1024;

/// A track of sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoundTrack<'a> {
    /// Codec of its packets.
    pub codec: Codec,
    /// Packets in order of time.
    pub packets: Vec<TimedPacket<'a>>,
}

/// A whole picture, put together from its packets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// When it is shown, in timeline samples from the file's first.
    pub at: i64,
    /// It needs no other picture before it.
    pub key: bool,
    /// VP8: the frame. H.264: its NAL units, each behind its length in four octets.
    pub octets: Vec<u8>,
}

/// A track of pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureTrack {
    /// Codec.
    pub codec: Codec,
    /// Width and height in pixels of the first key frame; 0 where none came.
    pub size: (u16, u16),
    /// What a decoder needs beforehand: for H.264 the AVCDecoderConfigurationRecord.
    pub configuration: Vec<u8>,
    /// Pictures in order of decoding.
    pub pictures: Vec<Picture>,
}
