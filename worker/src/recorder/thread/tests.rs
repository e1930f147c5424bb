//! The recording thread on a spool of its own: what it is fed, what it is told to pass over, what it forgets.

use std::net::SocketAddr;
use std::time::SystemTime;

use bytes::Bytes;
use rokuon_capture::journal::CallOpened;
use rokuon_capture::stream::{PayloadKind, StreamSetup};
use rokuon_db::connection_terms::{ConnectionKind, ConnectionSecurity};
use rokuon_media::codec::Codec;
use rokuon_media::rtp::RtpPacket;
use rokuon_media::wav;
use rokuon_policy::ids::{CallId, ConnectionId};
use rokuon_storage::key_service::{DataKey, WrappedKey};
use rokuon_storage::memory_keys::MemoryKeys;
use rokuon_storage::spool::{SpoolLimits, SpoolReader};
use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::recorder::command::{FedPacket, NotOpened, OpenCall, StreamSocket};
use crate::routing::table::ConnectionRoute;
use crate::sealing::replay::Replayed;

mod late_ticks;
mod openings;

const PACKET: usize = 160;

struct Studio {
    dir: TempDir,
    reader: SpoolReader,
    thread: RecorderThread,
    told: mpsc::UnboundedReceiver<Told>,
}

/// Keys of a cell that has none of its own.
fn plain_keys() -> Arc<SpoolKeys> {
    Arc::new(SpoolKeys::new(Arc::new(MemoryKeys::new()), None))
}

impl Studio {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let (spool, _) = Spool::open(dir.path(), SpoolLimits::default()).expect("a spool");
        let reader = spool.reader();
        let config = WorkerConfig {
            commit_every: Duration::from_millis(20),
            ..WorkerConfig::on_loopback(dir.path().to_owned())
        };
        let (tell, told) = mpsc::unbounded_channel();
        let thread = RecorderThread::start(spool, plain_keys(), &config, None, tell).expect("a thread");
        Self { dir, reader, thread, told }
    }

    fn send(&self, command: Command) {
        self.thread.commands().send(command).expect("the thread runs");
    }

    async fn open(&self, number: u8, paused: bool) -> RecordingId {
        let (recording, durable) = self.ask_to_open(number, paused);
        durable.await.expect("the thread answers").expect("taken");
        recording
    }

    fn ask_to_open(
        &self,
        number: u8,
        paused: bool,
    ) -> (RecordingId, oneshot::Receiver<Result<(), NotOpened>>) {
        let open = call(number, paused, Vec::new());
        let recording = open.opened.recording;
        let (answer, durable) = oneshot::channel();
        self.thread.openings().send(NewCall::Open(Box::new(open), answer)).expect("the thread runs");
        (recording, durable)
    }

    /// The recording thread does nothing from now on, until what is answered is dropped.
    fn stand(&self) -> Sender<()> {
        let (let_go, until) = channel();
        self.send(Command::Stand(until));
        let_go
    }

    /// What a process finds that starts after a kill now.
    fn after_a_kill(&self) -> (TempDir, SpoolReader, Vec<RecordingId>) {
        let copy = tempfile::tempdir().expect("a directory");
        for file in std::fs::read_dir(self.dir.path()).expect("the spool").flatten() {
            std::fs::copy(file.path(), copy.path().join(file.file_name())).expect("a copy");
        }
        let (spool, found) = Spool::open(copy.path(), SpoolLimits::default()).expect("a spool");
        let calls = found.calls.iter().map(|call| call.recording).collect();
        (copy, spool.reader(), calls)
    }

    /// Feeds packets of both streams.
    fn feed(&self, recording: RecordingId, numbers: std::ops::Range<u16>) {
        self.send(fed(recording, numbers));
    }

    async fn ended(&mut self) -> RecordingId {
        match self.told.recv().await {
            Some(Told::Ended { recording, .. }) => recording,
            other => panic!("{other:?}"),
        }
    }

    fn read(&self, number: u8, recording: RecordingId) -> Replayed {
        Replayed::read(&self.reader, recording, &key(number)).expect("its journal")
    }
}

fn call(number: u8, paused: bool, sockets: Vec<StreamSocket>) -> OpenCall {
    let recording = RecordingId(Uuid::from_u128(u128::from(number) + 1));
    let tenant: rokuon_policy::ids::TenantId = "takikawa".parse().expect("a tenant");
    let stream = |index| StreamSetup {
        index,
        label: None,
        channel: Some(index),
        mixed: false,
        payload_types: vec![(0, PayloadKind::Audio(Codec::Pcmu))],
        expected_remote: None::<SocketAddr>,
        rtcp: None,
        rtcp_mux: false,
        learn_remote: false,
    };
    let opened = CallOpened {
        tenant: tenant.clone(),
        recording,
        call: CallId(Uuid::from_u128(7)),
        connection: ConnectionId(Uuid::from_u128(8)),
        opened_at: chrono::Utc::now(),
        streams: vec![stream(0), stream(1)],
        local_ports: Vec::new(),
        dialog: serde_json::Value::Null,
        routing: serde_json::Value::Null,
        sdp: Vec::new(),
        metadata: Vec::new(),
        software_version: "test".to_owned(),
        continuation: None,
        repeated: false,
    };
    let connection = ConnectionRoute {
        tenant,
        id: opened.connection,
        kind: ConnectionKind::Siprec,
        address_user: String::new(),
        networks: Vec::new(),
        default_line: None,
        security: ConnectionSecurity::default(),
        credentials: Vec::new(),
        registration: None,
        test_until: None,
    };
    OpenCall {
        opened,
        key: key(number),
        wrapped: WrappedKey::from_bytes(vec![number; 80]),
        sockets,
        on_hold: Vec::new(),
        protection: Vec::new(),
        paused,
        connection: std::sync::Arc::new(connection),
        silent_after: Duration::from_secs(60),
    }
}

