//! Changes of a live call: re-INVITE, UPDATE, further metadata; and a dialog that takes another's place.

use rokuon_sip::endpoint::event::{DialogId, Invite, InviteId, MetadataBody};
use tokio::sync::oneshot;

use rokuon_sip::siprec::metadata::DataMode;

use super::news::News;
use super::{Desk, RETRY_AFTER};
use crate::desk::call::{DeskCall, Keeping};
use crate::desk::inputs::Settled;
use crate::desk::offers::Offer;
use crate::recorder::command::{Command, StreamSocket};
use crate::registrar::Note;

impl Desk {
    pub(super) fn on_reinvite(&mut self, invite: &Invite) {
        let now = self.began.elapsed();
        let Some(mut call) = self.calls.remove(&invite.dialog) else {
            return self.refuse(invite, 481, "Call Does Not Exist", None);
        };
        let offered = invite.offer.as_ref().map(|offer| Offer::read(offer, self.means(invite)));
        let Some(offer) = offered else {
            // A refresh without an offer: what was agreed stands, and is offered again.
            self.parts.endpoint.accept(now, invite.id, &call.answer);
            self.calls.insert(invite.dialog.clone(), call);
            return;
        };
        call.labels = offer.labels();
        let before = call.session();
        match &invite.metadata {
            Some(body) => _ = call.take_metadata(invite.cseq, body),
            None => _ = call.judge_again(),
        }
        self.follow_session(&invite.dialog, before.as_ref(), &call);
        if call.records_another_call(before.as_ref()) {
            self.part_with_recording(&invite.dialog, &mut call);
        }
        match call.keeping {
            Keeping::Recorded(..) => self.change(invite, &offer, call),
            Keeping::NotYet => self.keep_or_not(invite, &offer, call),
            Keeping::Opening | Keeping::Superseded => self.answer_without_media(invite, &offer, call),
        }
    }

    /// Tells the recorder how the streams are from now on; the answer follows in `finish_change`, once it listens so. Who
    /// hears a 200 may send at once.
    fn change(&mut self, invite: &Invite, offer: &Offer, mut call: DeskCall) {
        let Keeping::Recorded(recording, call_id) = call.keeping else { return };
        let (first, known) = (call.first_stream, call.ports.clone());
        let bound = match offer.bind(&call.routing, first, &mut self.parts.ports, &known) {
            Ok(bound) => bound,
            Err(error) => {
                tracing::error!(%error, "a change of a call was refused");
                self.calls.insert(invite.dialog.clone(), call);
                return self.refuse(invite, 503, "No Media Port", Some(RETRY_AFTER));
            }
        };
        let on_hold = offer.on_hold(&call.routing, first);
        let protection = offer.protection(&call.routing, first);
        self.settle_streams(invite, offer, &mut call, &bound.ports);
        let routing = call.routing.clone();
        self.calls.insert(invite.dialog.clone(), call);
        let sockets =
            bound.sockets.into_iter().map(|(stream, socket)| StreamSocket::new(stream, socket)).collect();
        // Before the streams themselves: what is protected is never taken for plain.
        if !protection.is_empty() {
            self.send(Command::Protect { recording, protection });
        }
        let (taken, listens) = oneshot::channel();
        let news = News { sockets, on_hold, streams: true, taken: Some(taken), ..self.received(invite) };
        self.tell_recorder(recording, news);
        self.parts.registrar.note(Note::Judged(call_id, Box::new(routing)));
        let (settled, invite, dialog) = (self.settled.clone(), invite.id, invite.dialog.clone());
        tokio::spawn(async move {
            let _the_recording_is_gone = listens.await;
            let _stopped = settled.send(Settled::Changed { invite, dialog });
        });
    }

    /// Answers a change that the recorder has taken.
    pub(super) fn finish_change(&mut self, invite: InviteId, dialog: &DialogId) {
        let Some(call) = self.calls.get(dialog) else { return };
        let recording = call.recording();
        self.parts.endpoint.accept(self.began.elapsed(), invite, &call.answer);
        // Accepting settled the session timer and our own description; a restart must know them.
        if let Some(recording) = recording {
            self.tell_recorder(recording, News::default());
        }
    }

