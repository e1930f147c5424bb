//! Codecs other than G.711: each in its own standard file, packet for packet as received, its time right across clocks.

use rokuon_media::block_index::TimedPacket;
use rokuon_media::file_head::FileHead;
use rokuon_media::file_kind::FileKind;
use rokuon_media::{matroska, ogg_opus};

use super::*;
use crate::stream::PayloadKind;

/// One packet on its way: payload type, number, timestamp, when it arrives (µs after the first can), payload.
pub(super) struct Sent<'a> {
    pub payload_type: u8,
    pub n: u64,
    pub timestamp: u32,
    pub micros: u64,
    pub marker: bool,
    pub payload: &'a [u8],
}

/// Legs on which all codecs are negotiated.
pub(super) fn any_codec(index: u8) -> StreamSetup {
    StreamSetup {
        payload_types: vec![
            (0, PayloadKind::Audio(Codec::Pcmu)),
            (9, PayloadKind::Audio(Codec::G722)),
            (13, PayloadKind::ComfortNoise),
            (18, PayloadKind::Audio(Codec::G729)),
            (96, PayloadKind::Video(Codec::Vp8)),
            (101, PayloadKind::TelephoneEvent),
            (110, PayloadKind::TelephoneEventAt(48_000)),
            (111, PayloadKind::Audio(Codec::Opus)),
        ],
        ..setup(index, None, true)
    }
}

impl Desk {
    fn any_codec() -> Self {
        Self::new(vec![any_codec(0), any_codec(1)])
    }

    pub(super) fn send(&mut self, stream: u8, sent: &Sent<'_>) {
        self.send_as(0xABCD, stream, sent);
    }

    /// The same of a source of one's own choice.
    pub(super) fn send_as(&mut self, ssrc: u32, stream: u8, sent: &Sent<'_>) {
        let mut datagram = Vec::new();
        RtpPacket {
            payload_type: sent.payload_type,
            marker: sent.marker,
            sequence_number: 65_500_u16.wrapping_add(sent.n as u16),
            timestamp: sent.timestamp,
            ssrc,
            payload: sent.payload,
        }
        .write(&mut datagram);
        let from = "192.0.2.1:5".parse().expect("an address");
        let arrival = Duration::from_micros(2_000_000 + sent.micros);
        assert_eq!(self.live.on_datagram(stream, from, arrival, &datagram, |_| true), Verdict::Accepted);
    }

    /// Packet `n` of a stream of 20 ms packets, its clock wrapping soon after it begins.
    fn packet(&mut self, stream: u8, payload_type: u8, n: u64, payload: &[u8]) {
        let ticks = if payload_type == 111 { 960 } else { 160 };
        let timestamp = 0_u32.wrapping_sub(5 * ticks).wrapping_add((n as u32).wrapping_mul(ticks));
        self.send(stream, &Sent { payload_type, n, timestamp, micros: n * 20_000, marker: false, payload });
    }
}

/// A packet of one 20 ms frame that no other is.
fn opus(stream: u8, n: u64) -> Vec<u8> {
    [&[9 << 3, stream][..], &n.to_be_bytes()].concat()
}

/// The packets of a sealed file that have audio.
pub(super) fn packets(file: &SegmentFile) -> Vec<(i64, Vec<u8>)> {
    let octets = &file.file;
    let head = FileHead::parse(file.kind, octets).expect("ours");
    let range = head.octets_of(0..u64::MAX);
    let octets = &octets[range.start as usize..range.end as usize];
    let read: Vec<TimedPacket<'_>> = match &head {
        FileHead::Ogg(head) => ogg_opus::packets(octets, head),
        FileHead::Matroska(_) => matroska::read::packets(octets),
    };
    let heard = read.into_iter().filter(|packet| packet.payload.len() > 1);
    heard.map(|packet| (packet.at, packet.payload.to_vec())).collect()
}