/// Packets of both streams, 20 ms apart by their own numbers.
fn fed(recording: RecordingId, numbers: std::ops::Range<u16>) -> Command {
    let packet = |stream: u8, number: u16| {
        let (arrived, datagram) = (SystemTime::now(), Bytes::from(datagram(stream, number)));
        FedPacket { stream, arrived, datagram }
    };
    let packets = numbers.flat_map(|number| [packet(0, number), packet(1, number)]).collect();
    Command::Feed { recording, packets }
}

fn datagram(stream: u8, number: u16) -> Vec<u8> {
    let mut datagram = Vec::new();
    let packet = RtpPacket {
        payload_type: 0,
        marker: false,
        sequence_number: number,
        timestamp: u32::from(number) * 160,
        ssrc: 5,
        payload: &octets(stream, number),
    };
    packet.write(&mut datagram);
    datagram
}

fn key(number: u8) -> DataKey {
    DataKey::from_bytes([number; 32])
}

fn octets(stream: u8, number: u16) -> [u8; PACKET] {
    std::array::from_fn(|at| (usize::from(number) * 31 + at * usize::from(stream + 3)) as u8)
}

#[tokio::test]
async fn fed_packets_are_kept_octet_for_octet_and_a_pause_keeps_none() {
    let mut studio = Studio::new();
    let recording = studio.open(1, false).await;
    studio.feed(recording, 0..50);
    studio.send(Command::Pause { recording, paused: true });
    studio.feed(recording, 50..60);
    studio.send(Command::Pause { recording, paused: false });
    studio.feed(recording, 60..100);
    // of no stream there is, and of a call there is not
    studio.send(Command::Feed {
        recording,
        packets: vec![FedPacket {
            stream: 9,
            arrived: SystemTime::now(),
            datagram: Bytes::from_static(&[0x80; 40]),
        }],
    });
    studio.feed(RecordingId(Uuid::nil()), 0..3);
    studio.send(Command::Close { recording, cause: "bye" });
    assert_eq!(studio.ended().await, recording);
    let read = studio.read(1, recording);
    let counters = read.counters();
    assert_eq!((counters.total().accepted, counters.total().paused, counters.unknown_stream), (180, 20, 1));
    let file = &read.segments[0];
    assert_eq!(file.samples, 100 * PACKET as u64);
    let wav = wav::parse(&file.file).expect("ours");
    for place in 0..2_u8 {
        let kept: Vec<u8> = wav.channel(place.into()).collect();
        for number in (0..50).chain(60..100) {
            let at = usize::from(number) * PACKET;
            assert_eq!(kept[at..at + PACKET], octets(place, number), "{place} {number}");
        }
        assert!(kept[50 * PACKET..60 * PACKET].iter().all(|octet| *octet == 0xFF));
    }
}

#[tokio::test]
async fn a_call_opened_paused_holds_nothing_until_it_is_started() {
    let mut studio = Studio::new();
    let never = studio.open(2, true).await;
    let later = studio.open(3, true).await;
    for recording in [never, later] {
        studio.feed(recording, 0..10);
    }
    studio.send(Command::Pause { recording: later, paused: false });
    studio.feed(later, 10..30);
    studio.send(Command::Close { recording: never, cause: "bye" });
    assert_eq!(studio.ended().await, never);
    studio.send(Command::Close { recording: later, cause: "bye" });
    assert_eq!(studio.ended().await, later);
    let read = studio.read(2, never);
    assert!(read.segments.is_empty() && read.continuation.paused && read.total_samples() == 0);
    let read = studio.read(3, later);
    assert_eq!(read.segments.iter().map(|file| file.samples).sum::<u64>(), 20 * PACKET as u64);
}

#[tokio::test]
async fn a_discarded_call_is_gone_also_for_the_next_start() {
    let mut studio = Studio::new();
    let (kept, discarded) = (studio.open(4, false).await, studio.open(5, false).await);
    for recording in [kept, discarded] {
        studio.feed(recording, 0..10);
    }
    studio.send(Command::Discard { recording: discarded });
    studio.send(Command::Close { recording: discarded, cause: "bye" });
    studio.send(Command::Close { recording: kept, cause: "bye" });
    assert_eq!(studio.ended().await, kept, "nothing is told of the other");
    assert_eq!(studio.reader.recordings(), [kept]);
    let Studio { dir, thread, .. } = studio;
    drop(thread);
    let (_, found) = Spool::open(dir.path(), SpoolLimits::default()).expect("the spool");
    assert_eq!(found.calls.iter().map(|call| call.recording).collect::<Vec<_>>(), [kept]);
}
