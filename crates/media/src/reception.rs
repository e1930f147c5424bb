//! How well a source is received: what is reported to it, and shown of its connection (RFC 3550 §A.1, §A.3, §A.8).

use std::time::Duration;

use crate::rtcp::{ReportBlock, SenderReport};

/// A jump of more sequence numbers than this is a restart of the source, not a loss (§A.1).
const DROPOUT: u16 = 3_000;

/// Figures of the source a stream hears; a new source begins them anew, and the totals go on. Nothing here allocates.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reception {
    source: Option<Heard>,
    /// Of sources before this one.
    lost_before: u64,
    worst_jitter_micros: u32,
}

#[derive(Debug, Clone, Copy)]
struct Heard {
    ssrc: u32,
    /// Extended sequence numbers.
    base: u32,
    highest: u32,
    received: u32,
    expected_at_report: u32,
    received_at_report: u32,
    /// Arrival less timestamp of the last packet, in timestamp units.
    transit: u32,
    /// In 16ths of a timestamp unit.
    jitter: u32,
    report: Option<(u32, Duration)>,
}

impl Heard {
    const fn new(ssrc: u32, number: u16, transit: u32) -> Self {
        let number = number as u32;
        Self {
            ssrc,
            base: number,
            highest: number,
            received: 1,
            expected_at_report: 0,
            received_at_report: 0,
            transit,
            jitter: 0,
            report: None,
        }
    }

    const fn expected(&self) -> u32 {
        self.highest.wrapping_sub(self.base).wrapping_add(1)
    }

    const fn lost(&self) -> i64 {
        self.expected() as i64 - self.received as i64
    }
}

impl Reception {
    /// Takes note of a packet: when it arrived, by any clock that goes on, and its clock rate in Hz.
    pub fn take(&mut self, ssrc: u32, number: u16, timestamp: u32, arrival: Duration, rate: u32) {
        // Both clocks wrap at 32 bits; only differences count.
        let ticks = arrival.as_micros().wrapping_mul(u128::from(rate)) / 1_000_000;
        let transit = (ticks as u32).wrapping_sub(timestamp);
        let known = self.source.as_mut().filter(|heard| heard.ssrc == ssrc);
        let Some(heard) = known else { return self.begin(Heard::new(ssrc, number, transit)) };
        let ahead = number.wrapping_sub(heard.highest as u16);
        if ahead < DROPOUT {
            heard.highest = heard.highest.wrapping_add(u32::from(ahead));
        } else if ahead < u16::MAX - DROPOUT {
            return self.begin(Heard::new(ssrc, number, transit));
        }
        heard.received = heard.received.wrapping_add(1);
        let varied = transit.wrapping_sub(heard.transit).cast_signed().unsigned_abs();
        heard.transit = transit;
        // A jump of the clock is no jitter.
        if varied < rate {
            heard.jitter = heard.jitter.saturating_add(varied).saturating_sub((heard.jitter + 8) >> 4);
        }
        let micros = u64::from(heard.jitter >> 4) * 1_000_000 / u64::from(rate.max(1));
        self.worst_jitter_micros = self.worst_jitter_micros.max(u32::try_from(micros).unwrap_or(u32::MAX));
    }

    fn begin(&mut self, heard: Heard) {
        self.lost_before = self.lost();
        self.source = Some(heard);
    }

    /// Takes note of the source's own report.
    pub fn heard_report(&mut self, report: &SenderReport, at: Duration) {
        if let Some(heard) = self.source.as_mut().filter(|heard| heard.ssrc == report.ssrc) {
            heard.report = Some(((report.ntp >> 16) as u32, at));
        }
    }