// rule: RT9
// rule: RT2
// req: O-5.2
#[test]
fn two_legs_of_opus_become_two_ogg_files_packet_for_packet() {
    let mut desk = Desk::any_codec();
    for n in 0..600 {
        desk.packet(0, 111, n, &opus(0, n));
        if !(200..205).contains(&n) {
            desk.packet(1, 111, n, &opus(1, n));
        }
    }
    desk.end(600);
    let sealing = desk.seal(SealUntil::CallEnd);
    assert_eq!(sealing.gaps, [gap(1, 200 * PACKET, 5 * PACKET, GapCause::Loss)]);
    assert_eq!(sealing.segments.len(), 2);
    for (leg, file) in (0..2_u8).zip(&sealing.segments) {
        assert_eq!((file.codec, file.kind, &file.channels), (Codec::Opus, FileKind::Ogg, &vec![leg]));
        assert_eq!((file.media_type(), file.samples), ("audio/ogg", 600 * PACKET));
        let sent = (0..600).filter(|n| leg == 0 || !(200..205).contains(n));
        let expected: Vec<(i64, Vec<u8>)> = sent.map(|n| ((n * PACKET) as i64, opus(leg, n))).collect();
        assert_eq!(packets(file), expected);
        assert_eq!(file.peaks.channels.len(), 1);
    }
}

// rule: RT9
#[test]
fn a_pause_of_discontinuous_transmission_is_no_gap() {
    let mut desk = Desk::any_codec();
    for n in 0..100 {
        // Numbers go on, time skips: the sender had nothing to say for two seconds, and marks the first packet after it.
        let at = if n < 50 { n } else { n + 100 };
        let timestamp = (at * 960) as u32;
        let payload = opus(0, n);
        desk.send(
            0,
            &Sent {
                payload_type: 111,
                n,
                timestamp,
                micros: at * 20_000,
                marker: n == 50,
                payload: &payload,
            },
        );
    }
    let sealing = desk.seal(SealUntil::LastAudio);
    let caller: Vec<&Gap> = sealing.gaps.iter().filter(|gap| gap.channel == 0).collect();
    assert_eq!(caller, [] as [&Gap; 0]);
    assert_eq!(packets(&sealing.segments[0])[50].0, 150 * PACKET as i64);
    assert_eq!(sealing.segments[0].samples, 200 * PACKET);
}

// rule: RT7
#[test]
fn g722_counts_8000_a_second_and_is_filed_octet_for_octet() {
    let mut desk = Desk::any_codec();
    for n in 0..100 {
        desk.packet(0, 9, n, &speech(0, n));
        desk.packet(1, 0, n, &speech(1, n));
    }
    let sealing = desk.seal(SealUntil::LastAudio);
    let told: Vec<_> =
        sealing.segments.iter().map(|file| (file.codec, file.channels.clone(), file.samples)).collect();
    assert_eq!(told, [(Codec::G722, vec![0], 100 * PACKET), (Codec::Pcmu, vec![1], 100 * PACKET)]);
    assert_eq!(row(&sealing.segments[0], 0), (0..100).flat_map(|n| speech(0, n)).collect::<Vec<u8>>());
    assert_eq!((sealing.gaps.len(), sealing.segments[0].peaks.channels.len()), (0, 1));
}

#[test]
fn g729_is_kept_packet_for_packet_and_its_silence_is_meant() {
    let mut desk = Desk::any_codec();
    let frame = |n: u64| vec![n as u8; 20];
    for n in 0..100 {
        match n {
            0..50 | 80.. => desk.packet(0, 18, n, &frame(n)),
            // Two frames of speech would be 20 octets: here one, and the silence that follows it described.
            50 => desk.packet(0, 18, n, &[50; 12]),
            _ => {}
        }
    }
    // The numbers go on across the silence.
    let mut renumbered = Desk::any_codec();
    for n in 0..70_u64 {
        let at = if n <= 50 { n } else { n + 30 };
        let payload = if n == 50 { vec![50; 12] } else { frame(at) };
        let timestamp = (at * PACKET) as u32;
        let micros = at * 20_000;
        renumbered
            .send(0, &Sent { payload_type: 18, n, timestamp, micros, marker: false, payload: &payload });
    }
    let sealing = renumbered.seal(SealUntil::LastAudio);
    let file = &sealing.segments[0];
    assert_eq!((file.codec, file.media_type()), (Codec::G729, "audio/matroska"));
    let read = packets(file);
    assert_eq!(read.len(), 70);
    assert_eq!((read[50].clone(), read[51].0), ((50 * 160, vec![50; 12]), 81 * 160));
    assert!(sealing.gaps.iter().all(|gap| gap.channel != 0), "{:?}", sealing.gaps);
    assert!(file.peaks.channels.is_empty(), "unknown, which is not silence");
    let lost = desk.seal(SealUntil::LastAudio);
    assert!(lost.gaps.contains(&gap(0, 51 * PACKET, 29 * PACKET, GapCause::Loss)), "{:?}", lost.gaps);
}

