//! Requests inside a dialog: ACK, BYE, re-INVITE, UPDATE, INFO (RFC 3261 §12.2.2, RFC 3311, RFC 6086, RFC 7866 §9).

use std::time::Duration;

use super::Endpoint;
use super::event::{DialogId, EndCause, Event};
use super::incoming::{Contents, Incoming};
use super::transaction::{AnswerState, Due, ServerTransaction, TransactionId};
use crate::message::body::read_body;
use crate::message::method::Method;
use crate::sdp::own_session;

impl Endpoint {
    pub(super) fn in_dialog(&mut self, now: Duration, incoming: Incoming) {
        let id = dialog_id(&incoming);
        let Some(dialog) = self.dialogs.get_mut(&id) else { return self.stray(&incoming) };
        let cseq = incoming.essentials.cseq;
        if cseq < dialog.facts.remote_cseq {
            return self.answer_stateless(&incoming, 500, "CSeq Out Of Order", self.fields());
        }
        dialog.has_missed |= cseq > dialog.facts.remote_cseq.saturating_add(1);
        dialog.facts.remote_cseq = cseq;
        dialog.facts.flow = incoming.flow;
        dialog.flow_lost = false;
        let is_over = dialog.ended;
        if incoming.request.method == Method::Bye {
            return self.bye(now, &incoming, &id, is_over);
        }
        if is_over {
            return self.stray(&incoming);
        }
        if !self.extensions_known(&incoming) {
            return;
        }
        match incoming.request.method {
            Method::Invite | Method::Update => self.change(now, incoming, id),
            Method::Info => {
                // An INFO is never refused for its body: nothing in it could be worth a lost call.
                let body = read_body(&incoming.request.headers, &incoming.request.body).unwrap_or_default();
                self.answer_at_once(now, incoming, &id, Contents { body, offer: None, timer: None });
            }
            _ => {
                let fields = self.capabilities(&incoming.flow, &incoming.request.uri);
                self.answer_stateless(&incoming, 200, "OK", fields);
            }
        }
    }

    /// A re-INVITE or UPDATE.
    fn change(&mut self, now: Duration, incoming: Incoming, id: DialogId) {
        let is_busy = self.dialogs.get(&id).is_some_and(|dialog| dialog.waiting.is_some());
        let has_body = incoming.request.body.iter().any(|octet| !octet.is_ascii_whitespace());
        if is_busy && (has_body || incoming.request.method == Method::Invite) {
            let fields = self.fields().with("Retry-After", "2");
            return self.answer_stateless(&incoming, 500, "Earlier Offer Pending", fields);
        }
        if has_body && self.awaits_answer(&id) {
            // Two offers would cross (RFC 3261 §14.2, RFC 3311 §5.2).
            return self.answer_stateless(&incoming, 491, "Request Pending", self.fields());
        }
        if self.transactions.len() >= self.config.max_transactions.saturating_mul(2) {
            self.counters.turned_away += 1;
            let fields = self.fields().with("Retry-After", self.config.retry_after.to_string());
            return self.answer_stateless(&incoming, 503, "Service Unavailable", fields);
        }
        let Some(contents) = self.readable(&incoming) else { return };
        if contents.offer.is_some() {
            let number = self.number();
            if let Some(dialog) = self.dialogs.get_mut(&id) {
                dialog.waiting = Some(number);
            }
            let invite = self.await_answer(number, incoming, id, false, contents);
            return self.say(Event::Reinvite(Box::new(invite)));
        }
        self.answer_at_once(now, incoming, &id, contents);
    }

    /// Whether an offer of ours in a 200 waits for the answer in its ACK.
    fn awaits_answer(&self, id: &DialogId) -> bool {
        let unacknowledged =
            self.dialogs.get(id).map(|dialog| dialog.unacknowledged.as_slice()).unwrap_or_default();
        let offers = |number: &TransactionId| self.transactions.get(number).is_some_and(|sent| sent.we_offer);
        unacknowledged.iter().any(|(_, number)| offers(number))
    }

    /// Answers 200 without asking the shell, and hands on metadata. A re-INVITE without offer gets ours: the SDP
    /// we last sent (RFC 3261 §14.2), with streams that were on hold open again (RFC 6337 §5.2.5).
    fn answer_at_once(&mut self, now: Duration, incoming: Incoming, id: &DialogId, mut contents: Contents) {
        let cseq = incoming.essentials.cseq;
        let metadata = contents.body.metadata.take();
        if incoming.request.method == Method::Info {
            let bytes = incoming.heads.response(200, "OK", &id.local_tag, &self.fields());
            self.send(incoming.flow, bytes.clone());
            self.remember(now, &incoming, id, bytes);
        } else {
            let number = self.number();
            let invite = self.await_answer(number, incoming, id.clone(), false, contents);
            self.invites.remove(&invite.id);
            let is_invite = invite.request.method == Method::Invite;
            let sdp = self.dialogs.get(id).filter(|_| is_invite);
            let sdp = sdp.map(|dialog| own_session::reopened(&dialog.facts.local_sdp));
            if let Some(transaction) = self.transactions.get(&number).cloned() {
                self.answer_ok(now, number, &transaction, sdp.as_deref());
            }
        }
        if let Some(body) = metadata {
            self.say(Event::Metadata { dialog: id.clone(), cseq, body });
        }
    }

