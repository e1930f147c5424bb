//! The loop of the recording thread.
//!
//! One tick does it all: each call's sockets are swept, what they brought becomes one frame of the spool, and one write and
//! one `fdatasync` make all calls durable. Sweeping oftener than committing would save nothing: a kill takes what is not
//! durable, wherever it waits. What one packet costs here: a share of one `recvmmsg` for all that waits on its socket, one
//! parse in place, one copy into a buffer that all calls share, a share of one AES-256-GCM call, of one write and of one
//! `fdatasync`. No allocation, no wake-up, no lock.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver as Commands, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rokuon_capture::journal::encode::PendingEntries;
use rokuon_policy::ids::RecordingId;
use rokuon_storage::spool::{Spool, SpoolError};
use tokio::sync::{mpsc, oneshot};

use super::command::{Command, FreedByCut, NotOpened, Told};
use super::live_recording::{LiveRecording, Moment};
use super::pace::Pace;
use crate::config::WorkerConfig;
use crate::rtp::receive::Receiver;
use crate::rtp::reports::Reporter;
use crate::vitals::Vitals;

mod calls;
mod cutting;

/// After the dialog ends, packets that were overtaken by the BYE are still taken for so long.
const LINGER: Duration = Duration::from_millis(250);
/// RTCP ports are swept, and reports sent where they are due, every so many ticks.
const RTCP_TICKS: u64 = 10;
/// Calls that wait on hold are swept every so many ticks.
const IDLE_TICKS: u64 = 5;
/// Pending octets of one call beyond which they are given up while the spool takes nothing (its entries end at 1 MiB).
const PENDING_GIVEN_UP: usize = 900 * 1024;
/// While the spool is full, this much waits inside it before packets wait with their calls instead.
const WAITING_ENOUGH: usize = 16 * 1024 * 1024;

/// The thread's handle.
pub struct RecorderThread {
    commands: Sender<Command>,
    vitals: Arc<Vitals>,
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
        let (pace, seal_every) = (Pace::of(config), config.seal_every);
        let reserve = config.spool_reserve_bytes;
        let vitals = Arc::new(Vitals::default());
        let own_vitals = vitals.clone();
        // The receive buffers hold raw pointers, so the recorder is made on the thread that uses it.
        let body = move || {
            let recorder = Recorder {
                spool,
                told,
                calls: HashMap::new(),
                receiver: Receiver::default(),
                began: Instant::now(),
                scratch: Vec::with_capacity(64 * 1024),
                spare: PendingEntries::with_capacity(16 * 1024),
                ticks: 0,
                reporter: Reporter::default(),
                answers: Vec::new(),
                ended: Vec::new(),
                cuts: Vec::new(),
                seal_every,
                full: false,
                pace,
                reserve,
                vitals: own_vitals,
            };
            recorder.run(&receiver);
        };
        let thread = std::thread::Builder::new().name("recorder".into()).spawn(body)?;
        Ok(Self { commands, vitals, thread: Some(thread) })
    }

    /// A way to give the thread commands.
    pub fn commands(&self) -> Sender<Command> {
        self.commands.clone()
    }

    /// What the thread says of itself.
    pub fn vitals(&self) -> Arc<Vitals> {
        self.vitals.clone()
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
    /// Lent to each call in turn while it is swept: a call that waits for nothing holds no buffer.
    spare: PendingEntries,
    ticks: u64,
    reporter: Reporter,
    /// Calls opened since the last commit, waiting to hear that they are durable.
    answers: Vec<(RecordingId, oneshot::Sender<Result<(), NotOpened>>)>,
    /// Calls whose last entry waits for a commit: only what is durable may be sealed and released.
    ended: Vec<Told>,
    /// Cuts that wait to hear that they are durable.
    cuts: Vec<(oneshot::Sender<Option<FreedByCut>>, FreedByCut)>,
    full: bool,
    pace: Pace,
    seal_every: Duration,
    reserve: u64,
    vitals: Arc<Vitals>,
}

impl Recorder {
    fn now(&self) -> Moment {
        Moment {
            monotonic: self.began.elapsed(),
            wall: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
        }
    }

    fn run(mut self, commands: &Commands<Command>) {
        let mut next_tick = self.pace.for_calls(0);
        loop {
            let wait = next_tick.saturating_sub(self.began.elapsed());
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
            if now >= next_tick {
                self.tick();
                // A tick that was late is not made up for: the next one takes more.
                next_tick = now + self.pace.for_calls(self.calls.len());
            }
        }
        self.sweep();
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
            Command::Cut { recording, changes, entries, answer } => {
                self.cut(recording, changes, &entries, answer);
            }
            Command::CutFailed(recording) => self.cut_failed(recording),
            Command::FreeCut(freed) => self.spool.release_through(freed.recording, freed.through_run),
            Command::Release(recording) => {
                if let Err(error) = self.spool.release(recording) {
                    tracing::error!(%error, %recording, "a sealed recording could not be released from the spool");
                }
            }
            Command::Stop => return false,
        }
        true
    }

    fn tick(&mut self) {
        self.ticks += 1;
        self.sweep();
        self.end_calls();
        if self.commit() && self.ticks.is_multiple_of(IDLE_TICKS) {
            self.tell_lasting();
        }
    }

    /// Takes what the kernel holds for every call into the spool's buffer.
    fn sweep(&mut self) {
        let now = self.now();
        let stuck = self.full && self.spool.waiting_bytes() > WAITING_ENOUGH;
        let idle_too = self.ticks.is_multiple_of(IDLE_TICKS);
        let rtcp_too = self.ticks.is_multiple_of(RTCP_TICKS);
        let mut packets = 0;
        for call in self.calls.values_mut() {
            if call.is_idle() && !idle_too {
                continue;
            }
            call.live.lend(&mut self.spare);
            packets += call.sweep(&mut self.receiver, now);
            if rtcp_too {
                call.sweep_rtcp(&mut self.receiver, now);
                call.report(&mut self.reporter, now);
            }
            let pending = call.live.pending_len();
            if pending > 0 && (!stuck || pending >= PENDING_GIVEN_UP) {
                self.scratch.clear();
                call.live.take_pending(&mut self.scratch);
                if let Err(error) = self.spool.append(&mut call.spool, &self.scratch) {
                    metrics::counter!("rokuon_spool_refused_total").increment(1);
                    tracing::error!(%error, recording = %call.recording, "audio could not be journaled and is lost");
                }
            }
            call.live.give_back(&mut self.spare);
            if call.falls_silent(now) {
                let _gone = self.told.send(Told::Silent(call.recording));
            }
        }
        metrics::counter!("rokuon_media_datagrams_total").increment(packets as u64);
        metrics::gauge!("rokuon_live_recordings").set(self.calls.len() as f64);
    }

    /// Makes everything that waits durable, and tells new calls so; says whether it could.
    fn commit(&mut self) -> bool {
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
        let free = self.spool.available_bytes().unwrap_or(0);
        self.vitals.recorder(self.calls.len(), self.spool.used_bytes(), free, self.full);
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
            for (answer, freed) in self.cuts.drain(..) {
                let _gone = answer.send(Some(freed));
            }
            for told in self.ended.drain(..) {
                let _gone = self.told.send(told);
            }
        }
        committed.is_ok()
    }
}

#[cfg(test)]
mod tests;
