//! Ticks that come late, or last long: what waited meanwhile is kept all the same.

use std::net::UdpSocket;

use rokuon_capture::journal::Entry;

use super::*;

/// A recorder whose ticks come when the test says so.
struct Desk {
    recorder: Recorder,
    reader: SpoolReader,
    told: mpsc::UnboundedReceiver<Told>,
    _dir: TempDir,
}

impl Desk {
    fn new(limits: SpoolLimits) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let (spool, _) = Spool::open(dir.path(), limits).expect("a spool");
        let reader = spool.reader();
        let config = WorkerConfig::on_loopback(dir.path().to_owned());
        let (tell, told) = mpsc::unbounded_channel();
        let (spool, vitals) = (Arc::new(SharedSpool::new(spool, plain_keys())), Arc::new(Vitals::default()));
        let seal_every = Duration::from_secs(600);
        let recorder =
            Recorder::new(spool, Instant::now(), Pace::of(&config), seal_every, None, tell, vitals);
        Self { recorder, reader, told, _dir: dir }
    }

    fn opened(&mut self, open: OpenCall) -> RecordingId {
        let mut spool = self.recorder.spool.lock();
        let run = spool.open_call(&open.opened.tenant, open.opened.recording, &open.wrapped, &open.key);
        let (now, seal_every) = (self.recorder.now(), self.recorder.seal_every);
        let (mut live, opened) = LiveRecording::new(open, run, now, seal_every, None);
        let (recording, mut first) = (live.recording, Vec::new());
        Entry::Opened(Box::new(opened)).encode(&mut first).expect("an entry");
        spool.append(&mut live.spool, &first).expect("room");
        drop(spool);
        self.recorder.calls.insert(recording, live);
        recording
    }

    /// The BYE came, and the wait for stragglers is over.
    fn is_over(&mut self, recording: RecordingId) {
        let live = self.recorder.calls.get_mut(&recording).expect("it lives");
        live.closing = Some((Duration::ZERO, "bye"));
    }

    fn ended(&mut self) -> Vec<RecordingId> {
        let mut ended = Vec::new();
        while let Ok(Told::Ended { recording, .. }) = self.told.try_recv() {
            ended.push(recording);
        }
        ended.sort_unstable();
        ended
    }
}

fn port() -> UdpSocket {
    crate::rtp::ports::bind(([127, 0, 0, 1], 0).into()).expect("a port")
}

#[test]
fn what_came_after_a_calls_turn_in_its_last_tick_is_kept() {
    let mut desk = Desk::new(SpoolLimits::default());
    let (phone, ours) = (port(), port());
    let to = ours.local_addr().expect("bound");
    let mut open = call(1, false, vec![StreamSocket::new(0, ours)]);
    open.opened.streams[0].expected_remote = phone.local_addr().ok();
    let recording = desk.opened(open);
    let say = |number: u16| phone.send_to(&datagram(0, number), to).expect("loopback takes it");
    say(0);
    assert!(desk.recorder.sweep(None));
    // The rest of the sweep takes long: more is said, the BYE comes, and the wait for stragglers is over before it ends.
    (1..50).for_each(|number| assert!(say(number) > 0));
    desk.is_over(recording);
    desk.recorder.end_calls();
    assert!(desk.recorder.commit());
    assert_eq!(desk.ended(), [recording]);
    let read = Replayed::read(&desk.reader, recording, &key(1)).expect("its journal");
    assert_eq!(read.counters().total().accepted, 50);
}

/// Three calls' packets are more than the buffer holds; a tick of 100 ms brings a thousandth of what the real one holds.
const SMALL: SpoolLimits = SpoolLimits {
    idle_age: Duration::from_secs(1),
    file_bytes: 64 << 20,
    file_age: Duration::from_secs(600),
    buffer_bytes: 96 << 10,
    max_bytes: u64::MAX,
};

/// Every packet of these is in its file, octet for octet.
fn are_whole(desk: &Desk, recordings: &[RecordingId], packets: u16) {
    for (number, recording) in (1..).zip(recordings) {
        let read = Replayed::read(&desk.reader, *recording, &key(number)).expect("its journal");
        let file = wav::parse(&read.segments[0].file).expect("ours");
        for place in 0..2_u8 {
            let kept: Vec<u8> = file.channel(place.into()).collect();
            let sent: Vec<u8> = (0..packets).flat_map(|number| octets(place, number)).collect();
            assert!(kept == sent, "{number} on {place}: {} of {}", kept.len(), sent.len());
        }
    }
}

#[test]
fn a_tick_that_brings_more_than_the_buffer_holds_makes_all_of_it_durable() {
    let mut desk = Desk::new(SMALL);
    let recordings: Vec<_> = (1..=6).map(|number| desk.opened(call(number, false, Vec::new()))).collect();
    for recording in &recordings {
        assert!(desk.recorder.take(fed(*recording, 0..100)));
    }
    assert!(desk.recorder.sweep(None));
    assert!(!desk.recorder.left_over, "nothing waits for the next tick");
    assert!(desk.recorder.commit());
    are_whole(&desk, &recordings, 100);
}

#[test]
fn calls_that_end_together_lose_nothing_to_a_full_buffer() {
    let mut desk = Desk::new(SMALL);
    let recordings: Vec<_> = (1..=6).map(|number| desk.opened(call(number, false, Vec::new()))).collect();
    for recording in &recordings {
        assert!(desk.recorder.take(fed(*recording, 0..100)));
        desk.is_over(*recording);
    }
    desk.recorder.end_calls();
    assert!(desk.recorder.commit());
    assert_eq!(desk.ended(), recordings);
    are_whole(&desk, &recordings, 100);
}
