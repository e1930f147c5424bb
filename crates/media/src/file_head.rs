//! The front of a stored file in which place is not time: what tells where each two seconds of it begin.

use std::ops::Range;

use crate::block_index::{BLOCK_SAMPLES, BlockIndex, TimedPacket};
use crate::codec::Codec;
use crate::decode::{OPUS_PRE_ROLL, decode};
use crate::file_kind::FileKind;
use crate::matroska;
use crate::matroska::read::MatroskaHead;
use crate::ogg_opus::{self, OggOpusHead};

/// A front, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileHead {
    /// Of an Ogg file.
    Ogg(OggOpusHead),
    /// Of a WebM or Matroska file.
    Matroska(MatroskaHead),
}

impl FileHead {
    /// How many octets of a file's front are to be read for [`Self::parse`]; 0 for a kind that has none.
    pub const fn len_of(kind: FileKind) -> u64 {
        match kind {
            FileKind::Wav => 0,
            FileKind::Ogg => ogg_opus::HEAD_LEN,
            FileKind::WebM | FileKind::Matroska => matroska::HEAD_LEN,
        }
    }

    /// Reads a front; `None` for a file that is not ours.
    pub fn parse(kind: FileKind, octets: &[u8]) -> Option<Self> {
        match kind {
            FileKind::Wav => None,
            FileKind::Ogg => ogg_opus::parse_head(octets).map(Self::Ogg),
            FileKind::WebM | FileKind::Matroska => matroska::read::parse_head(octets).map(Self::Matroska),
        }
    }

    const fn index(&self) -> &BlockIndex {
        match self {
            Self::Ogg(head) => &head.index,
            Self::Matroska(head) => &head.index,
        }
    }

    /// The octets of the file that the samples of `blocks` are made of.
    pub fn octets_of(&self, blocks: Range<u64>) -> Range<u64> {
        self.index().bytes(blocks)
    }

    /// The samples of one block out of the octets that [`Self::octets_of`] names for it, or more.
    pub fn block(&self, codec: Codec, block: u64, octets: &[u8]) -> Vec<i16> {
        let packets: Vec<TimedPacket<'_>> = match self {
            Self::Ogg(head) => ogg_opus::packets(octets, head),
            Self::Matroska(_) => matroska::read::packets(octets),
        };
        let mut samples = vec![0; usize::try_from(BLOCK_SAMPLES).unwrap_or(0)];
        let from = i64::try_from(block.saturating_mul(BLOCK_SAMPLES)).unwrap_or(i64::MAX);
        let until = from.saturating_add_unsigned(BLOCK_SAMPLES);
        // The same packets whatever else was fetched, so that the same samples come out.
        let warm = from.saturating_sub_unsigned(OPUS_PRE_ROLL);
        let needed: Vec<TimedPacket<'_>> = packets
            .into_iter()
            .filter(|packet| {
                let lasts = i64::try_from(codec.samples_of(packet.payload)).unwrap_or(0);
                packet.at < until && packet.at.saturating_add(lasts) > warm
            })
            .collect();
        decode(codec, &needed, from, &mut samples);
        samples
    }
}
