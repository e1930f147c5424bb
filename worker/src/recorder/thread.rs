//! The loop of the recording thread.
//!
//! One tick does it all: each call's sockets are swept, what they brought becomes one frame of the spool, and one write and
//! one `fdatasync` make all calls durable. Sweeping oftener than committing would save nothing: a kill takes what is not
//! durable, wherever it waits. What one packet costs is reckoned in ARCHITECTURE.md.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver as Commands, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rokuon_capture::journal::encode::PendingEntries;
use rokuon_capture::live_call::PENDING_LIMIT;
use rokuon_policy::ids::RecordingId;
use rokuon_secure_media::dtls::identity::DtlsIdentity;
use rokuon_storage::spool::Spool;
use rokuon_storage::spool_keys::SpoolKeys;
use tokio::sync::{mpsc, oneshot};

use super::command::{Command, FreedByCut, NewCall, Told};
use super::live_recording::{LiveRecording, Moment};
use super::openings::Opener;
use super::pace::Pace;
use super::shared_spool::SharedSpool;
use crate::config::WorkerConfig;
use crate::rtp::receive::Receiver;
use crate::rtp::reports::Reporter;
use crate::vitals::Vitals;
use journaling::hand_over;
use releasing::release;
use telling::tell_sounds;

mod calls;
mod cutting;
mod journaling;
mod releasing;
mod telling;

/// After the dialog ends, packets that were overtaken by the BYE are still taken for so long.
const LINGER: Duration = Duration::from_millis(250);
/// How often ports are swept on which a handshake is on.
const HANDSHAKE: Duration = Duration::from_millis(10);
/// RTCP ports are swept, and reports sent where they are due, every so many ticks.
const RTCP_TICKS: u64 = 10;
/// Calls that wait on hold are swept every so many ticks.
const IDLE_TICKS: u64 = 5;
/// Octets that may wait with all calls together while the spool takes nothing: a minute of two hundred and fifty calls.
const ALL_PENDING: usize = 256 * 1024 * 1024;
/// Calls swept between two looks at what else is asked: an answer to a re-INVITE waits for it.
const SLICE: usize = 16;
/// From this share on the spool counts as nearly full: an alarm, and parts of live calls are sealed early.
const NEARLY_FULL: f64 = 0.8;

/// The handle of the recording thread and of the one beside it that opens calls.
pub struct RecorderThread {
    commands: Sender<Command>,
    openings: Sender<NewCall>,
    vitals: Arc<Vitals>,
    spool: Arc<SharedSpool>,
    recording: Option<JoinHandle<Commands<Command>>>,
    opening: Option<JoinHandle<()>>,
    /// What is asked of the thread after its end.
    late: Option<Commands<Command>>,
}

impl RecorderThread {
    /// Starts both on an opened spool; what they have to tell goes into `told`.
    pub fn start(
        spool: Spool,
        keys: Arc<SpoolKeys>,
        config: &WorkerConfig,
        identity: Option<DtlsIdentity>,
        told: mpsc::UnboundedSender<Told>,
    ) -> std::io::Result<Self> {
        let (commands, receiver) = channel();
        let (openings, asked) = channel();
        // On a small disk a smaller reserve: it must not refuse every call.
        let room = spool.used_bytes().saturating_add(spool.available_bytes().unwrap_or(u64::MAX));
        let reserve = config.spool_reserve_bytes.min(room / 4);
        let vitals = Arc::new(Vitals::default());
        let (spool, began) = (Arc::new(SharedSpool::new(spool, keys)), Instant::now());
        let opener = Opener {
            spool: spool.clone(),
            recorder: commands.clone(),
            began,
            identity: identity.clone(),
            seal_every: config.seal_every,
            reserve,
        };
        let (pace, seal_every, own_vitals) = (Pace::of(config), config.seal_every, vitals.clone());
        // The receive buffers hold raw pointers, so the recorder is made on the thread that uses it.
        let own_spool = spool.clone();
        let body = move || {
            Recorder::new(own_spool, began, pace, seal_every, identity, told, own_vitals).run(&receiver);
            receiver
        };
        let recording = std::thread::Builder::new().name("recorder".into()).spawn(body)?;
        let opening =
            std::thread::Builder::new().name("openings".into()).spawn(move || opener.run(&asked))?;
        let (recording, opening) = (Some(recording), Some(opening));
        Ok(Self { commands, openings, vitals, spool, recording, opening, late: None })
    }
    /// A way to have calls opened.
    pub fn openings(&self) -> Sender<NewCall> {
        self.openings.clone()
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
        // First the one that gives the other its calls.
        let _gone = self.openings.send(NewCall::Stop);
        let _panicked = self.opening.take().map(JoinHandle::join);
        let _gone = self.commands.send(Command::Stop);
        if let Some(Ok(late)) = self.recording.take().map(JoinHandle::join) {
            self.late = Some(late);
        }
    }
}

