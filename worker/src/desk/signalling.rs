//! The desk's loop: messages in, answers out, calls opened, changed and closed.

use std::collections::HashMap;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use rokuon_policy::clock::Clock;
use rokuon_policy::ids::{ConnectionId, RecordingId};
use rokuon_secure_media::dtls::identity::DtlsIdentity;
use rokuon_sip::digest::challenger::Challenger;
use rokuon_sip::endpoint::Endpoint;
use rokuon_sip::endpoint::dialog::DialogSnapshot;
use rokuon_sip::endpoint::event::{DialogId, EndCause, Event, Invite, Output};
use rokuon_sip::transport::Flow;
use rokuon_storage::data_key_pool::DataKeyPool;
use rokuon_storage::key_service::KeyService;
use rustls::ClientConfig;
use tokio::sync::{mpsc, watch};
use tokio::time::MissedTickBehavior;

use super::call::{DeskCall, Keeping};
use super::inputs::Settled;
use super::members::Members;
use super::registrations::{Prepared, RegisteredAccounts};
use crate::config::WorkerConfig;
use crate::recorder::command::{Command, NewCall};
use crate::registrar::Registrar;
use crate::routing::table::RoutingTable;
use crate::rtp::ports::PortPool;
use crate::running_worker::fill_with_entropy;
use crate::sip::sockets::{Incoming, SipSockets};

mod admission;
mod agreement;
mod capacity;
mod changes;
mod invite;
mod late_answer;
mod news;
mod opening;
mod pairing;
mod signs_of_life;

use admission::challenger;
use capacity::Capacity;
use news::News;
use pairing::{Fork, Waiting};

/// How long a caller who is told 503 should wait, in seconds.
const RETRY_AFTER: u32 = 10;

/// A call that was live when the last process died.
pub struct Restored {
    /// Its dialog.
    pub snapshot: DialogSnapshot,
    /// The desk's side of it.
    pub call: DeskCall,
}

/// What the worker is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Calls are taken.
    Serving,
    /// No new ones; live ones go on.
    Draining,
    /// The desk closes.
    Stopping,
}

/// How often the desk looks after what no message brings up.
const HOUSEKEEPING: Duration = Duration::from_secs(1);

/// What the desk works with.
pub struct DeskParts {
    /// The bound listeners.
    pub sockets: SipSockets,
    /// The protocol machine.
    pub endpoint: Endpoint,
    /// Media ports.
    pub ports: PortPool,
    /// The socket named in answers to calls that are not kept; nothing reads it.
    pub unkept_media: UdpSocket,
    /// Connections, lines, policies.
    pub routes: Arc<ArcSwap<RoutingTable>>,
    /// The certificate we show in handshakes on media ports; without one, streams that need a handshake are refused.
    pub identity: Option<DtlsIdentity>,
    /// Data keys.
    pub keys: Arc<DataKeyPool>,
    /// Opens the passwords of registrations.
    pub key_service: Arc<dyn KeyService>,
    /// Whom TLS that we dial trusts.
    pub dial_tls: Arc<ClientConfig>,
    /// The recording thread.
    pub recorder: Sender<Command>,
    /// The thread beside it that opens calls.
    pub openings: Sender<NewCall>,
    /// The way into the database.
    pub registrar: Registrar,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Settings.
    pub config: Arc<WorkerConfig>,
}

/// The desk.
pub struct Desk {
    parts: DeskParts,
    began: Instant,
    calls: HashMap<DialogId, DeskCall>,
    members: Members,
    /// The first dialog of each call that a phone forks.
    forks: HashMap<Fork, DialogId>,
    /// Second dialogs of such, by the first, while that one is opened.
    waiting: HashMap<DialogId, Box<Waiting>>,
    capacity: Capacity,
    is_draining: bool,
    /// When each connection was last noted to be alive.
    noted_alive: HashMap<ConnectionId, Duration>,
    challenger: Challenger,
    registrations: RegisteredAccounts,
    prepared_inbox: Option<mpsc::UnboundedReceiver<Prepared>>,
    settled: mpsc::UnboundedSender<Settled>,
    settled_inbox: Option<mpsc::UnboundedReceiver<Settled>>,
}

