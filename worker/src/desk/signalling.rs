//! The desk's loop: messages in, answers out, calls opened, changed and closed.

use std::collections::HashMap;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use rokuon_db::unrecorded_counts::RefusalReason;
use rokuon_policy::clock::Clock;
use rokuon_policy::ids::RecordingId;
use rokuon_sip::endpoint::Endpoint;
use rokuon_sip::endpoint::dialog::DialogSnapshot;
use rokuon_sip::endpoint::event::{DialogId, EndCause, Event, Invite, Output};
use rokuon_storage::data_key_pool::DataKeyPool;
use tokio::sync::{mpsc, watch};
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

use super::call::{DeskCall, read_metadata};
use super::inputs::Opened;
use super::offers::Offer;
use crate::config::WorkerConfig;
use crate::recorder::command::Command;
use crate::registrar::{Note, Registrar};
use crate::routing::call_routing::judge_call;
use crate::routing::source_index::SourceIndex;
use crate::routing::table::{ConnectionRoute, Found, Origin, RoutingTable};
use crate::rtp::ports::PortPool;
use crate::sip::sockets::{Incoming, SipSockets};

mod changes;
mod opening;

/// How long a caller who is told 503 should wait, in seconds.
const RETRY_AFTER: u32 = 10;

/// A call that was live when the last process died.
pub struct Restored {
    /// Its dialog.
    pub snapshot: DialogSnapshot,
    /// The desk's side of it.
    pub call: DeskCall,
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
    /// Data keys.
    pub keys: Arc<DataKeyPool>,
    /// The recording thread.
    pub recorder: Sender<Command>,
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
    dialogs: HashMap<RecordingId, DialogId>,
    opened: mpsc::UnboundedSender<Opened>,
    opened_inbox: Option<mpsc::UnboundedReceiver<Opened>>,
}

impl Desk {
    /// A desk that takes up these calls again.
    pub fn new(parts: DeskParts, restored: Vec<Restored>) -> Self {
        let (opened, inbox) = mpsc::unbounded_channel();
        let mut desk = Self {
            parts,
            began: Instant::now(),
            calls: HashMap::new(),
            dialogs: HashMap::new(),
            opened,
            opened_inbox: Some(inbox),
        };
        for Restored { snapshot, call } in restored {
            let dialog = snapshot.id.clone();
            if let Some((recording, _)) = call.recorded {
                desk.dialogs.insert(recording, dialog.clone());
            }
            desk.parts.endpoint.restore(Duration::ZERO, snapshot);
            desk.calls.insert(dialog, call);
        }
        desk
    }

