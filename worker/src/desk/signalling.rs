//! The desk's loop: messages in, answers out, calls opened, changed and closed.

use std::collections::HashMap;
use std::net::{IpAddr, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use chrono::DateTime;
use rokuon_capture::journal::{AsReceived, CallOpened, CallUpdated};
use rokuon_policy::clock::Clock;
use rokuon_policy::ids::{CallId, RecordingId};
use rokuon_sip::endpoint::Endpoint;
use rokuon_sip::endpoint::dialog::DialogSnapshot;
use rokuon_sip::endpoint::event::{DialogId, EndCause, Event, Invite, MetadataBody, Output};
use rokuon_storage::data_key_pool::DataKeyPool;
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

use super::call::{DeskCall, read_metadata};
use super::inputs::{OpenFailure, Opened, OpenedCall};
use super::offers::Offer;
use crate::config::WorkerConfig;
use crate::recorder::command::{Command, OpenCall, StreamSocket};
use crate::registrar::{Note, Registrar, StartedCall};
use crate::routing::call_routing::judge_call;
use crate::routing::table::{ConnectionRoute, Found, RoutingTable};
use crate::rtp::ports::PortPool;
use crate::sip::sockets::{Incoming, SipSockets};

/// How long a caller who is told 503 should wait, in seconds.
const RETRY_AFTER: u32 = 10;
/// How long an INVITE waits for a data key before it is answered 503.
const KEY_WAIT: Duration = Duration::from_secs(2);

/// A call that was live when the last process died.
pub struct Restored {
    /// Its dialog.
    pub snapshot: DialogSnapshot,
    /// The desk's side of it.
    pub call: DeskCall,
}

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
        loop {
            let due = self.parts.endpoint.next_timeout().map(|at| self.began + at);
            let idle = Instant::now() + Duration::from_secs(3_600);
            tokio::select! {
                biased;
                _ = stop.changed() => break,
                Some(done) = opened.recv() => self.finish_opening(done),
                message = incoming.recv() => match message {
                    Some(Incoming::Message(flow, bytes)) => {
                        if self.is_to_be_heard(flow.remote.ip()) {
                            self.parts.endpoint.receive(self.began.elapsed(), flow, &bytes);
                        }
                    }
                    Some(Incoming::Closed(flow)) => self.parts.endpoint.flow_closed(self.began.elapsed(), flow),
                    None => break,
                },
                Some(recording) = silent.recv() => self.hang_up(recording, "rtp_silence"),
                () = tokio::time::sleep_until(due.unwrap_or(idle).into()) => {
                    self.parts.endpoint.handle_timeout(self.began.elapsed());
                }
            }
            self.pump().await;
        }
        self.parts.sockets.close().await;
    }

    /// A source outside every connection's networks gets silence, unless one of its calls is live (its connection may
    /// have been changed meanwhile, or a restart may not know the networks yet).
    fn is_to_be_heard(&self, source: IpAddr) -> bool {
        let heard = self.parts.routes.load().knows_source(source)
            || self
                .calls
                .values()
                .any(|c| c.connection.networks.iter().any(|n| n.contains(&source.to_canonical())));
        if !heard {
            metrics::counter!("rokuon_sip_messages_ignored_total").increment(1);
        }
        heard
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
        let (connection, routes) = match self.parts.routes.load().find(&users, invite.flow.remote.ip()) {
            Found::Connection(connection, routes) => (connection, routes),
            Found::KnownSource => return self.refuse(invite, 403, "Unknown Recording Address", None),
            Found::UnknownSource => {
                metrics::counter!("rokuon_invites_ignored_total").increment(1);
                return self.parts.endpoint.ignore(invite.id);
            }
        };
        let refused = |desk: &Self, reason| desk.parts.registrar.note(Note::refused(&connection, reason));
        if self.calls.len() >= self.parts.config.max_calls {
            refused(self, "full");
            return self.refuse(invite, 503, "Recorder Full", Some(RETRY_AFTER));
        }
        let Some(offer) = invite.offer.as_ref().map(Offer::read) else {
            refused(self, "no_offer");
            return self.refuse(invite, 488, "An SDP Offer Is Needed", None);
        };
        if offer.is_unsupported() {
            refused(self, "no_codec");
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

    /// A call the policy does not record: answered, counted, no media taken.
    fn answer_unkept(&mut self, invite: &Invite, offer: &Offer, call: DeskCall) {
        let now = self.began.elapsed();
        let port = self.parts.unkept_media.local_addr().map_or(9, |a| a.port());
        let answer = offer.answer_without_media(self.media_address(invite), port, call.sdp.0, call.sdp.1);
        self.parts.endpoint.accept(now, invite.id, &answer);
        self.parts.registrar.note(Note::not_kept(&call.routing));
        self.calls.insert(invite.dialog.clone(), call);
    }

    fn media_address(&self, invite: &Invite) -> IpAddr {
        let configured = self.parts.config.media_address;
        if configured.is_unspecified() { invite.flow.local.ip() } else { configured }
    }

    /// Binds ports, then lets the recorder make the call durable; the answer follows in `finish_opening`.
    fn open(&mut self, invite: &Invite, offer: &Offer, mut call: DeskCall) {
        let (ports, sockets) = match offer.bind(&mut self.parts.ports, |_| None) {
            Ok(bound) => bound,
            Err(error) => {
                tracing::error!(%error, "a call was refused");
                self.parts.registrar.note(Note::refused(&call.connection, "no_port"));
                return self.refuse(invite, 503, "No Media Port", Some(RETRY_AFTER));
            }
        };
        let setups = offer.setups(&call.routing.channels, call.routing.mixed);
        call.answer = offer.answer(self.media_address(invite), &ports, call.sdp.0, call.sdp.1);
        call.ports =
            setups.iter().filter_map(|s| Some((s.index, (*ports.get(usize::from(s.index))?)?))).collect();
        let now = self.parts.clock.now();
        // Written down before it is promised: a kill right after the 200 finds the dialog in the journal.
        let endpoint = &self.parts.endpoint;
        let mut snapshot = endpoint.snapshot_offered(invite.id).or_else(|| endpoint.snapshot(&invite.dialog));
        if let Some(snapshot) = &mut snapshot {
            snapshot.local_sdp.clone_from(&call.answer);
        }
        let opened = CallOpened {
            tenant: call.connection.tenant.clone(),
            // Takes the prefetched key's id below.
            recording: RecordingId(Uuid::nil()),
            call: CallId(Uuid::now_v7()),
            connection: call.connection.id,
            opened_at: now,
            local_ports: call.ports.iter().map(|(_, port)| *port).collect(),
            streams: setups,
            dialog: serde_json::to_value(&snapshot).unwrap_or_default(),
            routing: serde_json::to_value(&call.routing).unwrap_or_default(),
            sdp: vec![AsReceived::new(now, "application/sdp", &invite.raw_offer)],
            metadata: invite
                .metadata
                .iter()
                .map(|m| AsReceived::new(now, m.content_type.clone(), &m.raw))
                .collect(),
            software_version: env!("CARGO_PKG_VERSION").to_owned(),
            continuation: None,
        };
        let open = OpenTask {
            keys: self.parts.keys.clone(),
            recorder: self.parts.recorder.clone(),
            connection: call.connection.clone(),
            silent_after: self.parts.config.silence_ends_call_after,
            on_hold: offer.on_hold(),
            sockets: sockets.into_iter().map(|(stream, socket)| StreamSocket::new(stream, socket)).collect(),
        };
        let (answers, invite_id, dialog) = (self.opened.clone(), invite.id, invite.dialog.clone());
        self.calls.insert(dialog.clone(), call);
        tokio::spawn(async move {
            let result = open.run(opened).await;
            let _stopped = answers.send(Opened { invite: invite_id, dialog, result });
        });
    }

    fn finish_opening(&mut self, done: Opened) {
        let now = self.began.elapsed();
        match (done.result, self.calls.get_mut(&done.dialog)) {
            (Ok(OpenedCall { recording, call: call_id, at: started_at }), Some(call)) => {
                call.recorded = Some((recording, call_id));
                self.dialogs.insert(recording, done.dialog.clone());
                self.parts.endpoint.accept(now, done.invite, &call.answer);
                let routing = call.routing.clone();
                if let Some(call) = self.calls.get(&done.dialog) {
                    // Accepting settled the session timer; a restart must know it.
                    let updated = Box::new(self.update_of(&done.dialog, call));
                    self.send(Command::Update {
                        recording,
                        updated,
                        sockets: Vec::new(),
                        on_hold: Vec::new(),
                    });
                }
                self.parts.registrar.note(Note::Started(Box::new(StartedCall {
                    recording,
                    call: call_id,
                    started_at,
                    sip_call_id: done.dialog.call_id,
                    routing,
                })));
            }
            // Cancelled while it was opened.
            (Ok(OpenedCall { recording, .. }), None) => self.close(recording, "cancelled"),
            (Err(error), Some(_)) => {
                tracing::error!(%error, "a call was refused");
                metrics::counter!("rokuon_invites_refused_total", "status" => "503").increment(1);
                if let Some(call) = self.calls.remove(&done.dialog) {
                    self.parts.registrar.note(Note::refused(&call.connection, "recorder"));
                }
                self.parts.endpoint.refuse(now, done.invite, 503, "Recorder Not Ready", Some(RETRY_AFTER));
            }
            (Err(_), None) => {}
        }
    }

    fn on_reinvite(&mut self, invite: &Invite) {
        let now = self.began.elapsed();
        let Some(mut call) = self.calls.remove(&invite.dialog) else {
            return self.refuse(invite, 481, "Call Does Not Exist", None);
        };
        let Some(offer) = invite.offer.as_ref().map(Offer::read) else {
            // A refresh without an offer: what was agreed stands.
            self.parts.endpoint.accept(now, invite.id, &call.answer);
            self.calls.insert(invite.dialog.clone(), call);
            return;
        };
        call.labels = offer.labels();
        match &invite.metadata {
            Some(body) => _ = call.take_metadata(invite.cseq, body),
            None => _ = call.judge_again(),
        }
        call.sdp.1 += 1;
        let Some((recording, call_id)) = call.recorded else {
            return if call.routing.kept {
                self.open(invite, &offer, call);
            } else {
                let port = self.parts.unkept_media.local_addr().map_or(9, |a| a.port());
                let answer =
                    offer.answer_without_media(self.media_address(invite), port, call.sdp.0, call.sdp.1);
                self.parts.endpoint.accept(now, invite.id, &answer);
                self.calls.insert(invite.dialog.clone(), call);
            };
        };
        let known = call.ports.clone();
        let port_of = |index: u8| known.iter().find(|(i, _)| *i == index).map(|(_, port)| *port);
        let (ports, sockets) = match offer.bind(&mut self.parts.ports, port_of) {
            Ok(bound) => bound,
            Err(error) => {
                tracing::error!(%error, "a change of a call was refused");
                self.calls.insert(invite.dialog.clone(), call);
                return self.refuse(invite, 503, "No Media Port", Some(RETRY_AFTER));
            }
        };
        let setups = offer.setups(&call.routing.channels, call.routing.mixed);
        call.answer = offer.answer(self.media_address(invite), &ports, call.sdp.0, call.sdp.1);
        call.ports =
            setups.iter().filter_map(|s| Some((s.index, (*ports.get(usize::from(s.index))?)?))).collect();
        self.parts.endpoint.accept(now, invite.id, &call.answer);
        let at = self.parts.clock.now();
        let updated = CallUpdated {
            local_ports: Some(call.ports.iter().map(|(_, port)| *port).collect()),
            streams: Some(setups),
            sdp: vec![AsReceived::new(at, "application/sdp", &invite.raw_offer)],
            metadata: invite
                .metadata
                .iter()
                .map(|m| AsReceived::new(at, m.content_type.clone(), &m.raw))
                .collect(),
            ..self.update_of(&invite.dialog, &call)
        };
        let sockets = sockets.into_iter().map(|(stream, socket)| StreamSocket::new(stream, socket)).collect();
        self.send(Command::Update {
            recording,
            updated: Box::new(updated),
            sockets,
            on_hold: offer.on_hold(),
        });
        self.parts.registrar.note(Note::Judged(call_id, Box::new(call.routing.clone())));
        self.calls.insert(invite.dialog.clone(), call);
    }

    fn on_metadata(&mut self, dialog: &DialogId, cseq: u32, body: &MetadataBody) {
        let Some(mut call) = self.calls.remove(dialog) else { return };
        let changed = call.take_metadata(cseq, body);
        if let Some((recording, call_id)) = call.recorded {
            let received = AsReceived::new(self.parts.clock.now(), body.content_type.clone(), &body.raw);
            let updated = CallUpdated { metadata: vec![received], ..self.update_of(dialog, &call) };
            self.send(Command::Update {
                recording,
                updated: Box::new(updated),
                sockets: Vec::new(),
                on_hold: Vec::new(),
            });
            if changed {
                self.parts.registrar.note(Note::Judged(call_id, Box::new(call.routing.clone())));
            }
        }
        self.calls.insert(dialog.clone(), call);
    }

    /// The journal entry that follows any change: the judgement and the dialog as they are now.
    fn update_of(&self, dialog: &DialogId, call: &DeskCall) -> CallUpdated {
        CallUpdated {
            at: DateTime::UNIX_EPOCH,
            at_micros: 0,
            streams: None,
            local_ports: None,
            dialog: self.parts.endpoint.snapshot(dialog).and_then(|s| serde_json::to_value(s).ok()),
            routing: serde_json::to_value(&call.routing).ok(),
            sdp: Vec::new(),
            metadata: Vec::new(),
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

/// Everything an opening needs, away from the desk so that a slow key service delays no other call.
struct OpenTask {
    keys: Arc<DataKeyPool>,
    recorder: Sender<Command>,
    connection: Arc<ConnectionRoute>,
    silent_after: Duration,
    on_hold: Vec<(u8, bool)>,
    sockets: Vec<StreamSocket>,
}

impl OpenTask {
    async fn run(self, mut opened: CallOpened) -> Result<OpenedCall, OpenFailure> {
        let asked = tokio::time::timeout(KEY_WAIT, self.keys.take_or_generate(&opened.tenant)).await;
        let Ok(Ok(pooled)) = asked else { return Err(OpenFailure::NoKey) };
        opened.recording = pooled.recording;
        let ids = OpenedCall { recording: opened.recording, call: opened.call, at: opened.opened_at };
        let call = OpenCall {
            opened,
            key: pooled.key,
            wrapped: pooled.wrapped,
            sockets: self.sockets,
            on_hold: self.on_hold,
            connection: self.connection,
            silent_after: self.silent_after,
        };
        let (answer, durable) = oneshot::channel();
        if self.recorder.send(Command::Open(Box::new(call), answer)).is_err() {
            return Err(OpenFailure::Recorder(crate::recorder::command::NotOpened::SpoolFailed));
        }
        match durable.await {
            Ok(Ok(())) => Ok(ids),
            Ok(Err(refused)) => Err(refused.into()),
            Err(_) => Err(OpenFailure::Recorder(crate::recorder::command::NotOpened::SpoolFailed)),
        }
    }
}
