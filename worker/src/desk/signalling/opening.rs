//! Opening a call: ports, a data key, the first journal entry; and only then the answer.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use rokuon_capture::journal::CallOpened;
use rokuon_db::connection_events::ConnectionEvent;
use rokuon_db::connection_figures::{ConnectionFigure, Figures};
use rokuon_db::unrecorded_counts::RefusalReason;
use rokuon_policy::ids::{CallId, RecordingId};
use rokuon_policy::recording_scope::RecordingStart;
use rokuon_sip::endpoint::event::Invite;
use rokuon_sip::transport::Transport;
use rokuon_storage::data_key_pool::DataKeyPool;
use serde_json::json;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::news::News;
use super::{Desk, RETRY_AFTER};
use crate::desk::call::{DeskCall, Keeping};
use crate::desk::inputs::{OpenFailure, Opened, OpenedCall, Settled};
use crate::desk::offers::Offer;
use crate::desk::protection::Means;
use crate::recorder::command::{NewCall, NotOpened, OpenCall, StreamSocket};
use crate::registrar::observing::Sighting;
use crate::registrar::{Note, StartedCall};
use crate::routing::table::ConnectionRoute;
use crate::rtp::protection::StreamProtection;

/// How long an INVITE waits for a data key before it is answered 503.
const KEY_WAIT: Duration = Duration::from_secs(2);

impl Desk {
    /// Opens a recording where there is something to record, else answers without media; the dialog lives either way, and
    /// a later offer or later metadata may open it.
    pub(super) fn keep_or_not(&mut self, invite: &Invite, offer: &Offer, call: DeskCall) {
        // A session with no call in it and nothing sent is a recording session kept in readiness (RFC 7866 §6.1).
        let waits = call.routing.channels.iter().all(Option::is_none)
            || (offer.is_inactive() && call.metadata.is_some() && call.session().is_none());
        match (call.routing.kept, waits) {
            (true, false) => self.open(invite, offer, call),
            (true, true) => self.answer_without_media(invite, offer, call),
            (false, _) => {
                self.parts.registrar.note(Note::not_kept(&call.routing));
                self.parts.registrar.observe(&call.connection, Sighting::of(ConnectionEvent::NotKept));
                self.answer_without_media(invite, offer, call);
            }
        }
    }

    /// Answers, but wants no media: of a call that is not kept, or not yet.
    pub(super) fn answer_without_media(&mut self, invite: &Invite, offer: &Offer, mut call: DeskCall) {
        let address = self.media_address(invite);
        call.answer = offer.answer(address, call.sdp_session, &call.answer, &[], self.sink());
        self.parts.endpoint.accept(self.began.elapsed(), invite.id, &call.answer);
        self.calls.insert(invite.dialog.clone(), call);
    }

    /// The port named for streams that nobody reads.
    fn sink(&self) -> u16 {
        self.parts.unkept_media.local_addr().map_or(9, |address| address.port())
    }

