//! A source of packets and its clock: which sample of the recording a timestamp of it means.

use std::collections::VecDeque;

use super::{Frame, FrameKind};
use crate::codec::{Codec, TIMELINE_RATE};
use crate::g729;

/// A timestamp that stands farther than this from where the clock and the packet's arrival put it has jumped (three seconds).
pub(super) const TOLERANCE: u64 = 3 * TIMELINE_RATE as u64;

/// A source's clock: this timestamp is that sample.
#[derive(Debug, Clone, Copy)]
pub(super) struct SourceClock {
    /// In Hz; 0 where an earlier release did not say. A clock says nothing of timestamps of another rate.
    pub rate: u32,
    pub timestamp: u32,
    pub sample: i64,
    /// How far samples run ahead of arrival of late, in 1,024ths of a sample: two crystals drift apart, and that is no jump.
    pub skew: i64,
}

/// Packets over which the skew is averaged, as a power of two.
const SKEW_SHIFT: u32 = 10;

impl SourceClock {
    pub(super) fn new(rate: u32, timestamp: u32, sample: i64, arrival: u64) -> Self {
        Self { rate, timestamp, sample, skew: ahead(sample, arrival) << SKEW_SHIFT }
    }

    /// Whether a packet at `sample` arrived about when this clock would have it.
    pub(super) fn agrees(&self, sample: i64, arrival: u64) -> bool {
        ahead(sample, arrival).abs_diff(self.ahead()) <= TOLERANCE
    }

    pub(super) const fn is_of(&self, rate: u32) -> bool {
        self.rate == rate || self.rate == 0
    }

    /// The sample of a timestamp, taking the shorter way round the 32-bit circle.
    pub(super) fn sample_of(&self, timestamp: u32, rate: u32) -> i64 {
        self.sample.saturating_add(samples(self.ticks_to(timestamp), rate))
    }

    pub(super) fn ticks_to(&self, timestamp: u32) -> i64 {
        i64::from(timestamp.wrapping_sub(self.timestamp).cast_signed())
    }

    /// Samples that this clock runs ahead of arrival.
    pub(super) const fn ahead(&self) -> i64 {
        self.skew >> SKEW_SHIFT
    }

    /// Takes note of a packet that agrees (the clock has it at `sample`, it was placed at `placed`): follows the drift, and moves the reference along so that the shorter way round
    /// stays the right one in a call of days.
    pub(super) fn follow(&mut self, timestamp: u32, sample: i64, placed: i64, arrival: u64, rate: u32) {
        self.skew += ahead(placed, arrival) - self.ahead();
        let ticks = self.ticks_to(timestamp);
        if ticks > 1 << 24 && (ticks * i64::from(TIMELINE_RATE)) % i64::from(rate) == 0 {
            (self.timestamp, self.sample) = (timestamp, sample);
        }
    }
}

/// Whether silence after this packet is meant: comfort noise, or a G.729 silence description.
fn is_meant_silence(frame: &Frame<'_>) -> bool {
    match frame.kind {
        FrameKind::ComfortNoise => true,
        FrameKind::Audio(Codec::G729) => g729::ends_in_silence(frame.payload),
        _ => false,
    }
}

/// Where a frame stands that its clock has at `sample`.
pub(super) const fn slipped(frame: &Frame<'_>, sample: i64) -> i64 {
    sample.saturating_add_unsigned(frame.slip)
}

pub(super) fn samples(ticks: i64, rate: u32) -> i64 {
    ticks.saturating_mul(i64::from(TIMELINE_RATE)).div_euclid(i64::from(rate.max(1)))
}

#[derive(Debug)]
pub(super) struct Source {
    /// Newest first.
    pub clocks: VecDeque<SourceClock>,
    /// It has shown two packets in a row, or is known from before.
    pub proven: bool,
    pub highest: Option<i64>,
    /// Extended sequence numbers of all packets, as they came.
    pub received: Vec<i64>,
    /// The number before the first packet, known from an earlier segment.
    pub known_until: Option<i64>,
    /// How it stood after the last packet before the cut; none if all it sent belongs behind it.
    pub standing: Option<Standing>,
    /// It is known from an earlier segment.
    pub recalled: bool,
    /// Place among the frames of the packet it stood at then: counted there already.
    pub stood_at: Option<usize>,
}

/// How a source stood: what the next segment is told of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    /// Highest extended sequence number.
    pub number: i64,
    /// Of the newest packet by number (of audio, once there is any): clock rate, timestamp, sample without slip, and slip.
    pub rate: u32,
    pub timestamp: u32,
    pub sample: i64,
    pub slip: u64,
    /// Samples that its clock ran ahead of arrival.
    pub ahead: i64,
    /// The newest packet by number meant silence.
    pub silent: bool,
}

impl Source {
    pub(super) const fn new() -> Self {
        Self {
            clocks: VecDeque::new(),
            proven: false,
            highest: None,
            received: Vec::new(),
            known_until: None,
            standing: None,
            recalled: false,
            stood_at: None,
        }
    }

    /// The number without its 16-bit wrap, nearest to the highest so far.
    pub(super) fn extend(&mut self, number: u16) -> i64 {
        let highest = self.highest.unwrap_or_else(|| i64::from(number) + (1 << 16));
        let low = u16::try_from(highest & 0xFFFF).unwrap_or(0);
        highest + i64::from(number.wrapping_sub(low).cast_signed())
    }

    /// Takes note of a packet that stands before the cut, at this sample without slip.
    pub(super) fn stand(&mut self, frame: &Frame<'_>, number: i64, sample: i64) {
        if self.standing.is_some_and(|standing| standing.number > number) {
            return;
        }
        let newest = Standing {
            number,
            rate: frame.kind.clock_rate(),
            timestamp: frame.timestamp,
            sample,
            slip: frame.slip,
            ahead: self.clocks.front().map_or(0, SourceClock::ahead),
            silent: is_meant_silence(frame),
        };
        self.standing = Some(match self.standing {
            Some(audio) if !matches!(frame.kind, FrameKind::Audio(_)) => {
                Standing { number, ahead: newest.ahead, silent: newest.silent, ..audio }
            }
            _ => newest,
        });
    }

    /// The sample of a frame by the newest clock that agrees with its arrival, and that clock's place.
    pub(super) fn sample_near(&self, frame: &Frame<'_>) -> Option<(usize, i64)> {
        let rate = frame.kind.clock_rate();
        let by_clock = self
            .clocks
            .iter()
            .enumerate()
            .filter(|(_, clock)| clock.is_of(rate))
            .map(|(place, clock)| (place, clock, slipped(frame, clock.sample_of(frame.timestamp, rate))));
        let mut agreeing = by_clock.filter(|(_, clock, sample)| clock.agrees(*sample, frame.arrival_sample));
        agreeing.next().map(|(place, _, sample)| (place, sample))
    }
}

/// Samples that a place is ahead of an arrival; bounded, so that sums of a few never overflow.
fn ahead(sample: i64, arrival: u64) -> i64 {
    const BOUND: i64 = 1 << 50;
    let arrival = i64::try_from(arrival).unwrap_or(i64::MAX);
    sample.saturating_sub(arrival).clamp(-BOUND, BOUND)
}