// rule: RT8
#[test]
fn keys_on_the_clock_of_opus_are_events_of_the_right_length() {
    let mut desk = Desk::any_codec();
    for n in 0..30_u64 {
        let timestamp = (n.min(10) * 960) as u32;
        let (micros, marker) = (n * 20_000, n == 10);
        if (10..20).contains(&n) {
            let duration = ((n - 9) * 960) as u16;
            let payload = [&[8, if n == 19 { 0x8A } else { 10 }][..], &duration.to_be_bytes()].concat();
            desk.send(0, &Sent { payload_type: 110, n, timestamp, micros, marker, payload: &payload });
        } else {
            desk.packet_at_clock(n, (n * 960) as u32);
        }
    }
    let sealing = desk.seal(SealUntil::LastAudio);
    let event =
        TelephoneEvent { channel: 0, event: Some(8), digit: Some('8'), start_sample: 1_600, samples: 1_600 };
    assert_eq!(sealing.events, [event]);
    assert_eq!(packets(&sealing.segments[0]).len(), 20, "no tone was put in its place");
    assert!(sealing.gaps.iter().all(|gap| gap.channel == 1));
}

impl Desk {
    fn packet_at_clock(&mut self, n: u64, timestamp: u32) {
        let payload = opus(0, n);
        self.send(
            0,
            &Sent { payload_type: 111, n, timestamp, micros: n * 20_000, marker: false, payload: &payload },
        );
    }
}

// rule: RT11
#[test]
fn a_change_to_opus_and_back_loses_nothing_and_keeps_the_timeline() {
    let mut desk = Desk::any_codec();
    for n in 0..300_u64 {
        if (100..200).contains(&n) {
            desk.packet(0, 111, n, &opus(0, n));
        } else {
            desk.packet(0, 0, n, &speech(0, n));
        }
    }
    let sealing = desk.seal(SealUntil::LastAudio);
    let caller: Vec<&SegmentFile> =
        sealing.segments.iter().filter(|file| file.channels.contains(&0)).collect();
    let told: Vec<_> =
        caller.iter().map(|file| (file.codec, file.start_sample / PACKET, file.samples / PACKET)).collect();
    assert_eq!(told, [(Codec::Pcmu, 0, 100), (Codec::Opus, 100, 100), (Codec::Pcmu, 200, 100)]);
    let expected: Vec<(i64, Vec<u8>)> =
        (100..200).map(|n| (((n - 100) * PACKET) as i64, opus(0, n))).collect();
    assert_eq!(packets(caller[1]), expected);
    assert_eq!(row(caller[2], 0), (200..300).flat_map(|n| speech(0, n)).collect::<Vec<u8>>());
    assert!(sealing.gaps.iter().all(|gap| gap.channel == 1), "{:?}", sealing.gaps);
}

// req: I-2c
#[test]
fn a_cameras_pictures_and_sound_become_one_webm_file() {
    let mut camera = any_codec(0);
    camera.mixed = true;
    let mut desk = Desk::new(vec![camera, StreamSetup { channel: Some(0), ..any_codec(1) }]);
    let key = [0x10, 0x10, 0, 0, 0x9D, 1, 0x2A, 0x80, 2, 0xE0, 1, 7];
    for n in 0..300_u64 {
        desk.packet(0, 111, n, &opus(0, n));
        let picture = if n % 100 == 0 { key.to_vec() } else { vec![0x10, 0x11, n as u8, 9] };
        let timestamp = (n * 1_800) as u32;
        desk.send(
            1,
            &Sent { payload_type: 96, n, timestamp, micros: n * 20_000, marker: true, payload: &picture },
        );
    }
    let sealing = desk.seal(SealUntil::LastAudio);
    let [film] = sealing.segments.as_slice() else { panic!("{} files", sealing.segments.len()) };
    assert_eq!((film.codec, film.video, film.media_type()), (Codec::Opus, Some(Codec::Vp8), "video/webm"));
    assert_eq!(packets(film).len(), 300);
    let pictures =
        film.file.windows(3).filter(|octets| octets[0] == 0x80 && octets[1..] == [0x10, 0]).count();
    assert!(pictures >= 3, "key frames are marked and kept without their descriptors");
    assert_eq!(sealing.unfiled, []);
    assert_eq!(sealing.gaps, []);
}