    /// What an answer to this request can rest on.
    pub(super) fn means(&self, invite: &Invite) -> Means<'_> {
        let over_tls = invite.flow.transport == Transport::Tls;
        Means { over_tls, identity: self.parts.identity.as_ref() }
    }

    fn media_address(&self, invite: &Invite) -> IpAddr {
        let configured = self.parts.config.media_address_for(invite.flow.remote.ip());
        if configured.is_unspecified() { invite.flow.local.ip() } else { configured }
    }

    /// Writes down in the call what an offer and our ports make of its streams, and our answer.
    pub(super) fn settle_streams(
        &self,
        invite: &Invite,
        offer: &Offer,
        call: &mut DeskCall,
        ports: &[Option<u16>],
    ) {
        let first = call.first_stream;
        call.streams = offer.setups(&call.routing, first);
        let port = |index: u8| ports.get(usize::from(index.checked_sub(first)?)).copied().flatten();
        call.ports = call.streams.iter().filter_map(|s| Some((s.index, port(s.index)?))).collect();
        call.answer =
            offer.answer(self.media_address(invite), call.sdp_session, &call.answer, ports, self.sink());
    }

    /// Binds ports, then lets the recorder make the call durable; the answer follows in `finish_opening`.
    fn open(&mut self, invite: &Invite, offer: &Offer, mut call: DeskCall) {
        let bound = match offer.bind(&call.routing, call.first_stream, &mut self.parts.ports, &[]) {
            Ok(bound) => bound,
            Err(error) => {
                tracing::error!(%error, "a call was refused");
                self.parts.registrar.refused(&call.connection, RefusalReason::NoPort);
                let busy = Sighting::of(ConnectionEvent::RecorderBusy).status(503);
                self.parts.registrar.observe(&call.connection, busy.with(json!({ "why": "no_port" })));
                return self.refuse(invite, 503, "No Media Port", Some(RETRY_AFTER));
            }
        };
        self.settle_streams(invite, offer, &mut call, &bound.ports);
        // Written down before it is promised: a kill right after the 200 finds the dialog in the journal.
        let endpoint = &self.parts.endpoint;
        let mut snapshot = endpoint.snapshot_offered(invite.id).or_else(|| endpoint.snapshot(&invite.dialog));
        if let Some(snapshot) = &mut snapshot {
            snapshot.local_sdp.clone_from(&call.answer);
        }
        let received = self.received(invite);
        let opened = CallOpened {
            tenant: call.connection.tenant.clone(),
            // Takes the prefetched key's id below.
            recording: RecordingId(Uuid::nil()),
            call: CallId(Uuid::now_v7()),
            connection: call.connection.id,
            opened_at: self.parts.clock.now(),
            local_ports: call.ports.iter().map(|(_, port)| *port).collect(),
            streams: call.streams.clone(),
            dialog: serde_json::to_value(&snapshot).unwrap_or_default(),
            routing: serde_json::to_value(&call.routing).unwrap_or_default(),
            sdp: received.sdp,
            metadata: received.metadata,
            software_version: env!("CARGO_PKG_VERSION").to_owned(),
            continuation: None,
            repeated: false,
        };
        let open = OpenTask {
            keys: self.parts.keys.clone(),
            openings: self.parts.openings.clone(),
            connection: call.connection.clone(),
            silent_after: self.parts.config.silence_ends_call_after,
            on_hold: offer.on_hold(&call.routing, call.first_stream),
            protection: offer.protection(&call.routing, call.first_stream),
            paused: call.routing.start == RecordingStart::OnDemand,
            sockets: bound
                .sockets
                .into_iter()
                .map(|(stream, socket)| StreamSocket::new(stream, socket))
                .collect(),
        };
        let (answers, invite_id, dialog) = (self.settled.clone(), invite.id, invite.dialog.clone());
        call.keeping = Keeping::Opening;
        self.capacity.begin_opening();
        self.calls.insert(dialog.clone(), call);
        tokio::spawn(async move {
            let result = open.run(opened).await;
            let _stopped = answers.send(Settled::Opened(Opened { invite: invite_id, dialog, result }));
        });
    }

    pub(super) fn finish_opening(&mut self, done: Opened) {
        self.capacity.end_opening();
        let dialog = done.dialog.clone();
        self.answer_opened(done);
        self.first_of_fork_is_open(&dialog);
    }

    fn answer_opened(&mut self, done: Opened) {
        let now = self.began.elapsed();
        match (done.result, self.calls.get_mut(&done.dialog)) {
            (Ok(OpenedCall { recording, call: call_id, at: started_at }), Some(call)) => {
                call.keeping = Keeping::Recorded(recording, call_id);
                self.parts.endpoint.accept(now, done.invite, &call.answer);
                let (routing, session) = (call.routing.clone(), call.session());
                self.members.open(recording, call_id, done.dialog.clone());
                if let Some(session) = session {
                    self.members.name_session(session, &done.dialog);
                }
                // Accepting settled the session timer; a restart must know it.
                self.tell_recorder(recording, News::default());
                let setup = (self.parts.clock.now() - started_at).to_std().unwrap_or_default();
                let figures = Figures::from([(ConnectionFigure::of_setup(setup), 1)]);
                let (tenant, connection) = (routing.tenant.clone(), routing.connection);
                self.parts.registrar.note(Note::Figures { tenant, connection, figures });
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
                    self.parts.registrar.refused(&call.connection, RefusalReason::Recorder);
                    let busy = Sighting::of(ConnectionEvent::RecorderBusy).status(503);
                    self.parts.registrar.observe(&call.connection, busy.with(json!({ "why": "recorder" })));
                }
                self.parts.endpoint.refuse(now, done.invite, 503, "Recorder Not Ready", Some(RETRY_AFTER));
            }
            (Err(_), None) => {}
        }
    }
}

/// Everything an opening needs, away from the desk so that a slow key service delays no other call.
struct OpenTask {
    keys: Arc<DataKeyPool>,
    openings: Sender<NewCall>,
    connection: Arc<ConnectionRoute>,
    silent_after: Duration,
    on_hold: Vec<(u8, bool)>,
    protection: Vec<(u8, StreamProtection)>,
    /// Somebody has to start it.
    paused: bool,
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
            protection: self.protection,
            paused: self.paused,
            connection: self.connection,
            silent_after: self.silent_after,
        };
        let (answer, durable) = oneshot::channel();
        if self.openings.send(NewCall::Open(Box::new(call), answer)).is_err() {
            return Err(OpenFailure::Recorder(NotOpened::SpoolFailed));
        }
        match durable.await {
            Ok(Ok(())) => Ok(ids),
            Ok(Err(refused)) => Err(refused.into()),
            Err(_) => Err(OpenFailure::Recorder(NotOpened::SpoolFailed)),
        }
    }
}
