//! What has been received of one sender: the figures of a receiver report (RFC 3550 §6.4.1, §A.3, §A.8) and what is missing.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// A missing packet is asked for at first after this long: it may only have been overtaken.
const FIRST_ASK: Duration = Duration::from_millis(30);
/// And again after each of these.
const ASK_AGAIN: Duration = Duration::from_millis(100);
/// Asked for so often, then given up.
const MOST_ASKS: u8 = 5;
/// Missing packets remembered; a longer outage is not mended by asking.
const MOST_MISSING: usize = 128;
/// A jump beyond this is a sender that began anew, not loss (RFC 3550 §A.1).
const MOST_DROPOUT: u16 = 3_000;

/// One sender on one stream.
#[derive(Debug)]
pub struct Reception {
    /// The stream it sends on.
    pub stream: u8,
    clock_rate: u32,
    highest: u16,
    cycles: u32,
    base: u32,
    received: u32,
    received_before: u32,
    expected_before: u32,
    jitter: f64,
    transit: Option<(Instant, u32)>,
    missing: BTreeMap<u32, (Instant, u8)>,
    last_report: Option<(Instant, u32)>,
    /// Packets that were asked for in vain and count as lost for pictures.
    given_up: bool,
}

/// The figures of one report block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportFigures {
    /// Fraction lost since the last report, in 1/256.
    pub fraction_lost: u8,
    /// Packets lost in all.
    pub lost: u32,
    /// Extended highest sequence number.
    pub highest: u32,
    /// Interarrival jitter in timestamp units.
    pub jitter: u32,
    /// Middle 32 bits of the last sender report's NTP time.
    pub last_report: u32,
    /// Time since then in 1/65536 s.
    pub since_report: u32,
}

impl Reception {
    /// A sender's first packet.
    pub fn new(stream: u8, clock_rate: u32, sequence: u16) -> Self {
        Self {
            stream,
            clock_rate,
            highest: sequence.wrapping_sub(1),
            cycles: 1 << 16,
            base: (1 << 16) | u32::from(sequence),
            received: 0,
            received_before: 0,
            expected_before: 0,
            jitter: 0.0,
            transit: None,
            missing: BTreeMap::new(),
            last_report: None,
            given_up: false,
        }
        .starting_at(sequence)
    }

    fn starting_at(mut self, sequence: u16) -> Self {
        (self.cycles, self.base) = (1 << 16, (1 << 16) | u32::from(sequence));
        if sequence == 0 {
            // One before the first is the last of the round before.
            self.cycles = 0;
        }
        self
    }

    /// Counts a packet.
    pub fn packet(&mut self, now: Instant, sequence: u16, timestamp: u32) {
        self.received = self.received.wrapping_add(1);
        let ahead = sequence.wrapping_sub(self.highest);
        if ahead == 0 || ahead >= 0x8000 {
            let extended = self.extended(sequence);
            self.missing.remove(&extended);
            return;
        }
        if ahead > MOST_DROPOUT {
            // Begins anew: nothing in between was ever sent.
            self.missing.clear();
            *self = Self { received: 1, ..Self::new(self.stream, self.clock_rate, sequence) };
            self.highest = sequence;
            return;
        }
        let before = self.cycles | u32::from(self.highest);
        if sequence < self.highest {
            self.cycles = self.cycles.wrapping_add(1 << 16);
        }
        self.highest = sequence;
        for lost in 1..u32::from(ahead) {
            if self.missing.len() < MOST_MISSING {
                self.missing.insert(before.wrapping_add(lost), (now + FIRST_ASK, 0));
            } else {
                self.given_up = true;
            }
        }
        self.measure(now, timestamp);
    }

    fn measure(&mut self, now: Instant, timestamp: u32) {
        if let Some((at, stamp)) = self.transit {
            let elapsed = now.saturating_duration_since(at).as_secs_f64() * f64::from(self.clock_rate);
            let stamped = f64::from(timestamp.wrapping_sub(stamp).cast_signed());
            self.jitter += ((elapsed - stamped).abs() - self.jitter) / 16.0;
        }
        self.transit = Some((now, timestamp));
    }

