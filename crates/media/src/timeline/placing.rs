//! Where a packet goes: sources, their clocks, and who comes first to a place.
//!
//! A packet stands where its RTP timestamp puts it on its source's clock. That clock is tied to the recording's timeline by
//! the arrival of the source's first packet, and anew when timestamps jump farther from arrival than any network delays.

use std::collections::{BTreeMap, BTreeSet};

use super::holes::{Point, Points};
use super::source::{Source, SourceClock, Standing, TOLERANCE, samples, slipped};
use super::taken::Taken;
use super::{ChannelFacts, Frame, FrameKind, SourceAnchor, Span, TimelineCounts};
use crate::codec::TIMELINE_RATE;

mod finishing;

/// A single packet this much later than its place is still put there: late, not a new clock (one minute).
const LATE_LIMIT: u64 = 60 * TIMELINE_RATE as u64;
/// A new clock that would begin no farther than this before the end of earlier audio begins at that end instead: what comes
/// early (jitter, a sender whose clock runs fast for hours) is moved a little rather than lost.
const NUDGE_LIMIT: u64 = 2 * TOLERANCE;
/// The first packet by timestamp is looked for among those that arrive this soon after the first by arrival (200 ms) …
const REORDER_WINDOW: u64 = TIMELINE_RATE as u64 / 5;
/// … and among this many.
const REORDER_PACKETS: usize = 64;
/// Among this many following packets one must confirm a jump.
const WITNESSES: usize = 8;
/// Packets of a source whose numbers are this near prove it (RFC 3550 §A.1 calls this the misorder limit).
const MISORDER: u16 = 100;
/// Clocks remembered for a source, so that stragglers of an earlier one still find their place.
const CLOCKS_KEPT: usize = 8;
/// Sources handed on to the next segment.
const ANCHORS_KEPT: usize = 16;
/// No packet follows.
const NONE: usize = usize::MAX;

/// Everything that placing yields.
pub(super) struct Placed<'a> {
    pub spans: Vec<Span<'a>>,
    pub placed_at: Vec<u64>,
    pub anchors: Vec<SourceAnchor>,
    pub counts: TimelineCounts,
    pub points: Points,
}

/// Places all frames of a channel.
pub(super) fn place<'a>(facts: &ChannelFacts, frames: &[Frame<'a>]) -> Placed<'a> {
    let mut placer = Placer::new(facts, frames);
    let mut leftover = Vec::new();
    // What belongs to a source that has proved itself goes first, so that a stray packet never takes its place.
    for (index, frame) in frames.iter().enumerate() {
        if !placer.is_proven(frame) {
            leftover.push((index, None));
            continue;
        }
        let number = placer.number(index, frame);
        if !placer.place_by_clock(index, frame, number) {
            leftover.push((index, Some(number)));
        }
    }
    // What has no clock is known again by its number and timestamp alone.
    let mut came: BTreeSet<(u8, u32, i64, u32)> = BTreeSet::new();
    for (index, number) in leftover {
        if let Some(frame) = frames.get(index) {
            let number = number.unwrap_or_else(|| placer.number(index, frame));
            let again = !came.insert((frame.stream, frame.ssrc, number, frame.timestamp));
            placer.place_by_arrival(index, frame, number, again);
        }
    }
    placer.finish()
}

struct Placer<'a, 'f> {
    frames: &'f [Frame<'a>],
    /// For each frame, the next of the same source in order of arrival.
    next: Vec<usize>,
    names: BTreeMap<(u8, u32), usize>,
    sources: Vec<Source>,
    floor: u64,
    /// What stands from here on is not counted yet.
    cut_at: u64,
    taken: BTreeMap<u64, Taken<'a>>,
    marks: Vec<Point>,
    placed_at: Vec<u64>,
    counts: TimelineCounts,
}