    pub(super) fn on_metadata(&mut self, dialog: &DialogId, cseq: u32, body: &MetadataBody) {
        let Some(call) = self.calls.get_mut(dialog) else { return };
        let (before, knew_nothing) = (call.session(), call.metadata.is_none());
        let changed = call.take_metadata(cseq, body);
        // Late metadata may be what tells who speaks where.
        let streams = changed && call.place_streams();
        let is_partial = call.metadata.as_ref().is_some_and(|known| known.datamode == DataMode::Partial);
        let (keeping, after, routing) = (call.keeping, call.session(), call.routing.clone());
        if before != after {
            if let Some(before) = &before {
                self.members.forget_session(before, dialog);
            }
            if let Some(after) = after {
                self.members.name_session(after, dialog);
            }
        }
        if let Keeping::Recorded(recording, call_id) = keeping {
            let metadata = vec![self.metadata_received(body)];
            self.tell_recorder(recording, News { metadata, streams, ..News::default() });
            if changed {
                self.parts.registrar.note(Note::Judged(call_id, Box::new(routing)));
            }
        }
        // A change to something that never came is worth little: everything is asked for (RFC 7866 §9.2).
        let missed = self.parts.endpoint.take_missed(dialog);
        if is_partial && (missed || knew_nothing) {
            let now = self.began.elapsed();
            self.parts.endpoint.request_snapshot(now, dialog, "earlier metadata did not arrive");
        }
    }

    /// The live dialog whose recording this one continues: the same communication session, on the same connection, with the
    /// same streams. A recording client that lost its way to us, or its dialog, sets the session up anew.
    pub(super) fn superseded_by(&self, call: &DeskCall) -> Option<DialogId> {
        let dialog = self.members.of_session(&call.session()?)?;
        let old = self.calls.get(dialog)?;
        let same = |one: &DeskCall| one.labels.iter().map(|label| label.label.clone()).collect::<Vec<_>>();
        (old.recording().is_some() && same(old) == same(call)).then(|| dialog.clone())
    }

    /// Goes on with the recording of `old` in a new dialog, on the same ports; the old dialog feeds nothing any more.
    pub(super) fn take_over(&mut self, invite: &Invite, offer: &Offer, mut call: DeskCall, old: &DialogId) {
        let Some(before) = self.calls.get_mut(old) else { return self.keep_or_not(invite, offer, call) };
        let Some(recording) = before.recording() else { return self.keep_or_not(invite, offer, call) };
        tracing::info!(%recording, "a recording goes on in another dialog of the same session");
        metrics::counter!("rokuon_dialogs_superseded_total").increment(1);
        call.keeping = std::mem::replace(&mut before.keeping, Keeping::Superseded);
        (call.first_stream, call.ports) = (before.first_stream, before.ports.clone());
        call.sdp_session = before.sdp_session;
        self.members.replace(recording, old, &invite.dialog);
        self.follow_session(&invite.dialog, None, &call);
        self.change(invite, offer, call);
    }

    /// Keeps the index of sessions true.
    pub(super) fn follow_session(
        &mut self,
        dialog: &DialogId,
        before: Option<&(rokuon_policy::ids::ConnectionId, String)>,
        call: &DeskCall,
    ) {
        let after = call.session();
        if let Some(before) = before.filter(|before| Some(*before) != after.as_ref()) {
            self.members.forget_session(before, dialog);
        }
        if let Some(after) = after {
            self.members.name_session(after, dialog);
        }
    }

    /// The recording is over; the dialog goes on with another call.
    fn part_with_recording(&mut self, dialog: &DialogId, call: &mut DeskCall) {
        if let Some(recording) = call.recording()
            && self.members.leave(recording, dialog)
        {
            self.close(recording, "session_ended");
        }
        call.keeping = Keeping::NotYet;
        call.ports.clear();
        call.streams.clear();
    }
}
