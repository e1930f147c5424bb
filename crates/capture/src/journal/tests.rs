//! Entries written, read back, and cut short.

#![allow(clippy::indexing_slicing)]

use proptest::prelude::*;
use rokuon_policy::ids::{CallId, ConnectionId, RecordingId};
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::journal::decode::entries;
use crate::journal::encode::PendingEntries;
use crate::journal::media::JournalPacket;
use crate::live_call::tests::setup;

pub(crate) fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + seconds, 123_000_000).expect("a date of this century")
}

pub(crate) fn opened(streams: Vec<StreamSetup>) -> CallOpened {
    CallOpened {
        tenant: "toyonaka".parse().expect("a slug"),
        recording: RecordingId(Uuid::from_u128(1)),
        call: CallId(Uuid::from_u128(2)),
        connection: ConnectionId(Uuid::from_u128(3)),
        opened_at: instant(0),
        local_ports: (0..streams.len()).map(|n| 40_000 + 2 * n as u16).collect(),
        streams,
        dialog: json!({"call_id": "a@b", "tags": ["x", "y"]}),
        routing: json!({"rule": "line_listed"}),
        sdp: vec![AsReceived::new(instant(0), "application/sdp", b"v=0\r\n\xFF\x00")],
        metadata: vec![AsReceived::new(
            instant(0),
            "application/rs-metadata",
            "<recording>名</recording>".as_bytes(),
        )],
        software_version: "0.1.0".into(),
        continuation: None,
        repeated: false,
    }
}

