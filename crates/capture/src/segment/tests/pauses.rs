//! Recording paused by somebody: nothing of the pause is kept, and the gap says so.

use super::*;
use crate::counters::DropReason;
use crate::journal::CallOpened;

/// Both legs speak `numbers`; while paused every packet is dropped, and counted so.
fn speak(desk: &mut Desk, numbers: std::ops::Range<u64>) {
    for n in numbers {
        for stream in 0..2 {
            if desk.live.is_paused() {
                let mut datagram = Vec::new();
                packet(n, &speech(stream, n)).write(&mut datagram);
                let from = "192.0.2.1:5".parse().expect("an address");
                let verdict = desk.live.on_datagram(stream, from, at(n), &datagram, |_| true);
                assert_eq!(verdict, Verdict::Dropped(DropReason::Paused));
            } else {
                desk.rtp(stream, 0, n, &speech(stream, n));
            }
        }
    }
}

fn packet(n: u64, payload: &[u8]) -> RtpPacket<'_> {
    RtpPacket {
        payload_type: 0,
        marker: false,
        sequence_number: 65_500_u16.wrapping_add(n as u16),
        timestamp: 0_u32.wrapping_sub(1_000).wrapping_add((n * PACKET) as u32),
        ssrc: 0xABCD,
        payload,
    }
}

// req: TK-4
#[test]
fn what_is_said_in_a_pause_is_not_kept_and_the_pause_is_a_gap() {
    let mut desk = Desk::two_legs();
    speak(&mut desk, 0..50);
    assert!(desk.live.set_paused(true, at(50)));
    assert!(!desk.live.set_paused(true, at(51)), "asked twice, paused once");
    speak(&mut desk, 50..100);
    assert_eq!(desk.live.last_packet_at(), Some(at(99)), "a paused call is not silent");
    assert!(desk.live.set_paused(false, at(100)));
    speak(&mut desk, 100..150);
    desk.end(150);
    assert_eq!(desk.live.counters().total().paused, 100);
    let sealing = desk.seal(SealUntil::CallEnd);
    let (start, samples) = (50 * PACKET, 50 * PACKET);
    assert_eq!(
        sealing.gaps,
        [gap(0, start, samples, GapCause::Paused), gap(1, start, samples, GapCause::Paused)]
    );
    let file = &sealing.segments[0];
    for place in 0..2_u8 {
        let octets = row(file, place.into());
        let said: Vec<u8> = (0..50).chain(100..150).flat_map(|n| speech(place, n)).collect();
        assert_eq!(octets.len(), 150 * PACKET as usize);
        assert!(octets[8_000..16_000].iter().all(|octet| *octet == MU));
        assert_eq!([&octets[..8_000], &octets[16_000..]].concat(), said);
    }
    assert!(!sealing.continuation.paused);
}

#[test]
fn a_pause_that_lasts_over_a_cut_and_a_crash_is_still_a_pause() {
    let mut desk = Desk::two_legs();
    speak(&mut desk, 0..50);
    desk.live.set_paused(true, at(50));
    speak(&mut desk, 50..60);
    let cut = desk.seal(SealUntil::LastAudio);
    assert!(cut.continuation.paused);
    assert_eq!(cut.continuation.covered_until_sample, 50 * PACKET);
    let sealed = SegmentSealed {
        number: 0,
        sealed_at: instant(3),
        continuation: cut.continuation.clone(),
        stored: serde_json::Value::Null,
    };
    let mut again = Desk::two_legs();
    again.journal.clear();
    let goes_on = CallOpened { continuation: Some(cut.continuation), ..opened(again.streams.clone()) };
    Entry::Opened(Box::new(goes_on)).encode(&mut again.journal).expect("an entry");
    again.live.set_paused(true, at(55));
    speak(&mut again, 60..80);
    again.live.set_paused(false, at(80));
    speak(&mut again, 80..100);
    again.end(100);
    let sealing = again.seal(SealUntil::CallEnd);
    let cause = GapCause::Paused;
    assert_eq!(
        sealing.gaps,
        [gap(0, 50 * PACKET, 30 * PACKET, cause), gap(1, 50 * PACKET, 30 * PACKET, cause)]
    );
    // the same where the first part was only sealed, and the process lived on
    desk.write(&Entry::SegmentSealed(Box::new(sealed)));
    desk.live.set_paused(false, at(80));
    speak(&mut desk, 80..100);
    desk.end(100);
    assert_eq!(desk.seal(SealUntil::CallEnd).gaps, sealing.gaps);
}

#[test]
fn a_call_opened_paused_begins_when_it_is_let_go_on() {
    let mut desk = Desk::two_legs();
    desk.live.set_paused(true, at(0));
    speak(&mut desk, 0..20);
    let waiting = desk.seal(SealUntil::LastAudio);
    assert!(waiting.continuation.paused && waiting.segments.is_empty() && waiting.gaps.is_empty());
    desk.live.set_paused(false, at(20));
    speak(&mut desk, 20..60);
    desk.end(60);
    let sealing = desk.seal(SealUntil::CallEnd);
    assert_eq!((sealing.segments[0].start_sample, sealing.segments[0].samples), (0, 40 * PACKET));
    assert_eq!(sealing.gaps, []);
}
