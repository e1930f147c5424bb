//! What happens when time passes: repetitions, missing ACKs and answers, session timers (RFC 3261 §17, RFC 4028 §10).

use std::time::Duration;

use super::Endpoint;
use super::event::{DialogId, EndCause};
use super::reply::Fields;
use super::transaction::{AnswerState, ClientTransaction, Due, TransactionId};
use crate::message::method::Method;

impl Endpoint {
    /// Does what is due at `now`.
    pub fn handle_timeout(&mut self, now: Duration) {
        while let Some(due) = self.timers.pop_due(now) {
            match due {
                Due::Trying(id) => self.say_trying(now, id),
                Due::RepeatProvisional(id) => self.repeat_provisional(now, id),
                Due::RepeatAnswer(id) => self.repeat(now, id),
                Due::NoAck(id) => self.no_ack(now, id),
                Due::Forget(id) => drop(self.forget(id)),
                Due::RepeatRequest(branch) => self.repeat_request(now, branch),
                Due::NoAnswer(branch) => self.no_answer(now, &branch),
                Due::Session(dialog) => self.session_due(now, &dialog),
            }
        }
    }

    fn say_trying(&mut self, now: Duration, id: TransactionId) {
        let Some(transaction) = self.transactions.get(&id) else { return };
        if matches!(transaction.state, AnswerState::Waiting(_)) {
            let bytes = transaction.heads.response(100, "Trying", "", &Fields::new());
            self.send(transaction.flow, bytes);
            self.ring(now, id);
        }
    }

    fn repeat(&mut self, now: Duration, id: TransactionId) {
        let Some(transaction) = self.transactions.get_mut(&id) else { return };
        let AnswerState::Answered { bytes, status, interval } = &mut transaction.state else { return };
        *interval = (*interval * 2).min(self.config.t2);
        let (flow, bytes, next) = (transaction.flow, bytes.clone(), now + *interval);
        if *status < 300 {
            self.counters.answers_repeated += 1;
        }
        self.send(flow, bytes);
        self.timers.set(Due::RepeatAnswer(id), next);
    }

    fn no_ack(&mut self, now: Duration, id: TransactionId) {
        let Some(transaction) = self.forget(id) else { return };
        let dialog = transaction.dialog;
        let farewell = self.dialogs.get_mut(&dialog).and_then(|dialog| dialog.bye_after_ack.take());
        match farewell {
            Some(reason) => self.send_bye(now, &dialog, &reason),
            None => self.end(now, &dialog, EndCause::NoAck, "no ACK"),
        }
    }

    fn repeat_request(&mut self, now: Duration, branch: String) {
        let Some(transaction) = self.requests.get_mut(&branch) else { return };
        transaction.interval = (transaction.interval * 2).min(self.config.t2);
        let (flow, bytes, next) = (transaction.flow, transaction.bytes.clone(), now + transaction.interval);
        self.send(flow, bytes);
        self.timers.set(Due::RepeatRequest(branch), next);
    }

    fn no_answer(&mut self, now: Duration, branch: &str) {
        self.timers.clear(&Due::RepeatRequest(branch.to_owned()));
        let Some(ClientTransaction { method, dialog, .. }) = self.requests.remove(branch) else { return };
        if let Some(live) = self.dialogs.get_mut(&dialog) {
            live.asks_snapshot = false;
        }
        // A refresh without answer leaves the session to its expiry.
        if method == Method::Bye {
            self.close(now, &dialog);
        }
    }

    /// Sets the session timer of a dialog from `now`: to half the interval when we refresh, else to its end.
    pub(super) fn start_session_timer(&mut self, now: Duration, id: &DialogId) {
        let Some(dialog) = self.dialogs.get_mut(id).filter(|dialog| !dialog.ended) else { return };
        let due = Due::Session(id.clone());
        let Some(interval) = dialog.facts.session_interval else {
            dialog.expires_at = None;
            return self.timers.clear(&due);
        };
        let interval = Duration::from_secs(u64::from(interval));
        let end = now.saturating_add(interval);
        dialog.expires_at = Some(end);
        let first = if dialog.facts.we_refresh { now.saturating_add(interval / 2) } else { end };
        self.timers.set(due, first);
    }

    fn session_due(&mut self, now: Duration, id: &DialogId) {
        let Some(end) = self.dialogs.get(id).and_then(|dialog| dialog.expires_at) else { return };
        if now >= end {
            return self.end(now, id, EndCause::SessionExpired, "session expired");
        }
        self.timers.set(Due::Session(id.clone()), end);
        self.send_refresh(now, id);
    }
}
