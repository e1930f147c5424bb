//! F20: a spool left by the release before is taken up as it is, and what the release after writes into one does no harm.

use std::path::Path;
use std::time::Duration;

use rokuon_capture::journal::Entry;
use rokuon_capture::live_call::LiveCall;
use rokuon_capture::stream::StreamSetup;
use rokuon_media::gap::GapCause;
use rokuon_media::wav;
use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_storage::key_service::{DataKey, WrappedKey};
use rokuon_storage::spool::{Spool, SpoolLimits, SpoolReader};
use rokuon_worker::sealing::replay::Replayed;
use serde_json::{Value, json};
use uuid::Uuid;

const PACKET: usize = 160;
/// The journal of one call as release 0.1.0 of 2026-11-28 wrote it; `ROKUON_RECORD_JOURNAL=FILE` writes one like it.
const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/worker/recorded/journal-2026-11-28.spool");

fn recording() -> RecordingId {
    RecordingId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0020))
}

fn key() -> DataKey {
    DataKey::from_bytes([7; 32])
}

fn octets(stream: u8, number: u16) -> [u8; PACKET] {
    std::array::from_fn(|at| (usize::from(number) * 31 + at * usize::from(stream + 3)) as u8)
}

/// The signalling bodies of that release, in its own words.
fn opened() -> Value {
    let stream = |index: u8| {
        json!({
            "index": index, "label": index.to_string(), "channel": index, "mixed": false,
            "payload_types": [[0, { "audio": "pcmu" }], [101, "telephone_event"]],
            "expected_remote": "192.0.2.1:4000", "learn_remote": true,
        })
    };
    json!({
        "tenant": "takikawa", "recording": recording(), "call": Uuid::from_u128(7), "connection": Uuid::from_u128(8),
        "opened_at": "2026-11-28T01:02:03Z", "streams": [stream(0), stream(1)], "local_ports": [20_000, 20_002],
        "dialog": { "id": { "call_id": "1@example.invalid" } }, "routing": Value::Null,
        "sdp": [{ "received_at": "2026-11-28T01:02:03Z", "content_type": "application/sdp", "base64": "dj0wDQo=" }],
        "metadata": [], "software_version": "0.1.0", "continuation": Value::Null,
    })
}

fn ended() -> Value {
    let counted = json!({ "received": 100, "accepted": 100, "payload_octets": 16_000, "rtcp": 0, "malformed": 0,
        "source": 0, "payload_type": 0, "backlog": 0 });
    json!({
        "at": "2026-11-28T01:02:06Z", "at_micros": 3_000_000, "cause": "bye",
        "counters": { "streams": [[0, counted], [1, counted]], "unknown_stream": 0 },
    })
}

/// Writes a call into a spool: 60 packets a leg, the second on hold for twenty of them.
fn write(dir: &Path, change: impl Fn(u8, Value) -> Value, between: &[(u8, u8, &[u8])]) {
    let (mut spool, _) = Spool::open(dir, SpoolLimits::default()).unwrap();
    let tenant: TenantId = "takikawa".parse().unwrap();
    let wrapped = WrappedKey::from_bytes(vec![9; 80]);
    let mut call = spool.open_call(&tenant, recording(), &wrapped, &key());
    let mut append = |octets: &[u8]| spool.append(&mut call, octets).unwrap();
    let raw = |kind: u8, version: u8, body: &[u8]| {
        let mut out = Vec::new();
        Entry::Unknown { kind, version, body }.encode(&mut out).unwrap();
        out
    };
    let signalling = |kind: u8, body: Value| raw(kind, 1, &serde_json::to_vec(&change(kind, body)).unwrap());
    append(&signalling(1, opened()));
    for (kind, version, body) in between {
        append(&raw(*kind, *version, body));
    }
    let setups: Vec<StreamSetup> = serde_json::from_value(opened()["streams"].clone()).unwrap();
    let mut live = LiveCall::new(&setups);
    let from = "192.0.2.1:4000".parse().unwrap();
    for number in 0..60_u16 {
        let at = Duration::from_millis(500 + 20 * u64::from(number));
        if number == 20 || number == 40 {
            live.set_on_hold(1, number == 20, at);
        }
        for stream in 0..2_u8 {
            if stream == 1 && (20..40).contains(&number) {
                continue;
            }
            let mut datagram = vec![0x80, 0];
            datagram.extend(number.to_be_bytes());
            datagram.extend((u32::from(number) * 160).to_be_bytes());
            datagram.extend([0, 0, 0, stream + 1]);
            datagram.extend(octets(stream, number));
            live.on_datagram(stream, from, at, &datagram, |_| false);
        }
        if number % 10 == 9 {
            let mut pending = Vec::new();
            live.take_pending(&mut pending);
            append(&pending);
        }
    }
    for (kind, version, body) in between {
        append(&raw(*kind, *version, body));
    }
    append(&signalling(6, ended()));
    spool.commit().unwrap();
}

fn assert_read(dir: &Path) {
    let read = Replayed::read(&SpoolReader::scan(dir).unwrap(), recording(), &key()).unwrap();
    assert_eq!(
        (read.damaged, read.segments.len(), read.local_ports.as_slice()),
        (0, 1, &[20_000, 20_002][..])
    );
    assert_eq!(read.ended.as_ref().map(|ended| ended.cause.as_str()), Some("bye"));
    assert_eq!((read.counters().total().accepted, read.sdp.len()), (200, 1));
    let file = &read.segments[0];
    let heard = wav::parse(&file.file).unwrap();
    for stream in 0..2_u8 {
        let heard: Vec<u8> = heard.channel(stream.into()).collect();
        for number in 0..60_u16 {
            let at = usize::from(number) * PACKET;
            let held = stream == 1 && (20..40).contains(&number);
            let expected = if held { [0xFF; PACKET] } else { octets(stream, number) };
            assert!(heard[at..at + PACKET] == expected, "stream {stream}, packet {number}");
        }
    }
    let held =
        read.gaps.iter().filter(|gap| gap.cause == GapCause::OnHold).map(|gap| gap.samples).sum::<u64>();
    assert_eq!(held, 20 * PACKET as u64);
}

// rule: F20
#[test]
fn a_spool_of_the_release_before_is_read_octet_for_octet() {
    if let Ok(file) = std::env::var("ROKUON_RECORD_JOURNAL") {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), |_, body| body, &[]);
        std::fs::copy(dir.path().join("journal-0000000001.spool"), file).unwrap();
    }
    let dir = tempfile::tempdir().unwrap();
    std::fs::copy(RECORDED, dir.path().join("journal-0000000001.spool")).unwrap();
    assert_read(dir.path());
}

// rule: F20
#[test]
fn what_a_later_release_adds_is_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let more = |_: u8, mut body: Value| {
        body["of_a_later_release"] = json!({ "nested": [1, 2, 3] });
        if let Some(streams) = body["streams"].as_array_mut() {
            streams.iter_mut().for_each(|stream| stream["colour"] = json!("blue"));
        }
        body
    };
    // entries of kinds and versions that do not exist yet
    write(dir.path(), more, &[(200, 1, b"unknown kind"), (2, 9, b"media of another form"), (1, 7, b"{}")]);
    assert_read(dir.path());
}