impl Desk {
    /// A desk that takes up these calls again.
    pub fn new(parts: DeskParts, restored: Vec<Restored>) -> Self {
        let (settled, inbox) = mpsc::unbounded_channel();
        let capacity = Capacity::new(&parts.config);
        let (prepared, prepared_inbox) = mpsc::unbounded_channel();
        let registrations = RegisteredAccounts::new(
            Box::new(fill_with_entropy),
            parts.sockets.dialler(parts.dial_tls.clone()),
            parts.key_service.clone(),
            parts.registrar.clone(),
            prepared,
        );
        let mut desk = Self {
            parts,
            began: Instant::now(),
            calls: HashMap::new(),
            members: Members::default(),
            forks: HashMap::new(),
            waiting: HashMap::new(),
            capacity,
            is_draining: false,
            noted_alive: HashMap::new(),
            challenger: challenger(),
            registrations,
            prepared_inbox: Some(prepared_inbox),
            settled,
            settled_inbox: Some(inbox),
        };
        for Restored { snapshot, call } in restored {
            let dialog = snapshot.id.clone();
            if let Keeping::Recorded(recording, call_id) = call.keeping {
                desk.members.open(recording, call_id, dialog.clone());
            }
            if let Some(session) = call.session() {
                desk.members.name_session(session, &dialog);
            }
            desk.parts.endpoint.restore(Duration::ZERO, snapshot);
            desk.calls.insert(dialog, call);
        }
        desk
    }

