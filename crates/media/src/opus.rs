//! The Opus packet as far as a recorder must read it (RFC 6716 §3): its table of contents, its frames, its length in time.

use crate::codec::TIMELINE_RATE;

/// Opus always counts time in 48,000ths of a second (RFC 7587 §4.1), whatever the audio's bandwidth.
pub const CLOCK_RATE: u32 = 48_000;

/// Ticks of that clock a timeline sample.
pub const TICKS_A_SAMPLE: u64 = (CLOCK_RATE / TIMELINE_RATE) as u64;

/// Longest a packet may last: 120 ms (RFC 6716 §3.2.5, R5).
const LONGEST_TICKS: u64 = 5_760;

/// The first octet of a packet (RFC 6716 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableOfContents(pub u8);

impl TableOfContents {
    /// Length of each frame in ticks of 48,000 Hz.
    pub const fn frame_ticks(self) -> u64 {
        let config = self.0 >> 3;
        match config {
            0..=11 => match config % 4 {
                0 => 480,
                1 => 960,
                2 => 1_920,
                _ => 2_880,
            },
            12..=15 => 480 << (config % 2),
            _ => 120 << (config % 4),
        }
    }

    /// Two channels.
    pub const fn is_stereo(self) -> bool {
        self.0 & 4 != 0
    }

    /// The same mode, bandwidth and channels for a single frame of another packet, or of none at all.
    pub const fn alone(self) -> Self {
        Self(self.0 & !3)
    }
}

/// Length of a packet in ticks of 48,000 Hz; `None` where it is not an Opus packet (rules R1, R2, R5 of RFC 6716 §3.2).
pub fn packet_ticks(packet: &[u8]) -> Option<u64> {
    let (&toc, rest) = packet.split_first()?;
    let frames = match toc & 3 {
        0 => 1,
        1 => (rest.len() % 2 == 0).then_some(2)?,
        2 => 2,
        _ => u64::from(*rest.first()? & 0x3F),
    };
    let ticks = frames * TableOfContents(toc).frame_ticks();
    (1..=LONGEST_TICKS).contains(&ticks).then_some(ticks)
}

/// Length of a packet in timeline samples; 0 where it is not an Opus packet. Every length there is comes out whole.
pub fn timeline_samples(packet: &[u8]) -> u64 {
    packet_ticks(packet).unwrap_or(0) / TICKS_A_SAMPLE
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: RT9
    #[test]
    fn a_packets_length_is_told_by_its_first_octets() {
        // config (mode, bandwidth, frame) of RFC 6716 table 2, and its frame in hundredths of a millisecond
        for (config, frame) in [
            (0, 1_000),
            (1, 2_000),
            (2, 4_000),
            (3, 6_000),
            (11, 6_000),
            (12, 1_000),
            (15, 2_000),
            (16, 250),
            (17, 500),
            (30, 1_000),
            (31, 2_000),
        ] {
            let toc: u8 = config << 3;
            let samples = frame * 8 / 100;
            assert_eq!(timeline_samples(&[toc, 1]), samples, "one frame of config {config}");
            assert_eq!(timeline_samples(&[toc | 1, 1, 2]), 2 * samples, "two equal frames");
            assert_eq!(timeline_samples(&[toc | 6, 1, 2]), 2 * samples, "two frames of their own, stereo");
            assert_eq!(timeline_samples(&[toc]), samples, "no octet of audio: discontinuous transmission");
        }
        assert_eq!(timeline_samples(&[3 | 31 << 3, 6]), 960, "six frames of 20 ms are the most");
        assert!(TableOfContents(0xFC).is_stereo() && !TableOfContents(0xF8).is_stereo());
    }

    #[test]
    fn what_is_no_packet_has_no_length() {
        for packet in [&[][..], &[3], &[3 | 31 << 3, 7], &[3 | 31 << 3, 0], &[1, 0], &[3 | 16 << 3, 49]] {
            assert_eq!(packet_ticks(packet), None, "{packet:?}");
        }
    }
}