    /// Runs until `stop` says so. Live calls are left as they are: the journal holds them.
    pub async fn run(
        mut self,
        mut incoming: mpsc::Receiver<Incoming>,
        mut silent: mpsc::UnboundedReceiver<RecordingId>,
        mut stop: watch::Receiver<bool>,
    ) {
        let Some(mut opened) = self.opened_inbox.take() else { return };
        let mut housekeeping = tokio::time::interval(HOUSEKEEPING);
        housekeeping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let due = self.parts.endpoint.next_timeout().map(|at| self.began + at);
            let idle = Instant::now() + Duration::from_secs(3_600);
            tokio::select! {
                biased;
                _ = stop.changed() => break,
                Some(done) = opened.recv() => self.finish_opening(done),
                message = incoming.recv() => match message {
                    Some(Incoming::Message(flow, bytes)) => {
                        self.parts.endpoint.receive(self.began.elapsed(), flow, &bytes);
                    }
                    Some(Incoming::Closed(flow)) => self.parts.endpoint.flow_closed(self.began.elapsed(), flow),
                    None => break,
                },
                _ = housekeeping.tick() => self.keep_live_calls_heard(),
                Some(recording) = silent.recv() => self.hang_up(recording, "rtp_silence"),
                () = tokio::time::sleep_until(due.unwrap_or(idle).into()) => {
                    self.parts.endpoint.handle_timeout(self.began.elapsed());
                }
            }
            self.pump().await;
        }
        self.parts.sockets.close().await;
    }

    /// Sources of live calls stay heard though their connection was changed or switched off meanwhile.
    fn keep_live_calls_heard(&mut self) {
        let table = self.parts.routes.load();
        let lost =
            |c: &&Arc<ConnectionRoute>| table.connection(c.id).is_none_or(|now| now.networks != c.networks);
        let live: HashMap<_, _> =
            self.calls.values().map(|call| (call.connection.id, &call.connection)).collect();
        let networks = live.values().copied().filter(lost).flat_map(|c| &c.networks);
        self.parts.sockets.gate().hear_also(SourceIndex::of(networks));
    }

    async fn pump(&mut self) {
        while let Some(output) = self.parts.endpoint.poll_output() {
            match output {
                Output::Send { flow, bytes } => self.parts.sockets.send(flow, bytes).await,
                Output::Event(event) => self.on_event(event),
            }
        }
        metrics::gauge!("rokuon_sip_dialogs").set(self.calls.len() as f64);
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::Invite(invite) => self.on_invite(&invite),
            Event::Reinvite(invite) => self.on_reinvite(&invite),
            Event::Metadata { dialog, cseq, body } => self.on_metadata(&dialog, cseq, &body),
            Event::Confirmed { .. } => {}
            Event::Ended { dialog, cause } => self.on_ended(&dialog, cause),
        }
    }

    fn refuse(&mut self, invite: &Invite, status: u16, reason: &str, retry_after: Option<u32>) {
        metrics::counter!("rokuon_invites_refused_total", "status" => status.to_string()).increment(1);
        self.parts.endpoint.refuse(self.began.elapsed(), invite.id, status, reason, retry_after);
    }

    fn on_invite(&mut self, invite: &Invite) {
        let users = [invite.request_user.as_deref(), invite.to_user.as_deref()];
        let source = invite.flow.remote.ip();
        let certificate = self.parts.sockets.certificate(&invite.flow).map(|shown| shown.sha256);
        let (connection, routes) = match self.parts.routes.load().find(&users, Origin { source, certificate })
        {
            Found::Connection(connection, routes) => (connection, routes),
            Found::KnownSource if self.parts.sockets.gate().may_refuse(source) => {
                return self.refuse(invite, 403, "Unknown Recording Address", None);
            }
            Found::KnownSource => return self.parts.endpoint.ignore(invite.id),
            Found::UnknownSource => {
                metrics::counter!("rokuon_invites_ignored_total").increment(1);
                return self.parts.endpoint.ignore(invite.id);
            }
        };
        let refused = |desk: &Self, reason| desk.parts.registrar.note(Note::refused(&connection, reason));
        if self.calls.len() >= self.parts.config.max_calls {
            refused(self, RefusalReason::Full);
            return self.refuse(invite, 503, "Recorder Full", Some(RETRY_AFTER));
        }
        let Some(offer) = invite.offer.as_ref().map(Offer::read) else {
            refused(self, RefusalReason::NoOffer);
            return self.refuse(invite, 488, "An SDP Offer Is Needed", None);
        };
        if offer.is_unsupported() {
            refused(self, RefusalReason::NoCodec);
            return self.refuse(invite, 488, "PCMU Or PCMA Is Needed", None);
        }
        let (metadata, doubts) = read_metadata(invite.metadata.as_ref());
        let labels = offer.labels();
        let routing = judge_call(&routes, &connection, metadata.as_ref(), doubts.clone(), &labels);
        let call = DeskCall {
            connection,
            routes,
            recorded: None,
            metadata,
            metadata_cseq: invite.cseq,
            doubts,
            labels,
            ports: Vec::new(),
            routing,
            sdp: (u64::from(Uuid::new_v4().as_fields().0), 1),
            answer: String::new(),
            hung_up_for: None,
        };
        if call.routing.kept {
            self.open(invite, &offer, call)
        } else {
            self.answer_unkept(invite, &offer, call)
        }
    }

    fn on_ended(&mut self, dialog: &DialogId, cause: EndCause) {
        let Some(call) = self.calls.remove(dialog) else { return };
        let Some((recording, _)) = call.recorded else { return };
        self.dialogs.remove(&recording);
        let cause = match cause {
            EndCause::Bye => "bye",
            EndCause::Cancelled => "cancelled",
            EndCause::NoAck => "no_ack",
            EndCause::SessionExpired => "session_expired",
            EndCause::FlowLost => "transport_lost",
            EndCause::NoAnswer => "no_answer",
            EndCause::HungUp => call.hung_up_for.unwrap_or("hung_up"),
        };
        self.close(recording, cause);
    }

    fn hang_up(&mut self, recording: RecordingId, why: &'static str) {
        let Some(dialog) = self.dialogs.get(&recording).cloned() else {
            // The dialog is unknown (it could not be restored): nobody else will end this recording.
            return self.close(recording, why);
        };
        if let Some(call) = self.calls.get_mut(&dialog) {
            call.hung_up_for = Some(why);
        }
        self.parts.endpoint.hang_up(self.began.elapsed(), &dialog, why);
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
