//! The loop of the recording thread.
//!
//! What one packet costs here: a share of one `recvmmsg` for all that waits on its socket, one parse in place, one copy
//! into the call's pending buffer, a share of one AES-256-GCM call a commit, a share of one write and one `fdatasync` for
//! all calls together. No allocation, no wake-up, no lock.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver as Commands, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rokuon_capture::journal::{CallEnded, CallUpdated, Entry};
use rokuon_policy::ids::RecordingId;
use rokuon_storage::spool::{Spool, SpoolError};
use tokio::sync::{mpsc, oneshot};

use super::command::{Command, NotOpened, OpenCall, StreamSocket, Told};
use super::live_recording::{LiveRecording, Moment};
use crate::config::WorkerConfig;
use crate::rtp::receive::Receiver;

/// After the dialog ends, packets that were overtaken by the BYE are still taken for so long.
const LINGER: Duration = Duration::from_millis(250);
/// Pending octets of one call beyond which they are given up while the spool takes nothing (its entries end at 1 MiB).
const PENDING_GIVEN_UP: usize = 900 * 1024;
/// While the spool is full, this much waits inside it before packets wait with their calls instead.
const WAITING_ENOUGH: usize = 16 * 1024 * 1024;

/// The thread's handle.
pub struct RecorderThread {
    commands: Sender<Command>,
    thread: Option<JoinHandle<()>>,
}

impl RecorderThread {
    /// Starts the thread on an opened spool; what it has to tell goes into `told`.
    pub fn start(
        spool: Spool,
        config: &WorkerConfig,
        told: mpsc::UnboundedSender<Told>,
    ) -> std::io::Result<Self> {
        let (commands, receiver) = channel();
        let (sweep_every, commit_every) = (config.sweep_every, config.commit_every);
        let reserve = config.spool_reserve_bytes;
        // The receive buffers hold raw pointers, so the recorder is made on the thread that uses it.
        let body = move || {
            let recorder = Recorder {
                spool,
                told,
                calls: HashMap::new(),
                receiver: Receiver::default(),
                began: Instant::now(),
                scratch: Vec::with_capacity(64 * 1024),
                answers: Vec::new(),
                ended: Vec::new(),
                full: false,
                sweep_every,
                commit_every,
                reserve,
            };
            recorder.run(&receiver);
        };
        let thread = std::thread::Builder::new().name("recorder".into()).spawn(body)?;
        Ok(Self { commands, thread: Some(thread) })
    }

    /// A way to give the thread commands.
    pub fn commands(&self) -> Sender<Command> {
        self.commands.clone()
    }

