//! Changes of a live call: re-INVITE, UPDATE, further metadata.

use chrono::DateTime;
use rokuon_capture::journal::{AsReceived, CallUpdated};
use rokuon_sip::endpoint::event::{DialogId, Invite, MetadataBody};

use super::{Desk, RETRY_AFTER};
use crate::desk::call::DeskCall;
use crate::desk::offers::Offer;
use crate::recorder::command::{Command, StreamSocket};
use crate::registrar::Note;

impl Desk {
    pub(super) fn on_reinvite(&mut self, invite: &Invite) {
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

    pub(super) fn on_metadata(&mut self, dialog: &DialogId, cseq: u32, body: &MetadataBody) {
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
    pub(super) fn update_of(&self, dialog: &DialogId, call: &DeskCall) -> CallUpdated {
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
}
