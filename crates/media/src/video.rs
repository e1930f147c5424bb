//! RTP packets of a video stream → whole pictures, untouched, with what a file must say of them.

pub mod h264;
pub mod vp8;

use crate::codec::Codec;
use crate::matroska::{Picture, PictureTrack};

/// A packet of a video stream at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VideoPacket<'a> {
    /// Sequence number without its wrap.
    pub number: i64,
    /// Last packet of its picture.
    pub marker: bool,
    /// Its timestamp on the recording's timeline, in samples from the file's first.
    pub at: i64,
    /// RTP payload.
    pub payload: &'a [u8],
}

/// Longest a picture may be: what is longer is no camera's picture.
const MAX_PICTURE: usize = 8 * 1024 * 1024;

/// What became of a stream's packets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pictures {
    /// The pictures that came whole, from the first key frame on.
    pub track: PictureTrack,
    /// Pictures of which packets are missing, or that cannot be read.
    pub broken: u64,
    /// Whole pictures before the first key frame: nothing can show them.
    pub unshowable: u64,
}

/// Puts pictures together from packets in order of their numbers (each once).
///
/// Frames before the file's first sample are kept from the last key frame on, at the first sample: what follows needs them.
pub fn pictures(codec: Codec, packets: &[VideoPacket<'_>]) -> Pictures {
    let mut track = PictureTrack { codec, size: (0, 0), configuration: Vec::new(), pictures: Vec::new() };
    let mut parameters = h264::ParameterSets::default();
    let (mut broken, mut unshowable) = (0, 0);
    let mut before: Option<i64> = None;
    let mut rest = packets;
    while let Some(first) = rest.first() {
        let more = rest.iter().skip(1).take_while(|packet| packet.at == first.at).count();
        let (group, after) = rest.split_at_checked(more + 1).unwrap_or((rest, &[]));
        rest = after;
        let follows = before.is_none_or(|before| first.number == before + 1);
        before = group.last().map(|last| last.number);
        let whole = group.windows(2).all(|pair| matches!(pair, [a, b] if b.number == a.number + 1));
        let ended = group.last().is_some_and(|last| last.marker)
            || rest.first().map(|next| next.number) == before.map(|last| last + 1);
        let payloads = group.iter().map(|packet| packet.payload);
        let octets = if !whole || !ended {
            None
        } else if codec == Codec::H264 {
            h264::access_unit(payloads, &mut parameters)
        } else {
            vp8::frame(payloads, follows)
        };
        let Some(octets) = octets.filter(|octets| octets.len() <= MAX_PICTURE) else {
            broken += 1;
            continue;
        };
        let key = if codec == Codec::H264 { h264::is_key(&octets) } else { vp8::is_key(&octets) };
        if key && first.at <= 0 {
            // All that came before is seen by nobody.
            track.pictures.clear();
        }
        if track.pictures.is_empty() && !key {
            unshowable += u64::from(first.at >= 0);
            continue;
        }
        if track.size == (0, 0) {
            let size = if codec == Codec::H264 { parameters.size() } else { vp8::size(&octets) };
            track.size = size.unwrap_or_default();
        }
        track.pictures.push(Picture { at: first.at.max(0), key, octets });
    }
    track.configuration = parameters.configuration().unwrap_or_default();
    Pictures { track, broken, unshowable }
}

#[cfg(test)]
mod tests;