    /// Stops: everything received is made durable, live calls stay open in the journal.
    pub fn stop(&mut self) {
        let _gone = self.commands.send(Command::Stop);
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

impl Drop for RecorderThread {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Recorder {
    spool: Spool,
    told: mpsc::UnboundedSender<Told>,
    calls: HashMap<RecordingId, LiveRecording>,
    receiver: Receiver,
    began: Instant,
    scratch: Vec<u8>,
    /// Calls opened since the last commit, waiting to hear that they are durable.
    answers: Vec<(RecordingId, oneshot::Sender<Result<(), NotOpened>>)>,
    /// Calls whose last entry waits for a commit: only what is durable may be sealed and released.
    ended: Vec<Told>,
    full: bool,
    sweep_every: Duration,
    commit_every: Duration,
    reserve: u64,
}

impl Recorder {
    fn now(&self) -> Moment {
        Moment {
            monotonic: self.began.elapsed(),
            wall: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
        }
    }

    fn run(mut self, commands: &Commands<Command>) {
        let (mut next_sweep, mut next_commit) = (self.sweep_every, self.commit_every);
        loop {
            let wait = next_sweep.saturating_sub(self.began.elapsed());
            match commands.recv_timeout(wait) {
                Ok(first) => {
                    let mut going = self.take(first);
                    while let Ok(more) = commands.try_recv() {
                        going &= self.take(more);
                    }
                    if !self.answers.is_empty() {
                        self.commit();
                    }
                    if !going {
                        break;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            let now = self.began.elapsed();
            if now >= next_sweep {
                self.sweep();
                next_sweep = self.began.elapsed().max(next_sweep + self.sweep_every);
                if now >= next_commit {
                    self.journal_pending();
                    self.end_calls();
                    self.commit();
                    next_commit = now + self.commit_every;
                }
            }
        }
        self.sweep();
        self.journal_pending();
        self.commit();
    }

    /// Does one command; `false` to stop.
    fn take(&mut self, command: Command) -> bool {
        match command {
            Command::Open(call, answer) => self.open(*call, answer),
            Command::Update { recording, updated, sockets, on_hold } => {
                self.update(recording, *updated, sockets, &on_hold);
            }
            Command::Feed { recording, packets } => {
                let now = self.now();
                // A call that is gone, or is not opened yet: nothing that was promised to anybody.
                if let Some(call) = self.calls.get_mut(&recording) {
                    call.feed(&packets, now);
                }
            }
            Command::Pause { recording, paused } => self.pause(recording, paused),
            Command::IsLive(recording, answer) => {
                let live = self.calls.get(&recording).is_some_and(|call| call.closing.is_none());
                let _gone = answer.send(live);
            }
            Command::Discard { recording } => self.discard(recording),
            Command::Close { recording, cause } => {
                let at = self.began.elapsed() + LINGER;
                if let Some(call) = self.calls.get_mut(&recording) {
                    call.closing.get_or_insert((at, cause));
                }
            }
            Command::Release(recording) => {
                if let Err(error) = self.spool.release(recording) {
                    tracing::error!(%error, %recording, "a sealed recording could not be released from the spool");
                }
            }
            Command::Stop => return false,
        }
        true
    }

    fn open(&mut self, call: OpenCall, answer: oneshot::Sender<Result<(), NotOpened>>) {
        let short = self.spool.available_bytes().is_ok_and(|left| left < self.reserve);
        // A call that was live before a crash is a live call: it is never refused for want of room.
        if (self.full || short) && call.opened.continuation.is_none() {
            let _gone = answer.send(Err(NotOpened::SpoolFull));
            return;
        }
        let spool =
            self.spool.open_call(&call.opened.tenant, call.opened.recording, &call.wrapped, &call.key);
        let (mut live, opened) = LiveRecording::new(call, spool, self.now());
        let recording = live.recording;
        self.scratch.clear();
        let entry = Entry::Opened(Box::new(opened));
        let taken = entry.encode(&mut self.scratch).is_ok()
            && self.spool.append(&mut live.spool, &self.scratch).is_ok();
        if !taken {
            let _gone = answer.send(Err(NotOpened::SpoolFailed));
            return;
        }
        self.calls.insert(recording, live);
        self.answers.push((recording, answer));
    }

    fn update(
        &mut self,
        recording: RecordingId,
        mut updated: CallUpdated,
        sockets: Vec<StreamSocket>,
        on_hold: &[(u8, bool)],
    ) {
        let now = self.now();
        let Some(call) = self.calls.get_mut(&recording) else { return };
        // What came before the change belongs before it in the journal.
        call.sweep(&mut self.receiver, now);
        let at = call.since_epoch(now.monotonic);
        let (streams, micros) = (updated.streams.clone(), u64::try_from(at.as_micros()).unwrap_or(u64::MAX));
        (updated.at, updated.at_micros) = (now.date(), micros);
        self.scratch.clear();
        call.live.take_pending(&mut self.scratch);
        if Entry::Updated(Box::new(updated)).encode(&mut self.scratch).is_err()
            || self.spool.append(&mut call.spool, &self.scratch).is_err()
        {
            tracing::error!(%recording, "a change of a live call could not be journaled");
        }
        if let Some(streams) = &streams {
            call.live.reoffer(streams);
            call.sockets.retain(|s| streams.iter().any(|setup| setup.index == s.stream));
        }
        call.sockets.extend(sockets);
        for (stream, held) in on_hold {
            call.live.set_on_hold(*stream, *held, at);
        }
        call.said_silent = false;
    }

    fn pause(&mut self, recording: RecordingId, paused: bool) {
        let now = self.now();
        let Some(call) = self.calls.get_mut(&recording) else { return };
        // What the kernel holds came before: it belongs to the other side of the pause's edge.
        call.sweep(&mut self.receiver, now);
        call.live.set_paused(paused, call.since_epoch(now.monotonic));
    }

    fn discard(&mut self, recording: RecordingId) {
        if self.calls.remove(&recording).is_some()
            && let Err(error) = self.spool.release(recording)
        {
            tracing::error!(%error, %recording, "a call that is not to be kept could not be released from the spool");
        }
    }

    fn sweep(&mut self) {
        let now = self.now();
        let mut packets = 0;
        for call in self.calls.values_mut() {
            packets += call.sweep(&mut self.receiver, now);
            if call.falls_silent(now) {
                let _gone = self.told.send(Told::Silent(call.recording));
            }
        }
        metrics::counter!("rokuon_media_datagrams_total").increment(packets as u64);
        metrics::gauge!("rokuon_live_recordings").set(self.calls.len() as f64);
    }

    fn journal_pending(&mut self) {
        let stuck = self.full && self.spool.waiting_bytes() > WAITING_ENOUGH;
        for call in self.calls.values_mut() {
            let pending = call.live.pending_len();
            if pending == 0 || (stuck && pending < PENDING_GIVEN_UP) {
                continue;
            }
            self.scratch.clear();
            call.live.take_pending(&mut self.scratch);
            if let Err(error) = self.spool.append(&mut call.spool, &self.scratch) {
                metrics::counter!("rokuon_spool_refused_total").increment(1);
                tracing::error!(%error, recording = %call.recording, "audio could not be journaled and is lost");
            }
        }
    }

    fn end_calls(&mut self) {
        let now = self.now();
        let over = |call: &LiveRecording| call.closing.filter(|(at, _)| now.monotonic >= *at);
        let done = self
            .calls
            .values()
            .filter_map(|c| over(c).map(|(_, cause)| (c.recording, cause)))
            .collect::<Vec<_>>();
        for (recording, cause) in done {
            let Some(mut call) = self.calls.remove(&recording) else { continue };
            let ended = CallEnded {
                at: now.date(),
                at_micros: u64::try_from(call.since_epoch(now.monotonic).as_micros()).unwrap_or(u64::MAX),
                cause: cause.to_owned(),
                counters: call.live.counters(),
            };
            self.scratch.clear();
            call.live.take_pending(&mut self.scratch);
            let entry = Entry::Ended(Box::new(ended));
            if entry.encode(&mut self.scratch).is_err()
                || self.spool.append(&mut call.spool, &self.scratch).is_err()
            {
                tracing::error!(%recording, "the end of a call could not be journaled; it is tried again");
                self.calls.insert(recording, call);
                continue;
            }
            let LiveRecording { tenant, wrapped, key, .. } = call;
            self.ended.push(Told::Ended { tenant, recording, wrapped, key });
        }
    }

    /// Makes everything that waits durable, and tells new calls so.
    fn commit(&mut self) {
        let began = Instant::now();
        let committed = self.spool.commit();
        metrics::histogram!("rokuon_spool_commit_seconds").record(began.elapsed().as_secs_f64());
        let answer = match &committed {
            Ok(_) => {
                if self.full {
                    tracing::warn!("the spool takes entries again");
                }
                self.full = false;
                Ok(())
            }
            Err(SpoolError::Full) => {
                if !self.full {
                    tracing::error!("THE SPOOL IS FULL: new calls are refused, live calls wait in memory");
                }
                self.full = true;
                Err(NotOpened::SpoolFull)
            }
            Err(error) => {
                tracing::error!(%error, "THE SPOOL FAILED: new calls are refused, live calls wait in memory");
                self.full = true;
                Err(NotOpened::SpoolFailed)
            }
        };
        metrics::gauge!("rokuon_spool_full").set(f64::from(u8::from(self.full)));
        metrics::gauge!("rokuon_spool_bytes").set(self.spool.used_bytes() as f64);
        for (recording, waiting) in self.answers.drain(..) {
            if answer.is_err() {
                // It was not answered 200, so nobody relies on it.
                self.calls.remove(&recording);
                if let Err(error) = self.spool.release(recording) {
                    tracing::warn!(%error, %recording, "a call that was refused stays in the spool");
                }
            }
            let _gone = waiting.send(answer);
        }
        if committed.is_ok() {
            for told in self.ended.drain(..) {
                let _gone = self.told.send(told);
            }
        }
    }
}

#[cfg(test)]
mod tests;
