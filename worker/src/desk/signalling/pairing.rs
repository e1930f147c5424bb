//! Two dialogs of one call: a phone that forks what its user says and what it hears (built-in bridge) calls us twice, and
//! the references in its From join the two to one recording of two channels.

use rokuon_db::unrecorded_counts::RefusalReason;
use rokuon_policy::ids::ConnectionId;
use rokuon_sip::endpoint::event::{DialogId, Invite};
use rokuon_sip::siprec::header_parties::ForkedLeg;
use rokuon_sip::siprec::party::Party;

use super::news::News;
use super::{Desk, RETRY_AFTER};
use crate::desk::call::{DeskCall, Keeping};
use crate::desk::offers::Offer;
use crate::recorder::command::{Command, StreamSocket};
use crate::registrar::Note;
use crate::routing::call_routing::OfferedLabel;

/// What joins the two: the connection and both ends' references, the smaller first.
pub(super) type Fork = (ConnectionId, String, String);

/// An INVITE that waits for the one it belongs to.
pub(super) struct Waiting {
    pub invite: Invite,
    pub offer: Offer,
    pub call: DeskCall,
}

/// What both dialogs of a forking phone name; `None` where this one does not name the other.
pub(super) fn fork_of(leg: &ForkedLeg, connection: ConnectionId) -> Option<Fork> {
    let far = leg.far_reference.clone()?;
    let (one, two) =
        if leg.reference <= far { (leg.reference.clone(), far) } else { (far, leg.reference.clone()) };
    Some((connection, one, two))
}

/// Far end and near end. Nothing says who called whom, so the far end stands as the caller: offices are called more than
/// they call. Who speaks on this dialog's stream is certain, and the stream is named so.
pub(super) fn parties_of_fork(leg: &ForkedLeg, labels: &mut [OfferedLabel]) -> Vec<Party> {
    let speaker = if leg.is_near_end { "near" } else { "far" };
    if let Some(label) = labels.first_mut() {
        label.label = Some(speaker.to_owned());
    }
    let party = |first_listed: usize, number: &Option<String>, end: &str| Party {
        participant_id: end.to_owned(),
        number_raw: number.clone(),
        aor: number.clone(),
        labels_sent: vec![end.to_owned()],
        first_listed,
        ..Party::default()
    };
    vec![party(0, &leg.far_address, "far"), party(1, &leg.near_address, "near")]
}

impl Desk {
    /// Opens a recording for the first dialog of a fork; the second joins it, once it is open.
    pub(super) fn pair(&mut self, fork: Fork, mut waiting: Box<Waiting>) {
        let other =
            self.forks.get(&fork).and_then(|dialog| Some((dialog.clone(), self.calls.get(dialog)?.keeping)));
        match other {
            Some((first, Keeping::Opening)) => {
                waiting.call.first_stream = 1;
                self.waiting.insert(first, waiting);
            }
            Some((_, Keeping::Recorded(..))) => self.join(&fork, *waiting),
            _ => {
                self.forks.insert(fork, waiting.invite.dialog.clone());
                let Waiting { invite, offer, call } = *waiting;
                self.keep_or_not(&invite, &offer, call);
            }
        }
    }

    /// Lets the second dialog in, once the first is open; or on its own, where the first failed.
    pub(super) fn first_of_fork_is_open(&mut self, first: &DialogId) {
        let Some(waiting) = self.waiting.remove(first) else { return };
        let is_open = self.calls.get(first).and_then(DeskCall::recording).is_some();
        let fork = self.forks.iter().find(|(_, dialog)| *dialog == first).map(|(fork, _)| fork.clone());
        match fork.filter(|_| is_open) {
            Some(fork) => self.join(&fork, *waiting),
            None => {
                let Waiting { invite, offer, mut call } = *waiting;
                call.first_stream = 0;
                self.keep_or_not(&invite, &offer, call);
            }
        }
    }

    /// Forgets what joined a dialog to others.
    pub(super) fn forget_fork(&mut self, dialog: &DialogId) {
        self.forks.retain(|_, first| first != dialog);
        if let Some(waiting) = self.waiting.remove(dialog) {
            let Waiting { invite, offer, mut call } = *waiting;
            call.first_stream = 0;
            self.keep_or_not(&invite, &offer, call);
        }
        self.waiting.retain(|_, waiting| waiting.invite.dialog != *dialog);
    }

    /// Adds a dialog's stream to the recording of the first.
    fn join(&mut self, fork: &Fork, waiting: Waiting) {
        let Waiting { invite, offer, mut call } = waiting;
        let first = self.forks.get(fork).and_then(|dialog| self.calls.get(dialog));
        let Some(Keeping::Recorded(recording, call_id)) = first.map(|first| first.keeping) else {
            return self.keep_or_not(&invite, &offer, call);
        };
        call.first_stream = 1;
        let bound = match offer.bind(&call.routing, call.first_stream, &mut self.parts.ports, &[]) {
            Ok(bound) => bound,
            Err(error) => {
                tracing::error!(%error, "the second dialog of a call was refused");
                self.parts.registrar.refused(&call.connection, RefusalReason::NoPort);
                return self.refuse(&invite, 503, "No Media Port", Some(RETRY_AFTER));
            }
        };
        self.settle_streams(&invite, &offer, &mut call, &bound.ports);
        call.keeping = Keeping::Recorded(recording, call_id);
        let on_hold = offer.on_hold(&call.routing, call.first_stream);
        let protection = offer.protection(&call.routing, call.first_stream);
        self.parts.endpoint.accept(self.began.elapsed(), invite.id, &call.answer);
        self.calls.insert(invite.dialog.clone(), call);
        self.members.join(recording, invite.dialog.clone());
        let sockets =
            bound.sockets.into_iter().map(|(stream, socket)| StreamSocket::new(stream, socket)).collect();
        // Before the streams themselves: what is protected is never taken for plain.
        if !protection.is_empty() {
            self.send(Command::Protect { recording, protection });
        }
        self.tell_recorder(recording, News { sockets, on_hold, streams: true, ..self.received(&invite) });
        if let Some(routing) = self.routing_of(recording) {
            self.parts.registrar.note(Note::Judged(call_id, Box::new(routing)));
        }
    }
}