impl Drop for RecorderThread {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Recorder {
    spool: Arc<SharedSpool>,
    told: mpsc::UnboundedSender<Told>,
    calls: HashMap<RecordingId, LiveRecording>,
    receiver: Receiver,
    began: Instant,
    scratch: Vec<u8>,
    /// Lent to each call in turn while it is swept: a call that waits for nothing holds no buffer.
    spare: PendingEntries,
    ticks: u64,
    /// When the last sweep began, whether anything of it still waits with its call, and when the last sweep began of which
    /// everything is durable.
    swept_at: Duration,
    left_over: bool,
    durable_at: Duration,
    /// The calls of a sweep, in a buffer that is used again.
    order: Vec<RecordingId>,
    reporter: Reporter,
    /// Calls whose last entry waits for a commit: only what is durable may be sealed and released.
    ended: Vec<Told>,
    /// Cuts that wait to hear that they are durable.
    cuts: Vec<(oneshot::Sender<Option<FreedByCut>>, FreedByCut)>,
    /// The spool is nearly full.
    crowded: bool,
    /// The certificate we show in handshakes.
    identity: Option<DtlsIdentity>,
    pace: Pace,
    seal_every: Duration,
    vitals: Arc<Vitals>,
}

impl Recorder {
    fn new(
        spool: Arc<SharedSpool>,
        began: Instant,
        pace: Pace,
        seal_every: Duration,
        identity: Option<DtlsIdentity>,
        told: mpsc::UnboundedSender<Told>,
        vitals: Arc<Vitals>,
    ) -> Self {
        Self {
            spool,
            told,
            calls: HashMap::new(),
            receiver: Receiver::default(),
            began,
            scratch: Vec::with_capacity(64 * 1024),
            spare: PendingEntries::with_capacity(16 * 1024),
            ticks: 0,
            swept_at: Duration::ZERO,
            left_over: false,
            durable_at: Duration::ZERO,
            order: Vec::new(),
            reporter: Reporter::default(),
            ended: Vec::new(),
            cuts: Vec::new(),
            seal_every,
            crowded: false,
            identity,
            pace,
            vitals,
        }
    }
    fn now(&self) -> Moment {
        Moment::since(self.began)
    }
    fn run(mut self, commands: &Commands<Command>) {
        let mut next_tick = self.pace.for_calls(0);
        loop {
            let tick = next_tick.saturating_sub(self.began.elapsed());
            let wait =
                if self.calls.values().any(LiveRecording::shakes_hands) { tick.min(HANDSHAKE) } else { tick };
            match commands.recv_timeout(wait) {
                Ok(first) => {
                    let going = self.take(first);
                    if !(self.take_waiting(commands) && going) {
                        break;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.shake_hands();
            let now = self.began.elapsed();
            if now >= next_tick {
                if !self.tick(commands) {
                    break;
                }
                // A tick that was late is not made up for: the next one takes more.
                next_tick = now + self.pace.for_calls(self.calls.len());
            }
        }
        self.sweep(None);
        self.commit();
    }
    /// Does what else is asked by now; `false` to stop.
    fn take_waiting(&mut self, commands: &Commands<Command>) -> bool {
        let mut going = true;
        while let Ok(more) = commands.try_recv() {
            going &= self.take(more);
        }
        going
    }
    /// Does one command; `false` to stop.
    fn take(&mut self, command: Command) -> bool {
        match command {
            Command::Take(call) => {
                self.calls.insert(call.recording, *call);
            }
            Command::Update { recording, updated, sockets, on_hold, taken } => {
                self.update(recording, *updated, sockets, &on_hold);
                let _nobody_waits = taken.map(|taken| taken.send(()));
            }
            Command::Feed { recording, packets } => {
                let now = self.now();
                // A call that is gone, or is not opened yet: nothing that was promised to anybody.
                if let Some(call) = self.calls.get_mut(&recording) {
                    call.feed(&packets, now);
                }
            }
            Command::Protect { recording, protection } => {
                if let Some(call) = self.calls.get_mut(&recording) {
                    call.protect(protection, self.identity.as_ref());
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
            Command::FreeCut(_) | Command::Release(_) => release(&self.spool, &command),
            Command::Stop => return false,
            #[cfg(test)]
            Command::Stand(until) => {
                let _let_go = until.recv();
            }
        }
        true
    }
    fn tick(&mut self, commands: &Commands<Command>) -> bool {
        self.ticks += 1;
        let began = Instant::now();
        let going = self.sweep(Some(commands));
        metrics::histogram!("rokuon_sweep_seconds").record(began.elapsed().as_secs_f64());
        self.end_calls();
        let committed = self.commit();
        if committed && !self.left_over {
            self.durable_at = self.swept_at;
        }
        if self.ticks.is_multiple_of(IDLE_TICKS) {
            self.look_at_room();
            if committed || self.crowded {
                self.tell_lasting();
            }
        }
        going
    }
    /// Handshakes wait for nobody's tick: their ports are looked at in between. Packets that come along wait with their call.
    fn shake_hands(&mut self) {
        let now = self.now();
        for call in self.calls.values_mut().filter(|call| call.shakes_hands()) {
            call.sweep(&mut self.receiver, now);
        }
    }
    fn look_at_room(&mut self) {
        let crowded = self.spool.lock().is_nearly_full(NEARLY_FULL).unwrap_or(false);
        if crowded != self.crowded {
            self.crowded = crowded;
            if crowded {
                tracing::error!("THE SPOOL IS NEARLY FULL: parts of live calls are sealed early");
            } else {
                tracing::warn!("the spool has room again");
            }
        }
        metrics::gauge!("rokuon_spool_nearly_full").set(f64::from(u8::from(crowded)));
    }
    /// Takes what the kernel holds for every call into the spool's buffer. Between slices of calls it hears who else wants
    /// something, so that a new call does not wait for a thousand others; `false` to stop.
    fn sweep(&mut self, commands: Option<&Commands<Command>>) -> bool {
        (self.swept_at, self.left_over) = (self.began.elapsed(), false);
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        order.extend(self.calls.keys().copied());
        let (mut packets, mut going) = (0, true);
        for slice in order.chunks(SLICE) {
            for recording in slice {
                packets += self.sweep_call(*recording);
            }
            if let Some(commands) = commands {
                going &= self.take_waiting(commands);
            }
        }
        self.order = order;
        metrics::counter!("rokuon_media_datagrams_total").increment(packets as u64);
        metrics::gauge!("rokuon_live_recordings").set(self.calls.len() as f64);
        going
    }
    fn sweep_call(&mut self, recording: RecordingId) -> usize {
        let now = self.now();
        let limit = PENDING_LIMIT.min(ALL_PENDING / self.calls.len().max(1));
        let Some(call) = self.calls.get_mut(&recording) else { return 0 };
        if call.is_idle() && !self.ticks.is_multiple_of(IDLE_TICKS) {
            return 0;
        }
        call.live.lend(&mut self.spare);
        call.live.limit_pending(limit);
        let packets = call.sweep(&mut self.receiver, now);
        if self.ticks.is_multiple_of(RTCP_TICKS) {
            call.sweep_rtcp(&mut self.receiver, now);
            call.report(&mut self.reporter, now);
            tell_sounds(call, &self.told, now);
        }
        if !self.spool.is_stuck() {
            hand_over(call, &self.spool, &mut self.scratch);
        }
        self.left_over |= call.live.pending_len() > 0;
        call.live.give_back(&mut self.spare);
        let fails = call.media_fails();
        if let Some(why) = fails {
            // Somebody else answers for the peer: nothing more is taken, and the recording says why.
            call.closing.get_or_insert((now.monotonic, why));
        }
        if fails.is_some() || call.falls_silent(now) {
            let _gone = self.told.send(Told::Silent(recording));
        }
        packets
    }
    /// Makes everything that waits durable, and tells those who wait for that; says whether it could.
    fn commit(&mut self) -> bool {
        let committed = self.spool.commit(!self.cuts.is_empty()).is_ok();
        let spool = self.spool.lock();
        let (used, free) = (spool.used_bytes(), spool.available_bytes().unwrap_or(0));
        drop(spool);
        let full = self.spool.is_full();
        metrics::gauge!("rokuon_spool_full").set(f64::from(u8::from(full)));
        metrics::gauge!("rokuon_spool_bytes").set(used as f64);
        self.vitals.recorder(self.calls.len(), used, free, full);
        if committed {
            for (answer, freed) in self.cuts.drain(..) {
                let _gone = answer.send(Some(freed));
            }
            for told in self.ended.drain(..) {
                let _gone = self.told.send(told);
            }
        }
        committed
    }
}

#[cfg(test)]
mod tests;
