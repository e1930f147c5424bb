//! From datagrams to files, octet for octet.

#![allow(clippy::indexing_slicing)]

use std::time::Duration;

use chrono::{DateTime, Utc};
use rokuon_media::gap::GapCause;
use rokuon_media::rtp::RtpPacket;
use rokuon_media::wav;

use super::*;
use crate::counters::CallCounters;
use crate::journal::decode::entries;
use crate::journal::tests::{instant, opened};
use crate::journal::{CallEnded, CallUpdated, SegmentSealed};
use crate::live_call::tests::setup;
use crate::live_call::{LiveCall, Verdict};
use crate::stream::StreamSetup;

mod after_a_crash;
mod channels;
mod codecs;
mod cuts;
mod pauses;

const PACKET: u64 = 160;
/// Silence of µ-law.
const MU: u8 = 0xFF;

/// A call with its journal: packets go in by stream and number, 20 ms apart.
struct Desk {
    live: LiveCall,
    journal: Vec<u8>,
    streams: Vec<StreamSetup>,
}

impl Desk {
    fn new(streams: Vec<StreamSetup>) -> Self {
        let mut journal = Vec::new();
        Entry::Opened(Box::new(opened(streams.clone()))).encode(&mut journal).expect("an entry");
        Self { live: LiveCall::new(&streams), journal, streams }
    }

    /// Two learned legs, caller and called.
    fn two_legs() -> Self {
        Self::new(vec![setup(0, None, true), setup(1, None, true)])
    }

    fn rtp(&mut self, stream: u8, payload_type: u8, n: u64, payload: &[u8]) {
        self.rtp_at(stream, payload_type, n, at(n), payload);
    }

    fn rtp_at(&mut self, stream: u8, payload_type: u8, n: u64, arrival: Duration, payload: &[u8]) {
        let packet = RtpPacket {
            payload_type,
            marker: false,
            sequence_number: 65_500_u16.wrapping_add(n as u16),
            timestamp: 0_u32.wrapping_sub(1_000).wrapping_add((n * PACKET) as u32),
            ssrc: 0xABCD,
            payload,
        };
        let mut datagram = Vec::new();
        packet.write(&mut datagram);
        let from = "192.0.2.1:5".parse().expect("an address");
        assert_eq!(self.live.on_datagram(stream, from, arrival, &datagram, |_| true), Verdict::Accepted);
    }

    fn write(&mut self, entry: &Entry<'_>) {
        self.live.take_pending(&mut self.journal);
        entry.encode(&mut self.journal).expect("an entry");
    }

    fn end(&mut self, n: u64) {
        let ended = CallEnded {
            at: instant(0),
            at_micros: at(n).as_micros() as u64,
            cause: "bye".into(),
            counters: CallCounters::default(),
        };
        self.write(&Entry::Ended(Box::new(ended)));
    }

    fn update(&mut self, streams: Vec<StreamSetup>) {
        self.live.reoffer(&streams);
        self.write(&Entry::Updated(Box::new(updated(instant(0), streams.clone()))));
        self.streams = streams;
    }

    fn seal(&mut self, until: SealUntil) -> Sealing {
        self.live.take_pending(&mut self.journal);
        let mut builder = SegmentBuilder::new(MAX_SEGMENT_SAMPLES);
        entries(&self.journal).for_each(|entry| builder.push(&entry.expect("our journal")));
        builder.seal(until)
    }
}

fn updated(at: DateTime<Utc>, streams: Vec<StreamSetup>) -> CallUpdated {
    CallUpdated {
        at,
        at_micros: 0,
        streams: Some(streams),
        local_ports: None,
        dialog: None,
        routing: None,
        sdp: vec![],
        metadata: vec![],
    }
}

/// When packet `n` arrives on time; the call's first packet comes two seconds after it was answered.
fn at(n: u64) -> Duration {
    Duration::from_millis(2_000 + 20 * n)
}