#[test]
fn a_packet_across_a_cut_is_in_both_files_and_heard_once() {
    let mut desk = Desk::any_codec();
    (0..100).for_each(|n| desk.packet(0, 111, n, &opus(0, n)));
    let cut = 60 * PACKET + 100;
    let first = desk.seal(SealUntil::Sample(cut));
    let sealed = SegmentSealed {
        number: 1,
        sealed_at: instant(0),
        continuation: first.continuation.clone(),
        stored: serde_json::Value::Null,
    };
    desk.write(&Entry::SegmentSealed(Box::new(sealed)));
    (100..150).for_each(|n| desk.packet(0, 111, n, &opus(0, n)));
    let second = desk.seal(SealUntil::LastAudio);
    let (before, after) = (&first.segments[0], &second.segments[0]);
    assert_eq!((before.samples, after.start_sample, after.samples), (cut, cut, 150 * PACKET - cut));
    assert_eq!(packets(before).last(), Some(&(60 * PACKET as i64, opus(0, 60))));
    assert_eq!(packets(after).first(), Some(&(-100, opus(0, 60))));
    assert_eq!(packets(after).len(), 90);
    assert!(second.gaps.iter().all(|gap| gap.channel == 1), "{:?}", second.gaps);
}

// rule: RT10
#[test]
fn an_hour_of_two_clocks_a_hundred_ppm_off_each_way_keeps_the_legs_together() {
    let mut desk = Desk::any_codec();
    let mut builder = SegmentBuilder::new(8 * 60 * 60 * u64::from(TIMELINE_RATE));
    let mut random = 3_u32;
    let mut next = [0_u64; 2];
    let spoken = |leg: usize, n: u64| n * 20_000 - n * 2 + if leg == 1 { n * 4 } else { 0 };
    // Both sides clap at each tenth second of the wall: silence up to that sample of the packet, and a noise from it on.
    let spoken_of = |leg: usize, n: u64| -> Vec<u8> {
        let (from, until) = (spoken(leg, n).max(1), spoken(leg, n + 1));
        let clap = from.div_ceil(10_000_000) * 10_000_000;
        let silent = if clap < until { (clap - from) * 8 / 1_000 } else { PACKET };
        (0..PACKET).map(|at| if at < silent { 0xFF } else { 1 }).collect()
    };
    let mut clapped = 0;
    while next[0] < 180_000 && next[1] < 180_000 {
        let leg = usize::from(spoken(1, next[1]) < spoken(0, next[0]));
        let n = next[leg];
        next[leg] += 1;
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let micros = spoken(leg, n) + u64::from(random >> 16) % 20_000;
        let payload = spoken_of(leg, n);
        clapped += payload.iter().filter(|octet| **octet == 1).count();
        let timestamp = (n * PACKET) as u32;
        desk.send(
            leg as u8,
            &Sent { payload_type: 0, n, timestamp, micros, marker: false, payload: &payload },
        );
        if n % 500 == 0 {
            desk.live.take_pending(&mut desk.journal);
            entries(&desk.journal).for_each(|entry| builder.push(&entry.expect("our journal")));
            desk.journal.clear();
        }
    }
    desk.live.take_pending(&mut desk.journal);
    entries(&desk.journal).for_each(|entry| builder.push(&entry.expect("our journal")));
    let sealing = builder.seal(SealUntil::LastAudio);
    let file = &sealing.segments[0];
    let heard = |place: u16| -> Vec<usize> {
        let row = row(file, place);
        let begins = row.windows(2).enumerate().filter(|(_, pair)| pair[0] == 0xFF && pair[1] == 1);
        begins.map(|(at, _)| at).collect()
    };
    let (left, right) = (heard(0), heard(1));
    assert!(left.len() >= 355 && left.len().abs_diff(right.len()) <= 1, "{} {}", left.len(), right.len());
    let apart: Vec<usize> = left.iter().zip(&right).map(|(a, b)| a.abs_diff(*b)).collect();
    let worst = apart.iter().max().copied().unwrap_or(usize::MAX);
    assert!(worst <= 40 * 8, "{} ms apart; {:?} gaps", worst / 8, sealing.gaps.len());
    let kept = row(file, 0).iter().chain(&row(file, 1)).filter(|octet| **octet == 1).count();
    assert_eq!(kept, clapped, "nothing of a clap was thrown away");
}