    fn extended(&self, sequence: u16) -> u32 {
        let round = if sequence > self.highest { self.cycles.wrapping_sub(1 << 16) } else { self.cycles };
        round | u32::from(sequence)
    }

    /// A sender report came: its NTP time's middle bits.
    pub fn sender_report(&mut self, now: Instant, ntp_middle: u32) {
        self.last_report = Some((now, ntp_middle));
    }

    /// The figures for a report now; begins the next interval.
    pub fn report(&mut self, now: Instant) -> ReportFigures {
        let highest = self.cycles | u32::from(self.highest);
        let expected = highest.wrapping_sub(self.base).wrapping_add(1);
        let lost = expected.saturating_sub(self.received);
        let (expected_now, received_now) =
            (expected.wrapping_sub(self.expected_before), self.received.wrapping_sub(self.received_before));
        (self.expected_before, self.received_before) = (expected, self.received);
        let lost_now = u64::from(expected_now.saturating_sub(received_now));
        let fraction = (lost_now * 256).checked_div(u64::from(expected_now)).unwrap_or(0).min(255);
        let since = self
            .last_report
            .map_or(0.0, |(at, _)| now.saturating_duration_since(at).as_secs_f64() * 65_536.0);
        ReportFigures {
            fraction_lost: u8::try_from(fraction).unwrap_or(u8::MAX),
            lost: lost.min(0x7F_FFFF),
            highest,
            jitter: self.jitter as u32,
            last_report: self.last_report.map_or(0, |(_, ntp)| ntp),
            since_report: since as u32,
        }
    }

    /// Sequence numbers to ask for now.
    pub fn to_ask_for(&mut self, now: Instant) -> Vec<u16> {
        let mut asked = Vec::new();
        for (extended, (next, times)) in &mut self.missing {
            if *next > now {
                continue;
            }
            if *times < MOST_ASKS {
                asked.push((extended & 0xFFFF) as u16);
            }
            (*next, *times) = (now + ASK_AGAIN, *times + 1);
        }
        let before = self.missing.len();
        self.missing.retain(|_, (_, times)| *times <= MOST_ASKS);
        self.given_up |= self.missing.len() < before;
        asked
    }

    /// When something will be asked for next.
    pub fn next_ask(&self) -> Option<Instant> {
        self.missing.values().map(|(next, _)| *next).min()
    }

    /// Whether something was lost for good since the last time this was asked.
    pub fn take_given_up(&mut self) -> bool {
        std::mem::take(&mut self.given_up)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loss_is_counted_over_the_wrap_and_mended_by_what_comes_late() {
        let now = Instant::now();
        let mut reception = Reception::new(0, 48_000, 65_533);
        for (place, sequence) in [65_533_u16, 65_534, 0, 1, 4].into_iter().enumerate() {
            reception.packet(now + Duration::from_millis(20 * place as u64), sequence, 960 * place as u32);
        }
        let later = now + Duration::from_secs(1);
        assert_eq!(reception.to_ask_for(later), [65_535, 2, 3]);
        reception.packet(later, 65_535, 0);
        let report = reception.report(later);
        assert_eq!(report.lost, 2);
        assert_eq!(report.highest, (2 << 16) | 4);
        assert_eq!(reception.to_ask_for(later + Duration::from_secs(1)), [2, 3]);
        for second in 2..8 {
            reception.to_ask_for(later + Duration::from_secs(second));
        }
        assert_eq!(reception.next_ask(), None);
        assert!(reception.take_given_up());
    }

    #[test]
    fn a_sender_that_begins_anew_is_no_loss() {
        let now = Instant::now();
        let mut reception = Reception::new(0, 48_000, 0);
        reception.packet(now, 0, 0);
        reception.packet(now, 30_000, 0);
        assert_eq!(reception.report(now).lost, 0);
        assert!(reception.to_ask_for(now + Duration::from_secs(1)).is_empty());
    }
}