    /// Keeps the answer to a request for as long as the request may come again (timer J).
    fn remember(&mut self, now: Duration, incoming: &Incoming, id: &DialogId, bytes: Vec<u8>) {
        if self.transactions.len() >= self.config.max_transactions.saturating_mul(2) {
            return;
        }
        let number = self.number();
        let transaction = ServerTransaction {
            key: incoming.key.clone(),
            flow: incoming.flow,
            method: incoming.request.method.clone(),
            heads: incoming.heads.clone(),
            dialog: id.clone(),
            cseq: incoming.essentials.cseq,
            is_initial: false,
            we_offer: false,
            timer: None,
            wants_reliable: false,
            provisional: None,
            remote_target: None,
            contact: String::new(),
            state: AnswerState::Acknowledged(bytes),
        };
        self.by_key.insert(incoming.key.clone(), number);
        self.transactions.insert(number, transaction);
        self.timers.set(Due::Forget(number), now + self.config.t1 * 64);
    }

    fn bye(&mut self, now: Duration, incoming: &Incoming, id: &DialogId, was_over: bool) {
        let bytes = incoming.heads.response(200, "OK", &id.local_tag, &self.fields());
        self.send(incoming.flow, bytes.clone());
        self.close(now, id);
        self.remember(now, incoming, id, bytes);
        if !was_over {
            let body = read_body(&incoming.request.headers, &incoming.request.body).unwrap_or_default();
            if let Some(body) = body.metadata {
                let cseq = incoming.essentials.cseq;
                self.say(Event::Metadata { dialog: id.clone(), cseq, body });
            }
            self.say(Event::Ended { dialog: id.clone(), cause: EndCause::Bye });
        }
    }

    /// Takes a dialog away: what waits is refused, what repeats is stopped.
    pub(super) fn close(&mut self, now: Duration, id: &DialogId) {
        self.quiet(now, id);
        self.timers.clear(&Due::Session(id.clone()));
        self.dialogs.remove(id);
    }

    /// Stops everything a dialog waits for or repeats.
    pub(super) fn quiet(&mut self, now: Duration, id: &DialogId) {
        let Some(dialog) = self.dialogs.get_mut(id) else { return };
        let waiting = dialog.waiting.take();
        let unacknowledged = std::mem::take(&mut dialog.unacknowledged);
        if let Some(waiting) = waiting {
            self.finish_refused(now, waiting, 487, "Request Terminated", self.fields());
        }
        for (_, number) in unacknowledged {
            self.acknowledged(now, number);
        }
    }

    pub(super) fn acknowledge(&mut self, now: Duration, incoming: Incoming) {
        let known = self.by_key.get(&incoming.key).copied();
        if let Some(number) = known {
            let state = self.transactions.get(&number).map(|transaction| transaction.state.clone());
            match state {
                // The ACK of a refusal belongs to its transaction and says nothing more (RFC 3261 §17.2.1).
                Some(AnswerState::Answered { status: 300.., .. }) => {
                    self.acknowledged(now, number);
                    self.timers.set(Due::Forget(number), now + self.config.t4);
                    return;
                }
                Some(AnswerState::Acknowledged(_)) => return,
                _ => {}
            }
        }
        let id = dialog_id(&incoming);
        let dialog = self.dialogs.get_mut(&id);
        let Some(dialog) = dialog else {
            self.counters.stray += 1;
            return;
        };
        let cseq = incoming.essentials.cseq;
        let Some(number) =
            dialog.unacknowledged.iter().find(|(number, _)| *number == cseq).map(|(_, id)| *id)
        else {
            // The ACK of a 200 we repeated comes again too.
            return;
        };
        dialog.unacknowledged.retain(|(_, id)| *id != number);
        dialog.facts.flow = incoming.flow;
        dialog.flow_lost = false;
        let farewell = dialog.bye_after_ack.take();
        let is_over = dialog.ended;
        let transaction = self.transactions.get(&number);
        let we_offered = transaction.is_some_and(|transaction| transaction.we_offer);
        let is_initial = transaction.is_some_and(|transaction| transaction.is_initial);
        self.acknowledged(now, number);
        let body = read_body(&incoming.request.headers, &incoming.request.body).unwrap_or_default();
        // A call whose ACK answers nothing has no media at all; within a call what was agreed before stands.
        let is_unanswered = we_offered && body.sdp.is_none() && is_initial;
        if !is_over && is_unanswered {
            self.end(now, &id, EndCause::NoAnswer, "the ACK holds no answer to our offer");
            return;
        }
        if !is_over {
            let late_answer = body.sdp.filter(|_| we_offered);
            self.say(Event::Confirmed { dialog: id.clone(), late_answer });
            if let Some(body) = body.metadata {
                self.say(Event::Metadata { dialog: id.clone(), cseq, body });
            }
        }
        if let Some(reason) = farewell {
            self.send_bye(now, &id, &reason);
        }
    }

    /// Stops repeating the answer of a transaction, but keeps it for requests that come again.
    fn acknowledged(&mut self, now: Duration, number: TransactionId) {
        self.timers.clear(&Due::RepeatAnswer(number));
        self.timers.clear(&Due::NoAck(number));
        self.half_open.remove(&number);
        let Some(transaction) = self.transactions.get_mut(&number) else { return };
        if let AnswerState::Answered { bytes, .. } = &mut transaction.state {
            transaction.state = AnswerState::Acknowledged(std::mem::take(bytes));
        }
        self.timers.set(Due::Forget(number), now + self.config.t1 * 64);
    }
}

fn dialog_id(incoming: &Incoming) -> DialogId {
    let essentials = &incoming.essentials;
    DialogId {
        call_id: essentials.call_id.clone(),
        local_tag: essentials.to.tag().unwrap_or_default().to_owned(),
        remote_tag: essentials.from.tag().unwrap_or_default().to_owned(),
    }
}