    /// Runs until told to stop. Live calls are left as they are: the journal holds them. `live` is told how many there are.
    pub async fn run(
        mut self,
        mut incoming: mpsc::Receiver<Incoming>,
        mut silent: mpsc::UnboundedReceiver<RecordingId>,
        mut phase: watch::Receiver<Phase>,
        live: watch::Sender<usize>,
    ) {
        let Some(mut settled) = self.settled_inbox.take() else { return };
        let Some(mut prepared) = self.prepared_inbox.take() else { return };
        let mut housekeeping = tokio::time::interval(HOUSEKEEPING);
        housekeeping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let due = [self.parts.endpoint.next_timeout(), self.registrations.next_timeout()];
            let due = due.into_iter().flatten().min().map(|at| self.began + at);
            let idle = Instant::now() + Duration::from_secs(3_600);
            tokio::select! {
                biased;
                told = phase.changed() => match (told, *phase.borrow_and_update()) {
                    (Ok(()), Phase::Serving) => {}
                    (Ok(()), Phase::Draining) => {
                        tracing::info!(calls = self.members.live(), "no new calls are taken; live ones go on");
                        self.parts.endpoint.drain(RETRY_AFTER);
                        self.is_draining = true;
                        self.registrations.take_back(self.began.elapsed());
                    }
                    (Ok(()), Phase::Stopping) | (Err(_), _) => break,
                },
                Some(done) = settled.recv() => match done {
                    Settled::Opened(done) => self.finish_opening(done),
                    Settled::Changed { invite, dialog } => self.finish_change(invite, &dialog),
                },
                message = incoming.recv() => match message {
                    Some(Incoming::Message(flow, bytes)) => self.receive(flow, &bytes),
                    Some(Incoming::Closed(flow)) => {
                        self.registrations.flow_closed(self.began.elapsed(), flow);
                        self.parts.endpoint.flow_closed(self.began.elapsed(), flow);
                    }
                    None => break,
                },
                Some(done) = prepared.recv() => {
                    self.registrations.take(self.began.elapsed(), done);
                    // What a registrar answers is to be heard from the first word.
                    self.keep_live_calls_heard();
                }
                _ = housekeeping.tick() => self.keep_house(),
                Some(recording) = silent.recv() => self.hang_up(recording, "rtp_silence"),
                () = tokio::time::sleep_until(due.unwrap_or(idle).into()) => {
                    self.parts.endpoint.handle_timeout(self.began.elapsed());
                    self.registrations.handle_timeout(self.began.elapsed());
                }
            }
            self.pump().await;
            let now_live = self.members.live() + self.capacity.opening();
            live.send_if_modified(|known| std::mem::replace(known, now_live) != now_live);
        }
        self.parts.sockets.close().await;
    }

    fn receive(&mut self, flow: Flow, message: &[u8]) {
        let now = self.began.elapsed();
        if self.registrations.receive(now, flow, message) {
            return;
        }
        if message.starts_with(b"OPTIONS ") {
            self.on_sign_of_life(&flow, message);
        }
        self.parts.endpoint.receive(now, flow, message);
    }

    async fn pump(&mut self) {
        while let Some(output) = self.parts.endpoint.poll_output() {
            match output {
                Output::Send { flow, bytes } => self.parts.sockets.send(flow, bytes).await,
                Output::Event(event) => self.on_event(event),
            }
        }
        while let Some((flow, bytes)) = self.registrations.poll_send() {
            self.parts.sockets.send(flow, bytes).await;
        }
        metrics::gauge!("rokuon_sip_dialogs").set(self.calls.len() as f64);
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::Invite(invite) => self.on_invite(&invite),
            Event::Reinvite(invite) => self.on_reinvite(&invite),
            Event::Metadata { dialog, cseq, body } => self.on_metadata(&dialog, cseq, &body),
            Event::Confirmed { dialog, late_answer } => {
                if let Some(answer) = late_answer {
                    self.on_late_answer(&dialog, &answer);
                }
            }
            Event::Ended { dialog, cause } => self.on_ended(&dialog, cause),
        }
    }

    pub(super) fn refuse(&mut self, invite: &Invite, status: u16, reason: &str, retry_after: Option<u32>) {
        metrics::counter!("rokuon_invites_refused_total", "status" => status.to_string()).increment(1);
        self.parts.endpoint.refuse(self.began.elapsed(), invite.id, status, reason, retry_after);
    }

    fn on_ended(&mut self, dialog: &DialogId, cause: EndCause) {
        self.forget_fork(dialog);
        let Some(call) = self.calls.remove(dialog) else { return };
        if let Some(session) = call.session() {
            self.members.forget_session(&session, dialog);
        }
        let Some(recording) = call.recording() else { return };
        let cause = match cause {
            EndCause::Bye => "bye",
            EndCause::Cancelled => "cancelled",
            EndCause::NoAck => "no_ack",
            EndCause::SessionExpired => "session_expired",
            EndCause::FlowLost => "transport_lost",
            EndCause::NoAnswer => "no_answer",
            EndCause::HungUp => call.hung_up_for.unwrap_or("hung_up"),
        };
        if self.members.leave(recording, dialog) {
            self.close(recording, cause);
        } else {
            self.tell_recorder(recording, News::default());
        }
    }

    fn hang_up(&mut self, recording: RecordingId, why: &'static str) {
        let dialogs = self.members.dialogs(recording);
        if dialogs.is_empty() {
            // The dialog is unknown (it could not be restored): nobody else will end this recording.
            return self.close(recording, why);
        }
        for dialog in dialogs {
            if let Some(call) = self.calls.get_mut(&dialog) {
                call.hung_up_for = Some(why);
            }
            self.parts.endpoint.hang_up(self.began.elapsed(), &dialog, why);
        }
    }

    fn close(&self, recording: RecordingId, cause: &'static str) {
        self.send(Command::Close { recording, cause });
    }

    fn send(&self, command: Command) {
        if self.parts.recorder.send(command).is_err() {
            tracing::error!("THE RECORDING THREAD IS GONE");
        }
    }
}
