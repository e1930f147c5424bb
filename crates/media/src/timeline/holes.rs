//! Which holes are losses: read from sequence numbers, comfort noise, the marker bit, and what signalling said meanwhile.
//!
//! Between two neighbours of one source: numbers missing → `loss` (the whole hole, never less than was lost); none missing →
//! meant silence if comfort noise or an event stands there or a talkspurt begins after it, else `no_media`. Between two
//! sources → `no_media`. Downtime of the worker covers all of these, and so do pauses and on-hold spans: the marker bit of the first
//! packet after a hold must not hide that there was one.

use std::collections::BTreeMap;
use std::ops::Range;

use super::ChannelFacts;
use crate::codec::TIMELINE_RATE;
use crate::gap::{Gap, GapCause};

/// A jump of more sequence numbers than this is a restart, not a loss (RFC 3550 §A.1, MAX_DROPOUT).
pub(super) const DROPOUT: u64 = 3_000;

/// Samples of the shortest packets in use (5 ms).
const SHORTEST_PACKET: u64 = TIMELINE_RATE as u64 / 200;

/// A packet at its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub start: u64,
    /// Same as `start` for what is no audio.
    pub end: u64,
    pub source: usize,
    pub number: i64,
    pub marker: bool,
    /// Comfort noise, a telephone event, or audio that ends in a silence description: what is not sent after it is not missed.
    pub silent: bool,
    /// Samples that the source's clock had been set forward against drift.
    pub slip: u64,
}

/// All packets at their places.
#[derive(Debug, Clone, Default)]
pub(super) struct Points {
    /// In order of start.
    pub points: Vec<Point>,
    /// By source: extended sequence numbers received, sorted, each once.
    pub received: Vec<Vec<i64>>,
    /// Stream and SSRC of each source.
    pub names: BTreeMap<usize, (u8, u32)>,
}

/// Why a stretch is silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Silence {
    Meant,
    Missing(GapCause),
}

impl Points {
    /// The gaps of `[facts.start_sample, end_sample)`.
    pub(super) fn gaps(&self, facts: &ChannelFacts, end_sample: u64) -> Vec<Gap> {
        let mut gaps = GapList { facts, end_sample, gaps: Vec::new() };
        let mut before: Option<Point> = None;
        let mut at = facts.start_sample;
        for &point in &self.points {
            if point.start > at {
                let silence = before
                    .map_or_else(|| self.at_front(facts, &point), |before| self.between(&before, &point));
                gaps.add(at..point.start, silence);
            }
            // A mark inside audio (an event sent beside speech) says nothing about a later hole.
            if point.end >= at {
                before = Some(point);
            }
            at = at.max(point.start).max(point.end);
        }
        let tail = match before {
            Some(point) if point.silent => Silence::Meant,
            None if facts.began && facts.anchors.iter().any(|anchor| anchor.silent) => Silence::Meant,
            _ => Silence::Missing(GapCause::NoMedia),
        };
        gaps.add(at..end_sample, tail);
        gaps.gaps
    }

    fn between(&self, before: &Point, after: &Point) -> Silence {
        if before.source != after.source {
            return if before.silent { Silence::Meant } else { Silence::Missing(GapCause::NoMedia) };
        }
        if self.lost_between(before, after) {
            Silence::Missing(GapCause::Loss)
        } else if before.silent || after.silent || after.marker || is_slip(before, after) {
            Silence::Meant
        } else {
            Silence::Missing(GapCause::NoMedia)
        }
    }

    /// Before the first packet: a late start, or the continuation of what was heard before.
    fn at_front(&self, facts: &ChannelFacts, first: &Point) -> Silence {
        if !facts.began {
            return Silence::Missing(GapCause::LateStart);
        }
        let name = self.names.get(&first.source);
        let known = facts.anchors.iter().find(|anchor| name == Some(&(anchor.stream, anchor.ssrc)));
        let Some(known) = known else { return Silence::Missing(GapCause::NoMedia) };
        // Placing begins to count a known source's numbers at the same value.
        let number = i64::from(known.sequence_number) + (1 << 16);
        let before = Point {
            start: facts.start_sample,
            end: facts.start_sample,
            source: first.source,
            number,
            marker: false,
            silent: known.silent,
            slip: known.slip,
        };
        self.between(&before, first)
    }

    /// Whether numbers between two packets of a source never came, and few enough to be a loss for the time between them.
    fn lost_between(&self, before: &Point, after: &Point) -> bool {
        let Some(received) = self.received.get(before.source) else { return false };
        let (Ok(first), Ok(last)) =
            (received.binary_search(&before.number), received.binary_search(&after.number))
        else {
            return false;
        };
        let came = i64::try_from(last.saturating_sub(first)).unwrap_or(i64::MAX);
        let missing = after.number.saturating_sub(before.number).saturating_sub(came);
        let plausible = DROPOUT.max(after.start.saturating_sub(before.end) / SHORTEST_PACKET);
        last > first && missing > 0 && missing.unsigned_abs() <= plausible
    }
}

/// Whether the hole between two packets of a source is no wider than its clock was set forward between them.
const fn is_slip(before: &Point, after: &Point) -> bool {
    after.start.saturating_sub(before.end) <= after.slip.saturating_sub(before.slip)
}

/// Gaps in order; a stretch is split where downtime or on-hold spans cover part of it, and joined with an equal neighbour.
struct GapList<'f> {
    facts: &'f ChannelFacts,
    end_sample: u64,
    gaps: Vec<Gap>,
}

impl GapList<'_> {
    fn add(&mut self, stretch: Range<u64>, silence: Silence) {
        let until = stretch.end.min(self.end_sample);
        let mut at = stretch.start;
        while at < until {
            let (cause, next) = self.cause_at(at, silence);
            let next = next.min(until);
            if let Silence::Missing(cause) = cause {
                self.push(at..next, cause);
            }
            at = next;
        }
    }

    /// What covers `at`, and up to where.
    fn cause_at(&self, at: u64, silence: Silence) -> (Silence, u64) {
        let ChannelFacts { worker_down, on_hold, paused, .. } = self.facts;
        let edges = worker_down.iter().chain(paused).chain(on_hold).flat_map(|span| [span.start, span.end]);
        let next = edges.filter(|edge| *edge > at).min().unwrap_or(u64::MAX);
        let covers = |spans: &[Range<u64>]| spans.iter().any(|span| span.contains(&at));
        let cause = if covers(worker_down) {
            Silence::Missing(GapCause::WorkerDown)
        } else if covers(paused) {
            Silence::Missing(GapCause::Paused)
        } else if covers(on_hold) {
            Silence::Missing(GapCause::OnHold)
        } else {
            silence
        };
        (cause, next)
    }

    fn push(&mut self, run: Range<u64>, cause: GapCause) {
        match self.gaps.last_mut() {
            Some(last) if last.cause == cause && last.end_sample() == run.start => {
                last.samples += run.end - run.start
            }
            _ => self.gaps.push(Gap {
                channel: self.facts.channel,
                start_sample: run.start,
                samples: run.end - run.start,
                cause,
            }),
        }
    }
}
