//! The pictures of a channel: its video packets in their order, at their places on the timeline.

use std::collections::BTreeMap;

use rokuon_media::codec::{Codec, TIMELINE_RATE};
use rokuon_media::timeline::{ChannelFacts, Frame, FrameKind, Timeline};
use rokuon_media::video::{self, Pictures, VideoPacket};

/// How far before a stretch a key frame is looked for: packets are not remembered longer after a seal.
const LOOK_BACK: u64 = 10 * TIMELINE_RATE as u64;

/// The video packets of one channel.
#[derive(Debug, Default)]
pub(super) struct ChannelPictures<'a> {
    codec: Option<Codec>,
    /// In order of sources and numbers, each once; places are on the recording's timeline.
    packets: Vec<VideoPacket<'a>>,
}

impl<'a> ChannelPictures<'a> {
    /// Places the packets by their clocks, as sound is placed. Of two codecs the first is kept: a camera does not change its.
    pub(super) fn new(facts: ChannelFacts, frames: &[Frame<'a>]) -> Self {
        let codec = frames.iter().find_map(|frame| match frame.kind {
            FrameKind::Video(codec) => Some(codec),
            _ => None,
        });
        // Pictures from before the stretch are needed to show the first ones in it.
        let start_sample = facts.start_sample.saturating_sub(LOOK_BACK);
        let timeline = Timeline::assemble(ChannelFacts { start_sample, ..facts }, frames);
        let mut sources: BTreeMap<(u8, u32), (usize, i64)> = BTreeMap::new();
        let mut packets: Vec<(usize, VideoPacket<'a>)> = Vec::with_capacity(frames.len());
        for (frame, &at) in frames.iter().zip(&timeline.placed_at) {
            if Some(frame.kind) != codec.map(FrameKind::Video) {
                continue;
            }
            let order = sources.len();
            let first = i64::from(frame.sequence_number) + (1 << 16);
            let (source, highest) = sources.entry((frame.stream, frame.ssrc)).or_insert((order, first));
            let low = (*highest & 0xFFFF) as u16;
            let number = *highest + i64::from(frame.sequence_number.wrapping_sub(low).cast_signed());
            *highest = number.max(*highest);
            let at = i64::try_from(at).unwrap_or(i64::MAX);
            packets.push((*source, VideoPacket { number, marker: frame.marker, at, payload: frame.payload }));
        }
        packets.sort_by_key(|(source, packet)| (*source, packet.number));
        packets.dedup_by_key(|(source, packet)| (*source, packet.number));
        Self { codec, packets: packets.into_iter().map(|(_, packet)| packet).collect() }
    }

    /// Whether there is any picture from `from` on.
    pub(super) fn any_in(&self, from: u64, until: u64) -> bool {
        self.packets.iter().any(|packet| u64::try_from(packet.at).is_ok_and(|at| (from..until).contains(&at)))
    }

    /// The first sample after the last picture.
    pub(super) fn end(&self) -> Option<u64> {
        let last = self.packets.iter().filter_map(|packet| u64::try_from(packet.at).ok()).max()?;
        Some(last.saturating_add(1))
    }

    /// The pictures of a stretch, at their places in it.
    pub(super) fn in_stretch(&self, from: u64, until: u64) -> Option<Pictures> {
        let codec = self.codec.filter(|_| self.any_in(from, until))?;
        let (from, until) =
            (i64::try_from(from).unwrap_or(i64::MAX), i64::try_from(until).unwrap_or(i64::MAX));
        let here = self.packets.iter().filter(|packet| packet.at < until);
        let placed: Vec<VideoPacket<'_>> =
            here.map(|packet| VideoPacket { at: packet.at - from, ..*packet }).collect();
        Some(video::pictures(codec, &placed))
    }
}
