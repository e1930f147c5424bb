//! Answers before the answer, made reliable for a peer that requires it (RFC 3262).

use std::time::Duration;

use super::Endpoint;
use super::incoming::Incoming;
use super::transaction::{AnswerState, Due, Provisional, TransactionId};
use crate::message::body::read_body;

impl Endpoint {
    /// The shell takes its time: a peer that requires reliable answers gets a 180 with which it can be sure, if it made
    /// the offer (else the 180 would have to hold ours).
    pub(super) fn ring(&mut self, now: Duration, id: TransactionId) {
        let rseq = self.number_of_answer();
        let fields = self.fields();
        let Some(transaction) = self.transactions.get_mut(&id) else { return };
        if !transaction.wants_reliable || transaction.we_offer || transaction.provisional.is_some() {
            return;
        }
        let fields = fields
            .with("Contact", transaction.contact.clone())
            .with("Require", "100rel")
            .with("RSeq", rseq.to_string());
        let bytes = transaction.heads.response(180, "Ringing", &transaction.dialog.local_tag, &fields);
        let interval = self.config.t1;
        let until = now + self.config.t1 * 64;
        let provisional = Provisional { rseq, bytes: bytes.clone(), interval, until, prack_cseq: None };
        transaction.provisional = Some(Box::new(provisional));
        let flow = transaction.flow;
        self.timers.set(Due::RepeatProvisional(id), now + interval);
        self.send(flow, bytes);
    }

    /// A first number that nobody can guess, in the lower half (RFC 3262 §3).
    fn number_of_answer(&mut self) -> u32 {
        let mut octets = [0; 4];
        (self.entropy)(&mut octets);
        (u32::from_ne_bytes(octets) >> 1).max(1)
    }

    /// Sends a 180 again, twice as long after each time, until its PRACK, the final answer, or 64·T1.
    pub(super) fn repeat_provisional(&mut self, now: Duration, id: TransactionId) {
        let Some(transaction) = self.transactions.get_mut(&id) else { return };
        let is_waiting = matches!(transaction.state, AnswerState::Waiting(_));
        let flow = transaction.flow;
        let Some(provisional) = transaction.provisional.as_mut().filter(|_| is_waiting) else { return };
        provisional.interval *= 2;
        let (bytes, next) = (provisional.bytes.clone(), now + provisional.interval);
        let goes_on = next < provisional.until;
        self.send(flow, bytes);
        if goes_on {
            self.timers.set(Due::RepeatProvisional(id), next);
        }
    }

    /// PRACK: found by what it acknowledges, before the dialog stands and after.
    pub(super) fn prack(&mut self, incoming: &Incoming) {
        let Some((rseq, cseq)) = incoming.request.headers.get("rack").and_then(rack) else {
            return self.answer_stateless(incoming, 400, "Malformed RAck", self.fields());
        };
        let essentials = &incoming.essentials;
        let call = (essentials.call_id.clone(), essentials.from.tag().unwrap_or_default().to_owned(), cseq);
        let id = self.initial.get(&call).copied();
        let transaction = id.and_then(|id| self.transactions.get_mut(&id));
        let transaction =
            transaction.filter(|one| essentials.to.tag() == Some(one.dialog.local_tag.as_str()));
        let Some((transaction, id)) = transaction.zip(id) else { return self.stray(incoming) };
        let Some(provisional) = transaction.provisional.as_mut().filter(|one| one.rseq == rseq) else {
            return self.stray(incoming);
        };
        provisional.prack_cseq = Some(essentials.cseq);
        let dialog = transaction.dialog.clone();
        if let Some(dialog) = self.dialogs.get_mut(&dialog) {
            dialog.facts.remote_cseq = dialog.facts.remote_cseq.max(essentials.cseq);
        }
        self.timers.clear(&Due::RepeatProvisional(id));
        let body = read_body(&incoming.request.headers, &incoming.request.body).unwrap_or_default();
        if body.sdp.is_some() {
            // Another offer, while the first one has no answer yet.
            return self.answer_stateless(incoming, 488, "Not Acceptable Here", self.fields());
        }
        self.answer_stateless(incoming, 200, "OK", self.fields());
    }
}

/// `776656 1 INVITE`
fn rack(value: &str) -> Option<(u32, u32)> {
    let mut words = value.split_ascii_whitespace();
    let numbers = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    (words.next()? == "INVITE").then_some(numbers)
}
