//! Clocks that drift: how far each source's RTP clock runs from the wall, and what is done so that two legs stay together.
//!
//! Nothing received is ever thrown away for it. The timeline runs as fast as the fastest source (it gets ahead of the wall by
//! that source's error, a third of a second an hour at 100 ppm), and a slower source gets a few milliseconds of silence now
//! and then, so that it keeps up. A source's clock is compared with the arrival of its least delayed packet of each half
//! minute, which no jitter moves; before two of those have passed nothing is done at all.

use serde::{Deserialize, Serialize};

use crate::codec::TIMELINE_RATE;

/// Length of a window of observation.
const WINDOW_MICROS: u64 = 30_000_000;
/// A window ends only when it has seen this many packets: the least delayed of few may have been delayed.
const WINDOW_PACKETS: u32 = 50;
/// What is set right at a time, in timeline samples: 5 ms.
const STEP: i64 = TIMELINE_RATE as i64 / 200;
/// A timestamp this far from where the clock has it is a jump, not drift.
const JUMP_MICROS: i64 = 3_000_000;
/// The delay of the least delayed packet may change by this much from window to window beside drift (20 ms).
const ROUTE_MICROS: i64 = 20_000;
/// Sources followed; the one longest unheard makes room.
const SOURCES: usize = 16;
/// Steps of the lead remembered, so that times of a while ago are still found (half an hour at the worst).
const STEPS: usize = 64;

/// All sources of a recording.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DriftFollower {
    sources: Vec<FollowedSource>,
    /// From this arrival on (µs since the call's epoch) the timeline is this many samples ahead of the wall; ascending.
    leads: Vec<(u64, u64)>,
}

/// One source's clock against the wall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct FollowedSource {
    stream: u8,
    ssrc: u32,
    clock_rate: u32,
    /// Timestamp last seen, and the ticks from the first one to it.
    timestamp: u32,
    ticks: i64,
    /// Added to the clock's elapsed time so that a jump moves nothing.
    offset_micros: i64,
    first_arrival: u64,
    last_arrival: u64,
    window_from: u64,
    window_packets: u32,
    /// How far the clock was ahead of the wall in this window's least delayed packet.
    window_best: i64,
    /// The same in the last window that ended.
    settled: Option<i64>,
    /// The same in the source's first window, moved by whatever was no drift.
    baseline: i64,
    /// The clock jumped in this window: where it stands now says nothing about drift.
    jumped: bool,
    /// Samples of silence put in so far, and what it was before it was last changed, until when.
    slip: u64,
    slip_before: (u64, u64),
}

/// Where a packet stands against drift.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Correction {
    /// Samples that the timeline is ahead of the wall.
    pub lead: u64,
    /// Samples that the source's clock has been set forward.
    pub slip: u64,
}

impl DriftFollower {
    /// Samples that the timeline is ahead of the wall at an arrival.
    pub fn lead_at(&self, arrival_micros: u64) -> u64 {
        self.leads.iter().rev().find(|(from, _)| *from <= arrival_micros).map_or(0, |(_, lead)| *lead)
    }

    /// Takes note of a packet, in order of arrival. One that was noted before is told how it stood then.
    pub fn on_packet(
        &mut self,
        stream: u8,
        ssrc: u32,
        clock_rate: u32,
        timestamp: u32,
        arrival_micros: u64,
    ) -> Correction {
        let known = self.sources.iter().position(|source| source.stream == stream && source.ssrc == ssrc);
        let place = known.unwrap_or_else(|| self.begin(stream, ssrc, clock_rate, timestamp, arrival_micros));
        let lead_now = self.leads.last().map_or(0, |(_, lead)| *lead);
        let Some(source) = self.sources.get_mut(place) else { return Correction::default() };
        // What was noted before (packets read again after a cut) is not noted twice.
        if arrival_micros > source.last_arrival || known.is_none() {
            source.observe(clock_rate, timestamp, arrival_micros);
            if let Some(drift) = source.end_window(arrival_micros) {
                let over = drift.saturating_add_unsigned(source.slip).saturating_sub_unsigned(lead_now);
                if over >= STEP {
                    self.leads.push((arrival_micros, lead_now.saturating_add_signed(over)));
                    let surplus = self.leads.len().saturating_sub(STEPS);
                    self.leads.drain(..surplus);
                } else if over <= -STEP {
                    source.slip_before = (arrival_micros, source.slip);
                    source.slip = source.slip.saturating_add(over.unsigned_abs());
                }
            }
        }
        let slip = self.sources.get(place).map_or(0, |source| source.slip_at(arrival_micros));
        Correction { lead: self.lead_at(arrival_micros), slip }
    }

