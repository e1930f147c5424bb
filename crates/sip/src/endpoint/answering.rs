//! The shell's answers to INVITE, re-INVITE and UPDATE (RFC 3261 §13.3.1, §14.2; RFC 7866 §7).

use std::time::Duration;

use super::Endpoint;
use super::dialog::{Dialog, DialogSnapshot};
use super::event::{DialogId, InviteId};
use super::incoming::SUPPORTED_SHOWN;
use super::reply::Fields;
use super::session_timer::SessionTimer;
use super::transaction::{AnswerState, Due, ServerTransaction, TransactionId};
use crate::message::method::{ALLOW, Method};

impl Endpoint {
    /// Answers 200 with SDP (our answer, or our offer where the INVITE had none). No-op for an INVITE that is gone.
    pub fn accept(&mut self, now: Duration, invite: InviteId, answer_sdp: &str) {
        let Some(id) = self.invites.remove(&invite) else { return };
        let Some(transaction) = self.transactions.get(&id).cloned() else { return };
        if transaction.is_initial {
            let dialog = self.open_dialog(&transaction);
            self.dialogs.insert(transaction.dialog.clone(), dialog);
        }
        self.answer_ok(now, id, &transaction, Some(answer_sdp));
    }

    /// Refuses with a final status (300..=699; others become 500) and, if given, a Retry-After in seconds.
    pub fn refuse(
        &mut self,
        now: Duration,
        invite: InviteId,
        status: u16,
        reason: &str,
        retry_after: Option<u32>,
    ) {
        let Some(id) = self.invites.remove(&invite) else { return };
        let status = if (300..700).contains(&status) { status } else { 500 };
        let mut fields = self.fields();
        if let Some(seconds) = retry_after {
            fields = fields.with("Retry-After", seconds.to_string());
        }
        self.finish_refused(now, id, status, reason, fields);
    }

    /// Refuses with 401 and the challenges (see [`crate::digest::challenger::Challenger::challenge`]); the peer comes
    /// again with credentials and another CSeq number.
    pub fn challenge(&mut self, now: Duration, invite: InviteId, challenges: Vec<String>) {
        let Some(id) = self.invites.remove(&invite) else { return };
        let fields = challenges
            .into_iter()
            .fold(self.fields(), |fields, challenge| fields.with("WWW-Authenticate", challenge));
        self.finish_refused(now, id, 401, "Unauthorized", fields);
    }

    /// What the dialog of a new INVITE will be once it is accepted, so that it can be written down before it is
    /// promised; `None` for a re-INVITE and for an INVITE that is gone.
    pub fn snapshot_offered(&self, invite: InviteId) -> Option<DialogSnapshot> {
        let transaction = self.transactions.get(self.invites.get(&invite)?)?;
        transaction.is_initial.then(|| self.open_dialog(transaction).facts)
    }

    /// Stays silent and forgets the INVITE; should it come again it is a new one.
    pub fn ignore(&mut self, invite: InviteId) {
        if let Some(id) = self.invites.remove(&invite) {
            self.forget(id);
        }
    }

    fn open_dialog(&self, transaction: &ServerTransaction) -> Dialog {
        let ServerTransaction { heads, dialog, .. } = transaction;
        let remote = heads.remote();
        let fallback = || {
            let from = crate::message::name_addr::NameAddr::parse(&remote);
            from.map_or_else(|| format!("sip:{}", transaction.flow.remote), |from| from.uri)
        };
        Dialog::new(DialogSnapshot {
            id: dialog.clone(),
            flow: transaction.flow,
            local_cseq: 0,
            remote_cseq: transaction
                .provisional
                .as_ref()
                .and_then(|ring| ring.prack_cseq)
                .map_or(transaction.cseq, |prack| prack.max(transaction.cseq)),
            local: heads.local(&dialog.local_tag),
            remote_target: transaction.remote_target.clone().unwrap_or_else(fallback),
            remote,
            route_set: heads.record_routes().to_vec(),
            contact: transaction.contact.clone(),
            local_sdp: String::new(),
            session_interval: None,
            we_refresh: false,
        })
    }