impl<'a, 'f> Placer<'a, 'f> {
    fn new(facts: &ChannelFacts, frames: &'f [Frame<'a>]) -> Self {
        let mut placer = Self {
            frames,
            next: vec![NONE; frames.len()],
            names: BTreeMap::new(),
            sources: Vec::new(),
            floor: facts.start_sample,
            cut_at: facts.cut_at.unwrap_or(u64::MAX),
            taken: BTreeMap::new(),
            marks: Vec::new(),
            placed_at: vec![0; frames.len()],
            counts: TimelineCounts::default(),
        };
        for anchor in &facts.anchors {
            placer.recall(anchor);
        }
        placer.link();
        placer
    }

    fn recall(&mut self, anchor: &SourceAnchor) {
        let source = self.source_of(anchor.stream, anchor.ssrc);
        if let Some(source) = self.sources.get_mut(source) {
            let number = i64::from(anchor.sequence_number) + (1 << 16);
            let sample = i64::try_from(anchor.sample).unwrap_or(i64::MAX);
            let ran_ahead = anchor.sample.saturating_add_signed(anchor.ahead.saturating_neg());
            source.clocks.push_back(SourceClock::new(anchor.clock_rate, anchor.timestamp, sample, ran_ahead));
            source.proven = true;
            source.highest = Some(number);
            source.known_until = Some(number);
            source.recalled = true;
            source.standing = Some(Standing {
                number,
                rate: anchor.clock_rate,
                timestamp: anchor.timestamp,
                sample,
                slip: anchor.slip,
                ahead: anchor.ahead,
                silent: anchor.silent,
            });
        }
    }

    /// Links each frame to the next of its source, and learns which sources prove themselves.
    fn link(&mut self) {
        let mut following: BTreeMap<usize, (usize, u16)> = BTreeMap::new();
        for (index, frame) in self.frames.iter().enumerate().rev() {
            let source = self.source_of(frame.stream, frame.ssrc);
            if let Some((next, number)) = following.insert(source, (index, frame.sequence_number)) {
                if let Some(slot) = self.next.get_mut(index) {
                    *slot = next;
                }
                let apart = number.wrapping_sub(frame.sequence_number).cast_signed().unsigned_abs();
                if let Some(source) = self.sources.get_mut(source) {
                    source.proven |= (1..=MISORDER).contains(&apart);
                }
            }
        }
    }

    fn source_of(&mut self, stream: u8, ssrc: u32) -> usize {
        let sources = &mut self.sources;
        *self.names.entry((stream, ssrc)).or_insert_with(|| {
            sources.push(Source::new());
            sources.len() - 1
        })
    }

    fn is_proven(&self, frame: &Frame<'_>) -> bool {
        let source = self.names.get(&(frame.stream, frame.ssrc)).and_then(|source| self.sources.get(*source));
        source.is_some_and(|source| source.proven)
    }

    /// The frames that follow `index` from the same source, in order of arrival.
    fn followers(&self, index: usize) -> impl Iterator<Item = &'f Frame<'a>> + '_ {
        let mut at = index;
        std::iter::from_fn(move || {
            at = self.next.get(at).copied().unwrap_or(NONE);
            self.frames.get(at)
        })
    }

    /// Places a frame by its timestamp; false where its timestamp gives it no place of its own.
    fn place_by_clock(&mut self, index: usize, frame: &Frame<'a>, number: i64) -> bool {
        let name = self.source_of(frame.stream, frame.ssrc);
        let Some(source) = self.sources.get(name) else { return false };
        let rate = frame.kind.clock_rate();
        let (clock, sample) = match source.sample_near(frame) {
            Some(agreed) => agreed,
            None if !source.clocks.iter().any(|clock| clock.is_of(rate)) => {
                (0, self.begin_clock(index, frame, name))
            }
            None if self.jumped(index, frame, source) => {
                let sample = self.begin_clock(index, frame, name);
                self.counts.re_anchored += u64::from(self.is_before_cut(sample));
                (0, sample)
            }
            None => {
                let late = source
                    .clocks
                    .iter()
                    .find(|clock| clock.is_of(rate))
                    .map(|clock| slipped(frame, clock.sample_of(frame.timestamp, rate)));
                let arrival = i64::try_from(frame.arrival_sample).unwrap_or(i64::MAX);
                match late.filter(|sample| *sample <= arrival && sample.abs_diff(arrival) <= LATE_LIMIT) {
                    // Its arrival says nothing about the clock.
                    Some(sample) => (usize::MAX, sample),
                    None => return false,
                }
            }
        };
        let counts = self.counts(index, name, sample);
        let before_cut = self.is_before_cut(sample);
        if let Some(source) = self.sources.get_mut(name) {
            let unslipped = sample.saturating_sub_unsigned(frame.slip);
            if let Some(clock) = source.clocks.get_mut(clock) {
                clock.follow(frame.timestamp, unslipped, sample, frame.arrival_sample, rate);
            }
            self.counts.reordered += u64::from(counts && source.highest != Some(number));
            if before_cut {
                source.stand(frame, number, unslipped);
            }
        }
        self.put(index, frame, name, number, sample)
    }

    fn is_before_cut(&self, sample: i64) -> bool {
        u64::try_from(sample).unwrap_or(0) < self.cut_at
    }

    /// Whether a frame that stands at a sample is to be counted: not what belongs behind the cut, and not what was counted
    /// before the last one and reaches over it.
    fn counts(&self, index: usize, source: usize, sample: i64) -> bool {
        let stood = self.sources.get(source).is_some_and(|source| source.stood_at == Some(index));
        self.is_before_cut(sample) && !stood
    }

    /// Places a frame that has no clock at its arrival, as far as there is room and if it has not come before.
    fn place_by_arrival(&mut self, index: usize, frame: &Frame<'a>, number: i64, again: bool) {
        let name = self.source_of(frame.stream, frame.ssrc);
        let sample = i64::try_from(frame.arrival_sample).unwrap_or(i64::MAX);
        if again {
            self.counts.duplicates += u64::from(self.counts(index, name, sample));
            if let Some(slot) = self.placed_at.get_mut(index) {
                *slot = frame.arrival_sample;
            }
            return;
        }
        if !self.put(index, frame, name, number, sample) {
            let counts = self.counts(index, name, sample);
            self.counts.overlapped_samples += if counts { frame.samples() } else { 0 };
        }
    }

    /// Whether one of the next packets of the source tells the same new time (RFC 3550 §A.1: two are a restart, one is an error).
    fn jumped(&self, index: usize, frame: &Frame<'a>, source: &Source) -> bool {
        let arrival = i64::try_from(frame.arrival_sample).unwrap_or(i64::MAX);
        let rate = frame.kind.clock_rate();
        let new = SourceClock::new(rate, frame.timestamp, arrival, frame.arrival_sample);
        let same_clock = |next: &&Frame<'a>| next.kind.clock_rate() == rate;
        self.followers(index).filter(same_clock).take(WITNESSES).any(|next| {
            let told = new.sample_of(next.timestamp, next.kind.clock_rate());
            new.agrees(told, next.arrival_sample) && source.sample_near(next).is_none()
        })
    }

    /// Ties the source's timestamps to the timeline by this frame's arrival; returns the frame's sample.
    fn begin_clock(&mut self, index: usize, frame: &Frame<'a>, name: usize) -> i64 {
        let rate = frame.kind.clock_rate();
        let deadline = frame.arrival_sample.saturating_add(REORDER_WINDOW);
        // Packets that overtook the first one: the earliest of them stands where the first to arrive came in.
        let overtaken = self
            .followers(index)
            .take(REORDER_PACKETS)
            .take_while(|next| next.arrival_sample <= deadline)
            .filter(|next| next.kind.clock_rate() == rate)
            .map(|next| samples(i64::from(frame.timestamp.wrapping_sub(next.timestamp).cast_signed()), rate))
            .filter_map(|back| u64::try_from(back).ok())
            .filter(|back| *back <= REORDER_WINDOW)
            .max()
            .unwrap_or(0);
        // A new source that comes a little before what is sealed follows it. One known from there, or heard long before, is late.
        let recalled = self.sources.get(name).is_some_and(|source| source.recalled);
        let sealed = if recalled || self.floor > deadline { 0 } else { self.floor };
        let end = self.taken.last_key_value().map_or(sealed, |(start, taken)| taken.end(*start));
        let arrival = frame.arrival_sample;
        let begin = if end > arrival && end - arrival <= NUDGE_LIMIT { end } else { arrival };
        let sample = i64::try_from(begin.saturating_add(overtaken)).unwrap_or(i64::MAX);
        if let Some(source) = self.sources.get_mut(name) {
            let mut clock = SourceClock::new(rate, frame.timestamp, sample, arrival);
            clock.sample = sample.saturating_sub_unsigned(frame.slip);
            source.clocks.push_front(clock);
            source.clocks.truncate(CLOCKS_KEPT);
        }
        sample
    }

    /// The frame's extended sequence number; asked once for each frame, in order of arrival.
    fn number(&mut self, index: usize, frame: &Frame<'_>) -> i64 {
        let name = self.source_of(frame.stream, frame.ssrc);
        let Some(source) = self.sources.get_mut(name) else { return 0 };
        let number = source.extend(frame.sequence_number);
        if source.known_until == Some(number) {
            source.stood_at.get_or_insert(index);
        }
        source.highest = Some(source.highest.map_or(number, |highest| highest.max(number)));
        number
    }

    /// Puts a frame at a sample; false where all of it was taken by another packet (nothing is noted then).
    fn put(&mut self, index: usize, frame: &Frame<'a>, source: usize, number: i64, sample: i64) -> bool {
        let start = u64::try_from(sample).unwrap_or(0);
        if let Some(slot) = self.placed_at.get_mut(index) {
            *slot = start;
        }
        let FrameKind::Audio(codec) = frame.kind else {
            self.note(source, number);
            let (marker, slip) = (frame.marker, frame.slip);
            self.marks.push(Point { start, end: start, source, number, marker, silent: true, slip });
            return true;
        };
        // What lies before the floor (or before sample 0) is sealed already, or was never part of the recording.
        let floor = i64::try_from(self.floor).unwrap_or(i64::MAX);
        let samples = frame.samples();
        let early = u64::try_from(floor.saturating_sub(sample)).unwrap_or(0).min(samples);
        let counts = self.counts(index, source, sample);
        self.counts.late_samples += if counts { early } else { 0 };
        if early == samples {
            self.note(source, number);
            return true;
        }
        let audio = Taken {
            payload: frame.payload,
            samples,
            lead: 0,
            codec,
            source,
            number,
            marker: frame.marker,
            slip: frame.slip,
        };
        self.lay(start.max(self.floor), audio.part(early, samples - early), counts)
    }

    fn note(&mut self, source: usize, number: i64) {
        if let Some(source) = self.sources.get_mut(source) {
            source.received.push(number);
        }
    }

    /// Lays audio where nothing lies yet.
    fn lay(&mut self, start: u64, audio: Taken<'a>, counts: bool) -> bool {
        let end = audio.end(start);
        let before = self.taken.range(..end).next_back();
        if before.is_none_or(|(other, taken)| taken.end(*other) <= start) {
            self.taken.insert(start, audio);
            self.note(audio.source, audio.number);
            return true;
        }
        let mut others: Vec<(u64, u64, bool)> = self
            .taken
            .range(..end)
            .rev()
            .map(|(other, taken)| {
                (*other, taken.end(*other), taken.source == audio.source && taken.number == audio.number)
            })
            .take_while(|(_, other_end, _)| *other_end > start)
            .collect();
        if others.iter().any(|(_, _, same)| *same) {
            self.counts.duplicates += u64::from(counts);
            self.note(audio.source, audio.number);
            return true;
        }
        others.reverse();
        let whole = audio.codec.silence_octet().is_none();
        let mut at = start;
        let mut kept = 0;
        for (other, other_end, _) in others.into_iter().chain([(end, end, false)]) {
            // A packet that cannot be cut stands in its first free place only.
            if other > at && !(whole && kept > 0) {
                kept += other - at;
                self.taken.insert(at, audio.part(at - start, other - at));
            }
            at = at.max(other_end);
        }
        if kept == 0 {
            return false;
        }
        self.counts.overlapped_samples += if counts { end - start - kept } else { 0 };
        self.note(audio.source, audio.number);
        true
    }
}
