//! Calls are opened durably whatever the recording thread does, and share a sync where they come together.

use rokuon_storage::spool::frame::{Kind, Met, walk};

use super::*;

// rule: F1
#[tokio::test]
async fn a_call_is_answered_once_it_survives_a_kill_and_waits_for_no_sweep() {
    let mut studio = Studio::new();
    let standing = studio.stand();
    let asked: Vec<_> = (1..=3).map(|number| studio.ask_to_open(number, false)).collect();
    let mut opened = Vec::new();
    for (number, (recording, durable)) in (1..=3).zip(asked) {
        durable.await.expect("the thread answers").expect("taken");
        opened.push(recording);
        let (_kept, reader, found) = studio.after_a_kill();
        assert!(found.contains(&recording), "{number}");
        let read = Replayed::read(&reader, recording, &key(number)).expect("its first entry");
        assert_eq!((read.opened.streams.len(), read.ended.is_none()), (2, true));
    }
    // what is asked of it after the answer comes after its beginning, and nothing of it is lost
    studio.feed(opened[1], 0..10);
    studio.send(Command::Close { recording: opened[1], cause: "bye" });
    drop(standing);
    assert_eq!(studio.ended().await, opened[1]);
    assert_eq!(studio.read(2, opened[1]).counters().total().accepted, 20);
    let (_kept, _, found) = studio.after_a_kill();
    assert_eq!(found, opened, "in the order they were opened, none sealed yet");
}

#[tokio::test]
async fn calls_that_come_together_share_one_sync() {
    let dir = tempfile::tempdir().expect("a directory");
    let (spool, _) = Spool::open(dir.path(), SpoolLimits::default()).expect("a spool");
    let (recorder, taken) = channel();
    let (openings, asked) = channel();
    let mut answers = Vec::new();
    for number in 1..=40 {
        let (answer, durable) = oneshot::channel();
        openings.send(NewCall::Open(Box::new(call(number, false, Vec::new())), answer)).expect("heard");
        answers.push(durable);
    }
    openings.send(NewCall::Stop).expect("heard");
    let opener = Opener {
        spool: Arc::new(SharedSpool::new(spool, plain_keys())),
        recorder,
        began: Instant::now(),
        identity: None,
        seal_every: Duration::from_secs(600),
        reserve: 0,
    };
    opener.run(&asked);
    for durable in answers {
        assert_eq!(durable.await, Ok(Ok(())));
    }
    let given: Vec<RecordingId> = taken
        .try_iter()
        .filter_map(|command| match command {
            Command::Take(live) => Some(live.recording),
            _ => None,
        })
        .collect();
    assert_eq!(
        given,
        (1..=40).map(|number| call(number, false, Vec::new()).opened.recording).collect::<Vec<_>>()
    );
    let mut commits = 0;
    for file in std::fs::read_dir(dir.path()).expect("the spool").flatten() {
        walk(&std::fs::read(file.path()).expect("a journal"), |met| {
            commits += usize::from(matches!(met, Met::Frame(_, frame) if frame.kind == Kind::Commit));
        });
    }
    assert_eq!(commits, 1);
}

#[tokio::test]
async fn a_call_that_cannot_be_made_durable_is_refused_and_not_recorded() {
    let dir = tempfile::tempdir().expect("a directory");
    let limits = SpoolLimits { max_bytes: 1_000, ..SpoolLimits::default() };
    let (spool, _) = Spool::open(dir.path(), limits).expect("a spool");
    let reader = spool.reader();
    let (recorder, taken) = channel();
    let (openings, asked) = channel();
    let (answer, durable) = oneshot::channel();
    let mut large = call(1, false, Vec::new());
    large.opened.sdp =
        vec![rokuon_capture::journal::AsReceived::new(chrono::Utc::now(), "application/sdp", &[0; 4_000])];
    openings.send(NewCall::Open(Box::new(large), answer)).expect("heard");
    openings.send(NewCall::Stop).expect("heard");
    let spool = Arc::new(SharedSpool::new(spool, plain_keys()));
    let began = Instant::now();
    let seal_every = Duration::from_secs(600);
    Opener { spool: spool.clone(), recorder, began, identity: None, seal_every, reserve: 0 }.run(&asked);
    assert_eq!(durable.await, Ok(Err(NotOpened::SpoolFull)));
    assert!(taken.try_recv().is_err() && spool.is_full() && reader.recordings().is_empty());
}
