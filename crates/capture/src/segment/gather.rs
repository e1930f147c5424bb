//! What a call's entries say, gathered: packets in order of arrival, streams, on-hold spans, where an earlier segment stopped.

use std::collections::BTreeMap;
use std::ops::Range;

use rokuon_media::codec::TIMELINE_RATE;
use rokuon_media::drift::{Correction, DriftFollower};
use rokuon_media::timeline::{Frame, FrameKind, SourceAnchor};

use crate::journal::media::JournalPacket;
use crate::journal::{Entry, OnHold, Paused};
use crate::segment::continuation::ContinuationState;
use crate::stream::{PayloadKind, StreamSetup};

/// Packets that came this long before the end of the sealed part cannot belong behind it (ten seconds).
const SETTLED_MICROS: u64 = 10_000_000;

/// One packet; its payload lies in the arena.
#[derive(Debug, Clone, Copy)]
struct StoredPacket {
    arrival_micros: u64,
    timestamp: u32,
    ssrc: u32,
    payload_at: usize,
    payload_len: u16,
    sequence_number: u16,
    stream: u8,
    marker: bool,
    kind: FrameKind,
    correction: Correction,
}

impl StoredPacket {
    /// Stream, source and number.
    const fn name(&self) -> (u8, u32, u16) {
        (self.stream, self.ssrc, self.sequence_number)
    }

    /// Whether it precedes the packet a source stood at when a segment was cut: it is in that segment. That packet itself
    /// may reach over the edge; and a lower number with a later time is speech beside a key that is still held, whose packets
    /// all tell when it was pressed (RFC 4733 §2.5).
    fn comes_before(&self, anchor: &SourceAnchor) -> bool {
        let behind = anchor.sequence_number.wrapping_sub(self.sequence_number);
        let later = u64::from(self.timestamp.wrapping_sub(anchor.timestamp));
        let settled = SETTLED_MICROS * u64::from(anchor.clock_rate) / 1_000_000;
        (self.stream, self.ssrc) == (anchor.stream, anchor.ssrc)
            && (1..0x8000).contains(&behind)
            && later > settled
    }
}

/// A channel of the recording and the streams that feed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChannelStreams {
    pub channel: u8,
    pub streams: Vec<u8>,
    pub mixed: bool,
}

/// Everything that was pushed.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    streams: Vec<StreamSetup>,
    packets: Vec<StoredPacket>,
    arena: Vec<u8>,
    on_hold: Vec<(u8, u64, Option<u64>)>,
    /// From and until, in microseconds since the call's epoch.
    pauses: Vec<(u64, Option<u64>)>,
    pub start: ContinuationState,
    pub drift: DriftFollower,
    pub ended_at_micros: Option<u64>,
    /// Arrivals of packets in codecs that cannot be filed, in microseconds since the call's epoch, by encoding name.
    unfiled: BTreeMap<String, Vec<u64>>,
}

impl Gathered {
    pub(super) fn push(&mut self, entry: &Entry<'_>) {
        match entry {
            Entry::Opened(opened) => {
                self.set_streams(&opened.streams);
                if let Some(state) = &opened.continuation {
                    self.go_on_from(state);
                }
            }
            Entry::Media(batch) => batch.packets().for_each(|packet| self.push_packet(&packet)),
            Entry::OnHold(on_hold) => self.push_on_hold(on_hold),
            Entry::Paused(paused) => self.push_paused(paused),
            Entry::Updated(updated) => self.set_streams(updated.streams.as_deref().unwrap_or_default()),
            // Said again after a cut: what is known to be newer stands.
            Entry::SegmentSealed(sealed) if self.is_behind(&sealed.continuation) => {
                self.go_on_from(&sealed.continuation);
            }
            Entry::SegmentSealed(_) => {}
            Entry::Ended(ended) => self.ended_at_micros = Some(ended.at_micros),
            // Streams are put on one clock by their arrival (and drift); a sender's own clock is kept for whoever needs it.
            Entry::SenderClock(_) | Entry::Protected(_) | Entry::Unknown { .. } => {}
        }
    }

    /// The sample of an instant; sample 0 is the first packet's arrival.
    pub(super) fn sample_of(&self, micros: u64) -> u64 {
        self.by_the_wall(micros).saturating_add(self.drift.lead_at(micros))
    }

    fn by_the_wall(&self, micros: u64) -> u64 {
        let since = micros.saturating_sub(self.start.origin_micros.unwrap_or(micros));
        u64::try_from(u128::from(since) * u128::from(TIMELINE_RATE) / 1_000_000).unwrap_or(u64::MAX)
    }