/// 160 octets that no other packet has.
fn speech(stream: u8, n: u64) -> Vec<u8> {
    (0..PACKET).map(|at| (n * 37 + at * u64::from(stream + 3)) as u8).collect()
}

fn row(file: &SegmentFile, place: u16) -> Vec<u8> {
    wav::parse(&file.file).expect("ours").channel(place).collect()
}

fn gap(channel: u8, start_sample: u64, samples: u64, cause: GapCause) -> Gap {
    Gap { channel, start_sample, samples, cause }
}

// req: O-5.2
// req: I-2
#[test]
fn both_legs_are_filed_octet_for_octet_in_one_stereo_file() {
    let mut desk = Desk::two_legs();
    for n in 0..500 {
        desk.rtp(0, 0, n, &speech(0, n));
        desk.rtp(1, 0, n, &speech(1, n));
    }
    desk.end(501);
    let sealing = desk.seal(SealUntil::CallEnd);
    assert_eq!(sealing.gaps, []);
    assert_eq!(sealing.segments.len(), 1);
    let file = &sealing.segments[0];
    assert_eq!((file.number, file.start_sample, file.samples, file.codec), (0, 0, 500 * PACKET, Codec::Pcmu));
    assert_eq!((file.channels.as_slice(), file.mixed), (&[0, 1][..], false));
    for stream in 0..2 {
        let sent: Vec<u8> = (0..500).flat_map(|n| speech(stream, n)).collect();
        assert_eq!(row(file, u16::from(stream)), sent, "leg {stream}");
    }
    assert_eq!(file.peaks.channels.len(), 2);
    assert_eq!(file.peaks.channels[0].len(), 500);
}

#[test]
fn loss_late_start_on_hold_and_an_early_end_are_silence_and_listed() {
    let mut desk = Desk::two_legs();
    for n in 0..150 {
        if n != 20 {
            desk.rtp(0, 0, n, &speech(0, n));
        }
        if n == 50 {
            desk.live.set_on_hold(1, true, at(50));
        }
        if n == 100 {
            desk.live.set_on_hold(1, false, at(100));
        }
        if (10..50).contains(&n) || (100..120).contains(&n) {
            // Numbers and clock run on while nothing is sent: signalling explains the silence.
            desk.rtp(1, 0, n, &speech(1, n));
        }
    }
    desk.end(300);
    let sealing = desk.seal(SealUntil::CallEnd);
    let end = 300 * PACKET;
    assert_eq!(
        sealing.gaps,
        [
            gap(1, 0, 10 * PACKET, GapCause::LateStart),
            gap(0, 20 * PACKET, PACKET, GapCause::Loss),
            gap(1, 50 * PACKET, 50 * PACKET, GapCause::OnHold),
            gap(1, 120 * PACKET, 180 * PACKET, GapCause::NoMedia),
            gap(0, 150 * PACKET, 150 * PACKET, GapCause::NoMedia),
        ]
    );
    let file = &sealing.segments[0];
    assert_eq!(file.samples, end);
    for place in 0..2_u8 {
        let octets = row(file, u16::from(place));
        for missing in sealing.gaps.iter().filter(|gap| gap.channel == place) {
            let run = &octets[missing.start_sample as usize..missing.end_sample() as usize];
            assert!(run.iter().all(|octet| *octet == MU), "{missing:?}");
        }
    }
    assert_eq!(sealing.continuation.covered_until_sample, end);
}