    fn begin(
        &mut self,
        stream: u8,
        ssrc: u32,
        clock_rate: u32,
        timestamp: u32,
        arrival_micros: u64,
    ) -> usize {
        if self.sources.len() >= SOURCES {
            let oldest = self.sources.iter().enumerate().min_by_key(|(_, source)| source.last_arrival);
            if let Some(oldest) = oldest.map(|(place, _)| place) {
                self.sources.swap_remove(oldest);
            }
        }
        self.sources.push(FollowedSource {
            stream,
            ssrc,
            clock_rate,
            timestamp,
            ticks: 0,
            offset_micros: 0,
            first_arrival: arrival_micros,
            last_arrival: arrival_micros,
            window_from: arrival_micros,
            window_packets: 0,
            window_best: i64::MIN,
            settled: None,
            baseline: 0,
            jumped: false,
            slip: 0,
            slip_before: (0, 0),
        });
        self.sources.len() - 1
    }
}

impl FollowedSource {
    fn observe(&mut self, clock_rate: u32, timestamp: u32, arrival_micros: u64) {
        self.last_arrival = arrival_micros;
        if clock_rate != self.clock_rate {
            // The codec changed: what elapsed so far is kept, ticks count anew.
            self.offset_micros = self.elapsed();
            (self.ticks, self.clock_rate) = (0, clock_rate);
            self.timestamp = timestamp;
            self.follow_jump(arrival_micros);
        }
        self.ticks += i64::from(timestamp.wrapping_sub(self.timestamp).cast_signed());
        self.timestamp = timestamp;
        if (self.ahead(arrival_micros) - self.expected()).abs() > JUMP_MICROS {
            self.follow_jump(arrival_micros);
        }
        self.window_best = self.window_best.max(self.ahead(arrival_micros));
        self.window_packets = self.window_packets.saturating_add(1);
    }

    /// Moves the offset so that the clock stands where it was expected.
    fn follow_jump(&mut self, arrival_micros: u64) {
        self.jumped = true;
        self.offset_micros += self.expected() - self.ahead(arrival_micros);
    }

    /// How far ahead of the wall the clock ought to be: as it was.
    fn expected(&self) -> i64 {
        if self.window_best > i64::MIN { self.window_best } else { self.settled.unwrap_or(0) }
    }

    fn elapsed(&self) -> i64 {
        self.ticks.saturating_mul(1_000_000) / i64::from(self.clock_rate.max(1)) + self.offset_micros
    }

    fn ahead(&self, arrival_micros: u64) -> i64 {
        let wall = i64::try_from(arrival_micros.saturating_sub(self.first_arrival)).unwrap_or(i64::MAX);
        self.elapsed().saturating_sub(wall)
    }

    /// The drift since the first window in samples, where a window ends.
    fn end_window(&mut self, arrival_micros: u64) -> Option<i64> {
        let lasted = arrival_micros.saturating_sub(self.window_from);
        if lasted < WINDOW_MICROS || self.window_packets < WINDOW_PACKETS {
            return None;
        }
        let best = self.window_best;
        (self.window_from, self.window_packets, self.window_best) = (arrival_micros, 0, i64::MIN);
        let Some(before) = self.settled.replace(best) else {
            self.baseline = best;
            return None;
        };
        // What moves faster than any crystal drifts is another route, or a sender that skipped: not for us to mend.
        let plausible = i64::try_from(lasted / 1_000).unwrap_or(i64::MAX).saturating_add(ROUTE_MICROS);
        if std::mem::take(&mut self.jumped) || (best - before).abs() > plausible {
            self.baseline += best - before;
        }
        Some((best - self.baseline) * i64::from(TIMELINE_RATE) / 1_000_000)
    }

    const fn slip_at(&self, arrival_micros: u64) -> u64 {
        if arrival_micros < self.slip_before.0 { self.slip_before.1 } else { self.slip }
    }
}

#[cfg(test)]
mod tests;