    /// What to report of the source now; `None` before any packet.
    pub fn report(&mut self, now: Duration) -> Option<ReportBlock> {
        let heard = self.source.as_mut()?;
        let (expected, received) = (heard.expected(), heard.received);
        let expected_since = expected.wrapping_sub(heard.expected_at_report);
        let lost_since =
            i64::from(expected_since) - i64::from(received.wrapping_sub(heard.received_at_report));
        (heard.expected_at_report, heard.received_at_report) = (expected, received);
        let fraction = (lost_since.max(0) << 8).checked_div(i64::from(expected_since)).unwrap_or(0);
        let (last_report, since) = heard.report.map_or((0, 0), |(report, at)| {
            let since = now.saturating_sub(at).as_micros() * 65_536 / 1_000_000;
            (report, u32::try_from(since).unwrap_or(u32::MAX))
        });
        Some(ReportBlock {
            ssrc: heard.ssrc,
            fraction_lost: u8::try_from(fraction).unwrap_or(u8::MAX),
            lost: i32::try_from(heard.lost()).unwrap_or(i32::MAX),
            highest: heard.highest,
            jitter: heard.jitter >> 4,
            last_report,
            since_last_report: since,
        })
    }

    /// Packets that never came, of all sources.
    pub fn lost(&self) -> u64 {
        let now = self.source.map_or(0, |heard| u64::try_from(heard.lost()).unwrap_or(0));
        self.lost_before + now
    }

    /// The worst interarrival jitter, in microseconds.
    pub const fn worst_jitter_micros(&self) -> u32 {
        self.worst_jitter_micros
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    // rule: RT5, SR14
    #[test]
    fn losses_and_jitter_are_reported_since_the_last_report_and_in_all() {
        let mut heard = Reception::default();
        assert_eq!(heard.report(at(0)), None);
        for n in (0..100_u16).filter(|n| n % 10 != 5) {
            heard.take(7, 65_500_u16.wrapping_add(n), u32::from(n) * 160, at(20 * u64::from(n)), 8_000);
        }
        heard
            .heard_report(&SenderReport { ssrc: 7, ntp: 0x1234_5678_9ABC_DEF0, rtp_timestamp: 0 }, at(2_000));
        let report = heard.report(at(3_000)).expect("it was heard");
        assert_eq!((report.ssrc, report.lost, report.fraction_lost), (7, 10, 25));
        assert_eq!(report.highest, 65_500 + 99, "the wrap stands above");
        assert_eq!((report.jitter, report.last_report, report.since_last_report), (0, 0x5678_9ABC, 65_536));
        for n in 100..120_u16 {
            heard.take(7, 65_500_u16.wrapping_add(n), u32::from(n) * 160, at(20 * u64::from(n)), 8_000);
        }
        let report = heard.report(at(4_000)).expect("it was heard");
        assert_eq!((report.lost, report.fraction_lost), (10, 0));
    }

    #[test]
    fn late_and_doubled_packets_are_no_loss_and_a_new_source_begins_anew() {
        let mut heard = Reception::default();
        for n in [0_u16, 2, 1, 3, 3, 4] {
            heard.take(7, n, u32::from(n) * 160, at(20 * u64::from(n)), 8_000);
        }
        assert_eq!(heard.report(at(100)).expect("heard").lost, -1);
        for n in [40_000_u16, 40_002] {
            heard.take(8, n, 0, at(100), 8_000);
        }
        assert_eq!(heard.report(at(100)).expect("heard").ssrc, 8);
        assert_eq!(heard.lost(), 1);
        // the same source restarts: what lies between was never sent
        heard.take(8, 20_000, 0, at(120), 8_000);
        assert_eq!(heard.lost(), 1);
    }

    #[test]
    fn jitter_follows_the_packets_and_no_jump_of_the_clock() {
        let mut heard = Reception::default();
        for n in 0..200_u32 {
            let late = if n % 2 == 0 { 0 } else { 8 };
            heard.take(7, n as u16, n * 160, at(u64::from(20 * n + late)), 8_000);
        }
        let jitter = heard.report(at(4_000)).expect("heard").jitter;
        assert!((55..=64).contains(&jitter), "{jitter}");
        heard.take(7, 200, 4_000_000_000, at(4_000), 8_000);
        assert!(heard.worst_jitter_micros() < 9_000, "{}", heard.worst_jitter_micros());
    }
}