#[test]
fn a_codec_change_of_one_leg_cuts_both() {
    let mut desk = Desk::two_legs();
    for n in 0..30 {
        desk.rtp(0, if n < 10 { 0 } else { 8 }, n, &speech(0, n));
        desk.rtp(1, if n < 20 { 0 } else { 8 }, n, &speech(1, n));
    }
    let sealing = desk.seal(SealUntil::LastAudio);
    let told: Vec<_> = sealing
        .segments
        .iter()
        .map(|file| {
            (
                file.number,
                file.start_sample / PACKET,
                file.samples / PACKET,
                file.channels.clone(),
                file.codec,
            )
        })
        .collect();
    let both = vec![0, 1];
    assert_eq!(
        told,
        [
            (0, 0, 10, both.clone(), Codec::Pcmu),
            (1, 10, 10, vec![0], Codec::Pcma),
            (2, 10, 10, vec![1], Codec::Pcmu),
            (3, 20, 10, both, Codec::Pcma),
        ]
    );
    assert_eq!(row(&sealing.segments[2], 0), (10..20).flat_map(|n| speech(1, n)).collect::<Vec<u8>>());
    assert_eq!(sealing.gaps, []);
    assert_eq!(sealing.continuation.next_number, 4);
}

#[test]
fn a_long_call_is_cut_at_the_greatest_length() {
    let mut builder = SegmentBuilder::new(8_000);
    let mut desk = Desk::two_legs();
    (0..125).for_each(|n| desk.rtp(0, 8, n, &speech(0, n)));
    desk.live.take_pending(&mut desk.journal);
    entries(&desk.journal).for_each(|entry| builder.push(&entry.expect("our journal")));
    let sealing = builder.seal(SealUntil::LastAudio);
    assert_eq!(sealing.segments.iter().map(|file| file.samples).collect::<Vec<_>>(), [8_000, 8_000, 4_000]);
    let whole: Vec<u8> = sealing.segments.iter().flat_map(|file| row(file, 0)).collect();
    assert_eq!(whole, (0..125).flat_map(|n| speech(0, n)).collect::<Vec<u8>>());
    let split: Vec<u64> =
        sealing.segments.iter().map(|file| file.gaps.iter().map(|gap| gap.samples).sum()).collect();
    assert_eq!(split, [8_000, 8_000, 4_000], "the silent leg is listed in each file");
    assert_eq!(sealing.gaps, [gap(1, 0, 20_000, GapCause::NoMedia)]);
}

// rule: RT8
#[test]
fn keys_pressed_are_events_and_no_audio() {
    let mut desk = Desk::two_legs();
    (0..10).for_each(|n| desk.rtp(0, 0, n, &speech(0, n)));
    for (step, n) in (10..14_u64).enumerate() {
        let packet = RtpPacket {
            payload_type: 101,
            marker: step == 0,
            sequence_number: 65_500_u16.wrapping_add(n as u16),
            timestamp: 0_u32.wrapping_sub(1_000).wrapping_add(10 * 160),
            ssrc: 0xABCD,
            payload: &[5, 10, 0, (160 * (step + 1)).min(255) as u8],
        };
        let mut datagram = Vec::new();
        packet.write(&mut datagram);
        desk.live.on_datagram(0, "192.0.2.1:5".parse().expect("an address"), at(n), &datagram, |_| true);
    }
    (14..20).for_each(|n| desk.rtp(0, 0, n, &speech(0, n)));
    let sealing = desk.seal(SealUntil::LastAudio);
    assert_eq!(
        sealing.events,
        [TelephoneEvent {
            channel: 0,
            event: Some(5),
            digit: Some('5'),
            start_sample: 10 * PACKET,
            samples: 255
        }]
    );
    assert!(sealing.gaps.iter().all(|gap| gap.channel == 1), "a digit is no loss");
    assert!(row(&sealing.segments[0], 0)[1_600..2_240].iter().all(|octet| *octet == MU));
}

#[test]
fn a_call_without_audio_has_no_file() {
    let mut desk = Desk::two_legs();
    desk.end(100);
    let sealing = desk.seal(SealUntil::CallEnd);
    assert_eq!((sealing.segments.len(), sealing.gaps.len()), (0, 0));

    let mut desk = Desk::two_legs();
    (0..5).for_each(|n| desk.rtp(0, 18, n, &[1; 20]));
    let sealing = desk.seal(SealUntil::CallEnd);
    assert_eq!(sealing.segments.len(), 0);
    assert_eq!(sealing.unfiled, [("G729".to_owned(), 5)]);
}
