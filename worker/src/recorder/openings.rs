//! The thread that opens calls: a first entry, made durable, and only then the answer.
//!
//! It is a thread of its own so that an INVITE waits for no sweep: a thousand calls are swept in tens of milliseconds, and more
//! when others want the processor. Calls that come together share one `fdatasync`.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};
use std::time::{Duration, Instant};

use rokuon_capture::journal::Entry;
use rokuon_secure_media::dtls::identity::DtlsIdentity;
use tokio::sync::oneshot;

use super::command::{Command, NewCall, NotOpened, OpenCall};
use super::live_recording::{LiveRecording, Moment};
use super::shared_spool::SharedSpool;

/// The least time from one commit of openings to the next: the spool is the sweeper's meanwhile, and under a flood of calls
/// more of them share one.
const BETWEEN: Duration = Duration::from_millis(2);

/// What the thread works with.
pub struct Opener {
    pub spool: Arc<SharedSpool>,
    /// The recording thread.
    pub recorder: Sender<Command>,
    /// When the recording thread's clock began.
    pub began: Instant,
    /// The certificate we show in handshakes.
    pub identity: Option<DtlsIdentity>,
    pub seal_every: Duration,
    /// Room that is kept for live calls.
    pub reserve: u64,
}

/// A call whose first entry waits for a commit.
struct Waiting {
    live: Box<LiveRecording>,
    answer: oneshot::Sender<Result<(), NotOpened>>,
}

impl Opener {
    /// Opens calls until told to stop, or until nobody can ask any more.
    pub fn run(self, openings: &Receiver<NewCall>) {
        let (mut waiting, mut committed) = (Vec::new(), None::<Instant>);
        let mut going = true;
        while going {
            let Ok(first) = openings.recv() else { return };
            if let Some(committed) = committed {
                std::thread::sleep(BETWEEN.saturating_sub(committed.elapsed()));
            }
            for opening in std::iter::once(first).chain(openings.try_iter()) {
                match opening {
                    NewCall::Open(call, answer) => waiting.extend(self.journal(*call, answer)),
                    NewCall::Stop => going = false,
                }
            }
            if !waiting.is_empty() {
                self.commit(&mut waiting);
                committed = Some(Instant::now());
            }
        }
    }

    /// Appends a call's first entries; it is answered here if it cannot be taken.
    fn journal(&self, call: OpenCall, answer: oneshot::Sender<Result<(), NotOpened>>) -> Option<Waiting> {
        let (tenant, recording) = (&call.opened.tenant, call.opened.recording);
        let kept = self.spool.key_to_keep(tenant, recording, &call.key, &call.wrapped);
        let mut spool = self.spool.lock();
        let short = spool.available_bytes().is_ok_and(|left| left < self.reserve);
        // A call that was live before a crash is a live call: it is never refused for want of room.
        if (self.spool.is_full() || short) && call.opened.continuation.is_none() {
            let _gone = answer.send(Err(NotOpened::SpoolFull));
            return None;
        }
        let run = spool.open_call(tenant, recording, &kept, &call.key);
        drop(spool);
        // Calls that began together are not all sealed at once.
        let spread = u32::from(call.opened.recording.0.as_bytes()[15]);
        let first_cut = self.seal_every * (256 + spread) / 512;
        let now = Moment::since(self.began);
        let (mut live, opened) = LiveRecording::new(call, run, now, first_cut, self.identity.as_ref());
        let (mut first, entry) = (Vec::new(), Entry::Opened(Box::new(opened)));
        let encoded = entry.encode(&mut first).is_ok();
        // Holds, a pause and keys are durable with the call.
        live.live.take_pending(&mut first);
        let room = if encoded { self.spool.with_room_for(first.len()) } else { None };
        let taken = room.is_some_and(|mut spool| spool.append(&mut live.spool, &first).is_ok());
        if !taken {
            let _gone = answer.send(Err(NotOpened::SpoolFailed));
            return None;
        }
        Some(Waiting { live: Box::new(live), answer })
    }

    fn commit(&self, waiting: &mut Vec<Waiting>) {
        let committed = self.spool.commit(false);
        for Waiting { live, answer } in waiting.drain(..) {
            match committed {
                Ok(()) => {
                    let _stopping = self.recorder.send(Command::Take(live));
                }
                // It is not answered 200, so nobody relies on it.
                Err(_) => {
                    let recording = live.recording;
                    if let Err(error) = self.spool.lock().release(recording) {
                        tracing::warn!(%error, %recording, "a call that was refused stays in the spool");
                    }
                }
            }
            let _gone = answer.send(committed);
        }
    }
}
