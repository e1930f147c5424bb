//! Datagrams that nobody should send: refused, counted, and never more than that.

use rokuon_media::codec::TIMELINE_RATE;

use super::*;
use crate::segment::{SealUntil, SegmentBuilder};

/// A small generator (xorshift64*), so that a failing run can be run again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
    fn below(&mut self, end: usize) -> usize {
        (self.roll() >> 16) as usize % end.max(1)
    }
}

/// One to four changes: flip a bit, set an octet, cut, extend, or swap the header for noise.
fn mutate(packet: &mut Vec<u8>, dice: &mut Dice) {
    for _ in 0..=dice.below(4) {
        let at = dice.below(packet.len());
        match dice.below(6) {
            0 | 1 => packet.iter_mut().skip(at).take(1).for_each(|octet| *octet ^= 1 << (at % 8)),
            2 => packet.iter_mut().skip(at).take(1).for_each(|octet| *octet = 0xFF),
            3 => packet.truncate(at),
            4 => packet.resize(packet.len() + dice.below(64), 0xA5),
            _ => packet.iter_mut().take(12).for_each(|octet| *octet = dice.roll() as u8),
        }
    }
}

// rule: RT1
#[test]
fn a_million_mutated_packets_harm_nothing() {
    (0..9).for_each(|round| mutated_packets_harm_nothing(&mut Dice(0x0125_0000_1234_5678 + round)));
}

fn mutated_packets_harm_nothing(dice: &mut Dice) {
    const PACKETS: u32 = 120_000;
    let mut call = LiveCall::new(&[setup(0, None, true), setup(1, None, true)]);
    let opened = crate::journal::tests::opened(vec![setup(0, None, true), setup(1, None, true)]);
    let from = address("192.0.2.1:5");
    let (mut journal, mut tally) = (Vec::new(), [0_u32; 3]);
    for n in 0..PACKETS {
        let mut datagram = rtp([0, 8, 13, 101, 18][dice.below(5)], (n / 2) as u16, &[n as u8; 160]);
        if dice.below(4) > 0 {
            mutate(&mut datagram, dice);
        }
        if n % 1_000 == 7 {
            datagram = vec![0x81, 201, 0, 1, 0, 0, 0, 0];
        }
        let at = Duration::from_millis(u64::from(n / 2) * 20 + dice.below(60) as u64);
        let verdict = call.on_datagram((n % 2) as u8, from, at, &datagram, |_| true);
        tally[match verdict {
            Verdict::Accepted => 0,
            Verdict::Rtcp => 1,
            Verdict::Dropped(_) => 2,
        }] += 1;
        if n % 500 == 0 {
            call.take_pending(&mut journal);
        }
    }
    call.take_pending(&mut journal);
    assert!(tally.iter().all(|kind| *kind > 0), "{tally:?}");
    let counters = call.counters().total();
    assert_eq!(counters.received, u64::from(PACKETS));
    assert_eq!(counters.received, counters.accepted + counters.rtcp + counters.dropped());

    // All that was accepted can be filed: nothing overlaps, every file is sound.
    let mut builder = SegmentBuilder::new(600 * u64::from(TIMELINE_RATE));
    builder.push(&Entry::Opened(Box::new(opened)));
    let mut packets = 0;
    for entry in entries(&journal) {
        let entry = entry.expect("what is written can be read");
        if let Entry::Media(batch) = &entry {
            packets += batch.packets().count() as u64;
        }
        builder.push(&entry);
    }
    assert_eq!(packets, counters.accepted);
    let sealing = builder.seal(SealUntil::LastAudio);
    assert!(!sealing.segments.is_empty());
    for file in &sealing.segments {
        let wav = rokuon_media::wav::parse(&file.file).expect("ours");
        assert_eq!((wav.samples, usize::from(wav.channels)), (file.samples, file.channels.len()));
    }
}

#[test]
fn a_datagram_of_any_size_is_taken_or_refused() {
    let mut call = LiveCall::new(&[setup(0, None, true)]);
    let mut datagram = rtp(0, 1, &[0; 65_000]);
    for len in (0..64).chain([65_012, 65_535, 65_536, 70_000]) {
        datagram.resize(len, 0);
        let verdict = call.on_datagram(0, address("192.0.2.1:5"), AT, &datagram, |_| true);
        assert!(
            matches!(verdict, Verdict::Accepted | Verdict::Dropped(DropReason::Malformed)),
            "{len}: {verdict:?}"
        );
    }
    let mut bytes = Vec::new();
    call.take_pending(&mut bytes);
    assert!(entries(&bytes).all(|entry| entry.is_ok()));
}