fn every_kind(batch: MediaBatch<'_>) -> Vec<Entry<'_>> {
    let streams = vec![setup(0, Some("192.0.2.1:4000"), false), setup(1, None, true)];
    let continuation = ContinuationState {
        next_number: 1,
        covered_until_sample: 99,
        origin_micros: Some(5),
        ..Default::default()
    };
    let updated = CallUpdated {
        at: instant(9),
        at_micros: 9_000_000,
        streams: Some(streams.clone()),
        local_ports: None,
        dialog: Some(json!({"cseq": 4_000_000_000_u64})),
        routing: None,
        sdp: vec![],
        metadata: vec![AsReceived::new(instant(9), "application/rs-metadata+xml", &[0xEF, 0xBB, 0xBF])],
    };
    let sealed =
        SegmentSealed { number: 0, sealed_at: instant(10), continuation, stored: json!({"object": "x"}) };
    let ended = CallEnded {
        at: instant(11),
        at_micros: 11_000_000,
        cause: "bye".into(),
        counters: CallCounters::default(),
    };
    vec![
        Entry::Opened(Box::new(opened(streams))),
        Entry::Media(batch),
        Entry::OnHold(OnHold { stream: 1, on_hold: true, at_micros: u64::MAX }),
        Entry::Protected(Box::new(Protected { stream: 1, state: json!({"counters": "00"}) })),
        Entry::SenderClock(SenderClock {
            stream: 1,
            ssrc: 0xDEAD_BEEF,
            ntp: u64::MAX - 2,
            rtp_timestamp: 160,
            at_micros: 7,
        }),
        Entry::Paused(Paused { paused: true, at_micros: u64::MAX - 1 }),
        Entry::Updated(Box::new(updated)),
        Entry::Unknown { kind: 77, version: 3, body: b"of another release" },
        Entry::SegmentSealed(Box::new(sealed)),
        Entry::Ended(Box::new(ended)),
    ]
}

/// Stream, marker, payload type, sequence number, timestamp, SSRC, arrival, payload.
type Told = (u8, bool, u8, u16, u32, u32, u64, Vec<u8>);

fn media_of(packets: &[Told]) -> Vec<u8> {
    let mut pending = PendingEntries::default();
    for (stream, marker, payload_type, sequence_number, timestamp, ssrc, arrival_micros, payload) in packets {
        let (stream, marker, payload_type, sequence_number) =
            (*stream, *marker, *payload_type, *sequence_number);
        let (timestamp, ssrc, arrival_micros) = (*timestamp, *ssrc, *arrival_micros);
        pending.add_packet(&JournalPacket {
            stream,
            marker,
            payload_type,
            sequence_number,
            timestamp,
            ssrc,
            arrival_micros,
            payload,
        });
    }
    let mut bytes = Vec::new();
    pending.take(&mut bytes);
    bytes
}

fn written(all: &[Entry<'_>]) -> (Vec<u8>, Vec<usize>) {
    let mut bytes = Vec::new();
    let ends = all.iter().map(|entry| {
        entry.encode(&mut bytes).expect("an entry of ours");
        bytes.len()
    });
    let ends = ends.collect();
    (bytes, ends)
}

#[test]
fn every_kind_is_read_as_written_and_any_prefix_gives_a_prefix() {
    let media = media_of(&[
        (0, true, 0, 65_535, u32::MAX, 7, 20_000, vec![1; 160]),
        (1, false, 127, 0, 0, 8, 20_050, vec![]),
    ]);
    let Some(Ok(Entry::Media(batch))) = entries(&media).next() else { panic!("a media entry") };
    let all = every_kind(batch);
    let (bytes, ends) = written(&all);
    let read: Vec<Entry<'_>> = entries(&bytes).collect::<Result<_, _>>().expect("whole");
    assert_eq!(read, all);
    for len in 0..=bytes.len() {
        let whole = ends.iter().filter(|end| **end <= len).count();
        let read: Vec<Result<Entry<'_>, JournalError>> = entries(&bytes[..len]).collect();
        assert_eq!(read.iter().filter(|entry| entry.is_ok()).count(), whole, "{len} octets");
        assert!(
            read.iter()
                .take(whole)
                .zip(&all)
                .all(|(read, entry)| read.as_ref().is_ok_and(|read| read == entry))
        );
        let torn = len > 0 && !ends.contains(&len);
        assert_eq!(read.len() - whole, usize::from(torn));
        assert!(!torn || matches!(read.last(), Some(Err(JournalError::Truncated))), "{len} octets");
    }
}

#[test]
fn a_body_is_kept_as_received() {
    let body = AsReceived::new(instant(0), "application/sdp", b"v=0\r\n\xFF\x00");
    assert_eq!(body.octets().as_deref(), Some(&b"v=0\r\n\xFF\x00"[..]));
    let text = serde_json::to_string(&body).expect("JSON");
    assert_eq!(serde_json::from_str::<AsReceived>(&text).expect("JSON"), body);
}

#[test]
fn a_length_beyond_the_limit_is_refused_before_it_is_believed() {
    let mut bytes = vec![2, 1];
    bytes.extend_from_slice(&u32::MAX.to_be_bytes());
    assert!(matches!(entries(&bytes).next(), Some(Err(JournalError::TooLong(_)))));
    let huge = vec![0; MAX_BODY_LEN + 1];
    let mut out = vec![1];
    let refused = Entry::Unknown { kind: 9, version: 9, body: &huge }.encode(&mut out);
    assert!(matches!(refused, Err(JournalError::TooLong(_))));
    assert_eq!(out, [1]);
}

#[test]
fn wrong_bodies_are_errors_and_end_the_reading() {
    for (kind, body) in [
        (1, &b"{}"[..]),
        (1, b"not json"),
        (2, &[0; 7]),
        (2, &[0; 20]),
        (3, &[0; 9]),
        (3, &[0; 11]),
        (4, b"[]"),
        (6, b""),
    ] {
        let mut bytes = vec![kind, 1];
        bytes.extend_from_slice(&u32::try_from(body.len()).expect("short").to_be_bytes());
        bytes.extend_from_slice(body);
        bytes.extend_from_slice(&[9, 9, 0, 0, 0, 0]);
        let read: Vec<_> = entries(&bytes).collect();
        assert_eq!(read.len(), 1, "kind {kind}");
        assert!(read[0].is_err(), "kind {kind}");
    }
}

#[test]
fn a_batch_is_closed_before_it_grows_long_or_old() {
    let late = u64::from(u32::MAX) + 5;
    let bytes = media_of(&[
        (0, false, 0, 1, 1, 1, 0, vec![]),
        (0, false, 0, 2, 1, 1, late, vec![]),
        (0, false, 0, 3, 1, 1, 7, vec![]),
    ]);
    let told: Vec<Vec<u64>> = entries(&bytes)
        .map(|entry| match entry.expect("whole") {
            Entry::Media(batch) => batch.packets().map(|packet| packet.arrival_micros).collect(),
            other => panic!("unexpected {other:?}"),
        })
        .collect();
    assert_eq!(told, [vec![0], vec![late, late]], "time never runs backwards within a batch");
    let many = vec![(0, false, 0, 1, 1, 1, 0, vec![0; 1_000]); 1_000];
    assert!(entries(&media_of(&many)).count() > 3);
}

proptest! {
    #[test]
    fn any_packets_are_read_as_written(packets in proptest::collection::vec(any::<(u8, bool, u8, u16, u32, u32, u32, Vec<u8>)>(), 0..20)) {
        let mut arrival = 0;
        let packets: Vec<_> = packets.into_iter().map(|(stream, marker, kind, number, timestamp, ssrc, step, payload)| {
            arrival += u64::from(step);
            (stream, marker, kind & 0x7F, number, timestamp, ssrc, arrival, payload)
        }).collect();
        let bytes = media_of(&packets);
        let mut read = Vec::new();
        for entry in entries(&bytes) {
            let Ok(Entry::Media(batch)) = entry else { return Err(TestCaseError::fail("not media")) };
            read.extend(batch.packets().map(|p| (p.stream, p.marker, p.payload_type, p.sequence_number, p.timestamp, p.ssrc, p.arrival_micros, p.payload.to_vec())));
        }
        prop_assert_eq!(read, packets);
    }

    #[test]
    fn any_bytes_are_read_without_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..400), kind in 1..7_u8) {
        prop_assert!(entries(&bytes).count() <= bytes.len());
        let body = bytes.len().saturating_sub(6) as u8;
        for (slot, octet) in bytes.iter_mut().zip([kind, 1, 0, 0, 0, body]) {
            *slot = octet;
        }
        prop_assert!(entries(&bytes).count() <= bytes.len());
    }
}
