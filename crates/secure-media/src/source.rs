//! One sender under a key: its rollover counter, its replay windows, and how sure we are of the counter.

use crate::replay_window::ReplayWindow;

/// State of one SSRC. It exists only once a packet of it was authentic, so forgeries create none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) ssrc: u32,
    /// Window over the 48-bit index: rollover counter and sequence number.
    pub(crate) rtp: ReplayWindow,
    /// Window over the 31-bit SRTCP index.
    pub(crate) rtcp: ReplayWindow,
    /// Packets in a row whose tag did not fit: the counter may have moved on unheard.
    pub(crate) misses: u8,
    /// When it was last heard, on the receiver's own count of packets.
    pub(crate) heard: u64,
}

/// A source whose counter is not proved lately: as many misses as make us look further.
const DOUBTFUL: u8 = 16;
/// How far ahead of the estimate a doubtful source is looked for: one rollover is 22 minutes of 20 ms packets.
const AHEAD: u64 = 3;
/// How many rollovers a sender may have made before its first packet reaches us.
const LATE: u64 = 16;
/// Sequence numbers a rollover counter counts by.
const ROLLOVER: u64 = 1 << 16;
/// Packets a key may protect (RFC 3711 §9.2).
pub(crate) const MOST_PACKETS: u64 = 1 << 48;

impl Source {
    /// One whose counter has yet to be proved.
    pub(crate) const fn restored(ssrc: u32, rtp: ReplayWindow, rtcp: ReplayWindow) -> Self {
        Self { ssrc, rtp, rtcp, misses: DOUBTFUL, heard: 0 }
    }

    /// Whether any RTP packet has been let in.
    pub(crate) const fn has_rtp(&self) -> bool {
        self.rtp.seen != 0
    }

    /// The index a sequence number most likely stands for (RFC 3711 §3.3.1, appendix A): the one nearest to the highest.
    /// None before the first packet ever, or beyond the last.
    fn estimate(&self, sequence: u16) -> Option<u64> {
        let (counter, last) = (self.rtp.highest / ROLLOVER, (self.rtp.highest % ROLLOVER) as u16);
        let counter = match (last, sequence) {
            (..0x8000, _) if sequence > last && sequence - last > 0x8000 => counter.checked_sub(1)?,
            (0x8000.., _) if last - 0x8000 > sequence => counter + 1,
            _ => counter,
        };
        Some(counter * ROLLOVER + u64::from(sequence)).filter(|index| *index < MOST_PACKETS)
    }

    /// Whether this sequence number would come after the last packet the key may protect.
    pub(crate) fn is_used_up(&self, sequence: u16) -> bool {
        self.estimate(sequence).is_none() && self.rtp.highest > MOST_PACKETS / 2
    }

    /// The indices under which to try a packet, likeliest first. Only a doubtful source is tried under more than one.
    pub(crate) fn candidates(&self, sequence: u16) -> impl Iterator<Item = u64> + Clone + use<> {
        let estimate = self.estimate(sequence);
        let further = if self.misses >= DOUBTFUL { AHEAD } else { 0 };
        (0..=further)
            .filter_map(move |turn| Some(estimate? + turn * ROLLOVER))
            .filter(|index| *index < MOST_PACKETS)
    }
}

/// The indices under which to try the first packet of an SSRC: its sender may have turned over before we came.
pub(crate) fn first_candidates(sequence: u16, search: bool) -> impl Iterator<Item = u64> + Clone {
    let last = if search { LATE } else { 0 };
    (0..=last).map(move |counter| counter * ROLLOVER + u64::from(sequence))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(counter: u64, last: u16) -> Source {
        let rtp = ReplayWindow { highest: counter * ROLLOVER + u64::from(last), seen: 1 };
        Source { misses: 0, ..Source::restored(1, rtp, ReplayWindow::default()) }
    }

    #[test]
    fn a_wrap_moves_the_counter_and_a_straggler_does_not() {
        let index = |counter, sequence| Some(counter * ROLLOVER + sequence);
        assert_eq!(at(5, 65_530).estimate(3), index(6, 3));
        assert_eq!(at(6, 3).estimate(65_530), index(5, 65_530));
        assert_eq!(at(6, 3).estimate(4), index(6, 4));
        assert_eq!(at(6, 40_000).estimate(39_000), index(6, 39_000));
        assert_eq!(at(0, 3).estimate(65_530), None, "before the first packet ever");
        assert_eq!(at(0xFFFF_FFFF, 65_530).estimate(3), None, "the key is used up");
    }

    #[test]
    fn only_a_doubtful_source_is_looked_for_further_on() {
        assert_eq!(at(1, 10).candidates(11).count(), 1);
        let doubtful = Source { misses: DOUBTFUL, ..at(1, 10) };
        let counters: Vec<u64> = doubtful.candidates(11).map(|index| index / ROLLOVER).collect();
        assert_eq!(counters, [1, 2, 3, 4]);
    }
}