    /// Streams by channel. A stream that nothing says the channel of takes the lowest free one; a single such stream, or one
    /// that signalling calls mixed, is the one channel of all parties. A stream that was refused and never sent is left out.
    pub(super) fn channels(&self) -> Vec<ChannelStreams> {
        let sent = |index: u8| self.packets.iter().any(|packet| packet.stream == index);
        let used: Vec<&StreamSetup> = self
            .streams
            .iter()
            .filter(|setup| !setup.payload_types.is_empty() || sent(setup.index))
            .collect();
        let mut channels: BTreeMap<u8, ChannelStreams> = BTreeMap::new();
        for &channel in &self.start.channels {
            channels.insert(channel, ChannelStreams { channel, streams: Vec::new(), mixed: false });
        }
        let (told, untold): (Vec<&StreamSetup>, Vec<&StreamSetup>) =
            used.iter().partition(|setup| setup.channel.is_some());
        let taken: Vec<u8> = told.iter().filter_map(|setup| setup.channel).collect();
        let mut free = (0..=u8::MAX).filter(|channel| !taken.contains(channel));
        let told = told.into_iter().map(|setup| (setup.channel, setup));
        for (channel, setup) in told.chain(untold.into_iter().map(|setup| (free.next(), setup))) {
            let Some(channel) = channel else { continue };
            let entry = channels.entry(channel).or_insert_with(|| ChannelStreams {
                channel,
                streams: Vec::new(),
                mixed: false,
            });
            entry.streams.push(setup.index);
            entry.mixed |= setup.mixed || (setup.channel.is_none() && used.len() == 1);
        }
        channels.into_values().collect()
    }