    /// Sends the 200 of a transaction, with SDP or without, and sets what follows from it.
    pub(super) fn answer_ok(
        &mut self,
        now: Duration,
        id: TransactionId,
        transaction: &ServerTransaction,
        sdp: Option<&str>,
    ) {
        let ServerTransaction { flow, heads, dialog, timer, .. } = transaction;
        let fields = self.ok_fields(transaction, sdp);
        let bytes = heads.response(200, "OK", &dialog.local_tag, &fields);
        self.send(*flow, bytes.clone());
        if let Some(live) = self.dialogs.get_mut(dialog) {
            live.waiting = live.waiting.filter(|waiting| *waiting != id);
            if let Some(target) = &transaction.remote_target {
                live.facts.remote_target.clone_from(target);
            }
            if let Some(sdp) = sdp {
                live.facts.local_sdp = sdp.to_owned();
            }
            if transaction.method == Method::Invite {
                live.unacknowledged.push((transaction.cseq, id));
            }
        }
        self.refreshed(now, dialog, *timer);
        self.timers.clear(&Due::Trying(id));
        self.timers.clear(&Due::RepeatProvisional(id));
        let interval = self.config.t1;
        if transaction.method == Method::Invite {
            // Repeated on streams too: a proxy behind the stream may use datagrams (RFC 3261 §13.3.1.4).
            self.timers.set(Due::RepeatAnswer(id), now + interval);
            self.timers.set(Due::NoAck(id), now + self.config.t1 * 64);
        } else {
            self.timers.set(Due::Forget(id), now + self.config.t1 * 64);
        }
        if let Some(transaction) = self.transactions.get_mut(&id) {
            transaction.state = AnswerState::Answered { bytes, status: 200, interval };
        }
    }

    fn ok_fields(&self, transaction: &ServerTransaction, sdp: Option<&str>) -> Fields {
        let mut fields = self
            .fields()
            .with("Contact", transaction.contact.clone())
            .with("Allow", ALLOW)
            .with("Supported", SUPPORTED_SHOWN);
        if let Some(timer) = &transaction.timer {
            fields = fields.with("Session-Expires", timer.answer());
            if timer.peer_supports && !timer.we_refresh {
                fields = fields.with("Require", "timer");
            }
        }
        match sdp {
            Some(sdp) => fields.with_body("application/sdp", sdp),
            None => fields,
        }
    }

    /// Sends a final refusal; for INVITE it is repeated until the ACK (timers G, H).
    pub(super) fn finish_refused(
        &mut self,
        now: Duration,
        id: TransactionId,
        status: u16,
        reason: &str,
        fields: Fields,
    ) {
        let Some(transaction) = self.transactions.get_mut(&id) else { return };
        let bytes = transaction.heads.response(status, reason, &transaction.dialog.local_tag, &fields);
        let interval = self.config.t1;
        if let AnswerState::Waiting(invite) = transaction.state {
            self.invites.remove(&invite);
        }
        transaction.state = AnswerState::Answered { bytes: bytes.clone(), status, interval };
        let flow = transaction.flow;
        let is_invite = transaction.method == Method::Invite;
        let dialog = transaction.dialog.clone();
        if let Some(dialog) = self.dialogs.get_mut(&dialog) {
            dialog.waiting = dialog.waiting.filter(|waiting| *waiting != id);
        }
        self.half_open.remove(&id);
        self.timers.clear(&Due::Trying(id));
        self.timers.clear(&Due::RepeatProvisional(id));
        if is_invite && !flow.transport.is_reliable() {
            self.timers.set(Due::RepeatAnswer(id), now + interval);
        }
        self.timers.set(Due::Forget(id), now + self.config.t1 * 64);
        self.send(flow, bytes);
    }

    /// The session was set up or refreshed: the timer starts anew, or stops when none was asked for.
    pub(super) fn refreshed(&mut self, now: Duration, dialog: &DialogId, timer: Option<SessionTimer>) {
        let Some(live) = self.dialogs.get_mut(dialog) else { return };
        live.facts.session_interval = timer.map(|timer| timer.interval);
        live.facts.we_refresh = timer.is_some_and(|timer| timer.we_refresh);
        self.start_session_timer(now, dialog);
    }
}