    /// The packets of some streams, in order of arrival: those of the pictures, or all others.
    pub(super) fn frames(&self, streams: &[u8], pictures: bool) -> Vec<Frame<'_>> {
        let is_picture = |packet: &StoredPacket| matches!(packet.kind, FrameKind::Video(_));
        let wanted = (self.packets.iter())
            .filter(|packet| streams.contains(&packet.stream) && is_picture(packet) == pictures);
        let frame = |packet: &StoredPacket| Frame {
            stream: packet.stream,
            ssrc: packet.ssrc,
            sequence_number: packet.sequence_number,
            timestamp: packet.timestamp,
            marker: packet.marker,
            kind: packet.kind,
            arrival_sample: self.by_the_wall(packet.arrival_micros).saturating_add(packet.correction.lead),
            slip: packet.correction.slip,
            payload: self
                .arena
                .get(packet.payload_at..packet.payload_at + usize::from(packet.payload_len))
                .unwrap_or_default(),
        };
        wanted.map(frame).collect()
    }

    /// Spans in samples during which any of the streams was on hold.
    pub(super) fn on_hold(&self, streams: &[u8]) -> Vec<Range<u64>> {
        let of_these = self.on_hold.iter().filter(|(stream, ..)| streams.contains(stream));
        of_these
            .map(|(_, from, until)| {
                self.sample_of(*from)..until.map_or(u64::MAX, |until| self.sample_of(until))
            })
            .collect()
    }

    /// Spans in samples during which recording was paused.
    pub(super) fn paused(&self) -> Vec<Range<u64>> {
        let spans = self.pauses.iter();
        spans
            .map(|(from, until)| self.sample_of(*from)..until.map_or(u64::MAX, |until| self.sample_of(until)))
            .collect()
    }

    /// Whether recording is paused now.
    pub(super) fn is_paused(&self) -> bool {
        self.pauses.last().is_some_and(|(_, until)| until.is_none())
    }

    /// Streams that are on hold now.
    pub(super) fn streams_on_hold(&self) -> Vec<u8> {
        self.on_hold.iter().filter(|(.., until)| until.is_none()).map(|(stream, ..)| *stream).collect()
    }

    /// How many packets in codecs that cannot be filed arrived within, by encoding name.
    pub(super) fn unfiled(&self, within: Range<u64>) -> BTreeMap<String, u64> {
        let count = |arrivals: &Vec<u64>| {
            arrivals.iter().filter(|micros| within.contains(&self.sample_of(**micros))).count() as u64
        };
        let counted = self.unfiled.iter().map(|(name, arrivals)| (name.clone(), count(arrivals)));
        counted.filter(|(_, count)| *count > 0).collect()
    }

    /// Octets of memory in use, roughly.
    pub(super) const fn octets(&self) -> usize {
        self.arena.len() + self.packets.len() * size_of::<StoredPacket>()
    }

    fn push_packet(&mut self, packet: &JournalPacket<'_>) {
        let setup = self.streams.iter().find(|setup| setup.index == packet.stream);
        let kind = match setup.and_then(|setup| setup.kind_of(packet.payload_type)) {
            Some(PayloadKind::Other(name)) => {
                self.unfiled.entry(name.clone()).or_default().push(packet.arrival_micros);
                return;
            }
            Some(kind) => kind.frame_kind(),
            None => None,
        };
        let Some(kind) = kind else {
            let name = format!("payload type {}", packet.payload_type);
            self.unfiled.entry(name).or_default().push(packet.arrival_micros);
            return;
        };
        self.start.origin_micros.get_or_insert(packet.arrival_micros);
        let correction = if matches!(kind, FrameKind::Audio(_)) {
            let rate = kind.clock_rate();
            self.drift.on_packet(packet.stream, packet.ssrc, rate, packet.timestamp, packet.arrival_micros)
        } else {
            Correction { lead: self.drift.lead_at(packet.arrival_micros), slip: 0 }
        };
        let payload_at = self.arena.len();
        self.arena.extend_from_slice(packet.payload);
        self.packets.push(StoredPacket {
            arrival_micros: packet.arrival_micros,
            timestamp: packet.timestamp,
            ssrc: packet.ssrc,
            payload_at,
            payload_len: u16::try_from(packet.payload.len()).unwrap_or(u16::MAX),
            sequence_number: packet.sequence_number,
            stream: packet.stream,
            marker: packet.marker,
            kind,
            correction,
        });
    }

    fn push_on_hold(&mut self, on_hold: &OnHold) {
        let open = self
            .on_hold
            .iter_mut()
            .rev()
            .find(|(stream, _, until)| *stream == on_hold.stream && until.is_none());
        match (open, on_hold.on_hold) {
            (None, true) => self.on_hold.push((on_hold.stream, on_hold.at_micros, None)),
            (Some((.., until)), false) => *until = Some(on_hold.at_micros),
            (None, false) | (Some(_), true) => {}
        }
    }

    fn push_paused(&mut self, paused: &Paused) {
        match (self.pauses.last_mut(), paused.paused) {
            (Some((_, until @ None)), false) => *until = Some(paused.at_micros),
            (Some((_, None)), true) | (_, false) => {}
            (_, true) => self.pauses.push((paused.at_micros, None)),
        }
    }

    /// Streams as negotiated now; one that is no longer offered stays known for what it has sent.
    fn set_streams(&mut self, streams: &[StreamSetup]) {
        for setup in streams {
            match self.streams.iter_mut().find(|known| known.index == setup.index) {
                Some(known) => *known = setup.clone(),
                None => self.streams.push(setup.clone()),
            }
        }
    }

    fn is_behind(&self, state: &ContinuationState) -> bool {
        state.covered_until_sample >= self.start.covered_until_sample
            && state.next_number >= self.start.next_number
    }

    /// Everything before the state's sample is stored; what cannot reach behind it is forgotten.
    fn go_on_from(&mut self, state: &ContinuationState) {
        let origin = self.start.origin_micros.or(state.origin_micros);
        if self.packets.is_empty() {
            self.drift.clone_from(&state.drift);
        }
        self.start = ContinuationState { origin_micros: origin, ..state.clone() };
        for &stream in &state.streams_on_hold {
            if !self.streams_on_hold().contains(&stream) {
                self.on_hold.push((stream, origin.unwrap_or(0), None));
            }
        }
        if state.paused && !self.is_paused() {
            self.pauses.push((origin.unwrap_or(0), None));
        }
        let sealed_micros = u128::from(state.covered_until_sample) * 1_000_000 / u128::from(TIMELINE_RATE);
        let sealed = origin.unwrap_or(0).saturating_add(u64::try_from(sealed_micros).unwrap_or(u64::MAX));
        let arena = std::mem::take(&mut self.arena);
        // The packet that a source stood at is kept once: that it came again was counted there.
        let mut standing: Vec<((u8, u32, u16), u32)> = Vec::new();
        self.packets.retain_mut(|packet| {
            let is_at =
                |anchor: &SourceAnchor| (anchor.stream, anchor.ssrc, anchor.sequence_number) == packet.name();
            let again = standing.contains(&(packet.name(), packet.timestamp));
            if state.anchors.iter().any(is_at) {
                standing.push((packet.name(), packet.timestamp));
            }
            let keep = packet.arrival_micros.saturating_add(SETTLED_MICROS) >= sealed
                && !again
                && !state.anchors.iter().any(|anchor| packet.comes_before(anchor));
            if keep {
                let payload =
                    arena.get(packet.payload_at..packet.payload_at + usize::from(packet.payload_len));
                packet.payload_at = self.arena.len();
                self.arena.extend_from_slice(payload.unwrap_or_default());
            }
            keep
        });
    }
}
