//! Requests as they come in: the checks every request goes through, and those outside dialogs (RFC 3261 §8.2).

use std::time::Duration;

use super::Endpoint;
use super::event::{DialogId, EndCause, Event, Invite, InviteId};
use super::reply::{Fields, ReplyHeads};
use super::session_timer::{SessionTimer, asked};
use super::transaction::{AnswerState, Due, ServerTransaction, TransactionId, TransactionKey};
use crate::message::body::{ACCEPT, Body, read_body};
use crate::message::contact::contact;
use crate::message::essentials::{Essentials, essentials};
use crate::message::method::{ALLOW, Method};
use crate::message::parse::Fault;
use crate::message::request::Request;
use crate::message::uri::user_of;
use crate::sdp::session_description::SessionDescription;
use crate::transport::Flow;

/// Option tags we understand.
const SUPPORTED: &[&str] = &["siprec", "timer", "100rel"];
/// What our `Supported` header lists.
pub(super) const SUPPORTED_SHOWN: &str = "siprec, timer";

/// How long the shell may take before we say 100 (RFC 3261 §17.2.1).
const TRYING_AFTER: Duration = Duration::from_millis(200);

/// A request that passed the first checks.
pub(super) struct Incoming {
    pub flow: Flow,
    pub request: Request,
    pub essentials: Essentials,
    pub heads: ReplyHeads,
    pub key: TransactionKey,
}

/// What a request for a session holds.
pub(super) struct Contents {
    pub body: Body,
    pub offer: Option<SessionDescription>,
    pub timer: Option<SessionTimer>,
}

impl Endpoint {
    pub(super) fn request(&mut self, now: Duration, flow: Flow, request: Request, fault: Option<Fault>) {
        let read = match fault {
            Some(fault) => Err(fault),
            None => essentials(&request),
        };
        let Some(heads) = ReplyHeads::of(&request, &flow) else {
            self.counters.unreadable += 1;
            return;
        };
        let essentials = match read {
            Ok(essentials) => essentials,
            Err(fault) => {
                self.counters.malformed += 1;
                if request.method != Method::Ack {
                    let tag = self.stateless_tag(None);
                    let bytes = heads.response(fault.status, fault.reason, &tag, &self.fields());
                    self.send(flow, bytes);
                }
                return;
            }
        };
        let key = TransactionKey::of(&essentials, &request.method, &flow);
        let incoming = Incoming { flow, request, essentials, heads, key };
        match incoming.request.method {
            Method::Ack => return self.acknowledge(now, incoming),
            Method::Cancel => return self.cancel(now, &incoming),
            _ => {}
        }
        if self.repeat_answer(&incoming) {
            return;
        }
        if matches!(incoming.request.method, Method::Other(_)) {
            self.counters.unknown_method += 1;
            let fields = self.fields().with("Allow", ALLOW);
            return self.answer_stateless(&incoming, 405, "Method Not Allowed", fields);
        }
        if incoming.request.method == Method::Prack {
            return self.prack(&incoming);
        }
        if incoming.essentials.to.tag().is_some() {
            return self.in_dialog(now, incoming);
        }
        match incoming.request.method {
            Method::Invite => self.new_invite(now, incoming),
            Method::Options => self.options(&incoming),
            _ => self.stray(&incoming),
        }
    }

    /// Answers a request that came before from memory.
    fn repeat_answer(&mut self, incoming: &Incoming) -> bool {
        let known = self.by_key.get(&incoming.key).and_then(|id| self.transactions.get_mut(id));
        let Some(transaction) = known else { return false };
        self.counters.retransmissions += 1;
        transaction.flow = incoming.flow;
        match &transaction.state {
            AnswerState::Waiting(_) => {
                let trying = || transaction.heads.response(100, "Trying", "", &Fields::new());
                let bytes = transaction.provisional.as_ref().map_or_else(trying, |ring| ring.bytes.clone());
                self.send(incoming.flow, bytes);
            }
            AnswerState::Answered { bytes, .. } | AnswerState::Acknowledged(bytes) => {
                let bytes = bytes.clone();
                self.send(incoming.flow, bytes);
            }
        }
        true
    }

    fn new_invite(&mut self, now: Duration, incoming: Incoming) {
        let Essentials { call_id, from, cseq, .. } = &incoming.essentials;
        let initial = (call_id.clone(), from.tag().unwrap_or_default().to_owned(), *cseq);
        if self.initial.contains_key(&initial) {
            self.counters.merged += 1;
            return self.answer_stateless(&incoming, 482, "Loop Detected", self.fields());
        }
        if !self.extensions_known(&incoming) {
            return;
        }
        let is_full = self.half_open.len() >= self.config.max_half_open
            || self.transactions.len() >= self.config.max_transactions
            || self.dialogs.len() >= self.config.max_dialogs;
        if let Some(retry_after) = self.draining.or(is_full.then_some(self.config.retry_after)) {
            self.counters.turned_away += 1;
            let fields = self.fields().with("Retry-After", retry_after.to_string());
            return self.answer_stateless(&incoming, 503, "Service Unavailable", fields);
        }
        let Some(contents) = self.readable(&incoming) else { return };
        let dialog =
            DialogId { call_id: initial.0.clone(), local_tag: self.token(), remote_tag: initial.1.clone() };
        let id = self.number();
        self.initial.insert(initial, id);
        self.half_open.insert(id);
        self.timers.set(Due::Trying(id), now + TRYING_AFTER);
        let invite = self.await_answer(id, incoming, dialog, true, contents);
        self.counters.invites += 1;
        self.say(Event::Invite(Box::new(invite)));
    }

    /// Remembers a request that waits for the shell, and makes what the shell sees of it.
    pub(super) fn await_answer(
        &mut self,
        id: u64,
        incoming: Incoming,
        dialog: DialogId,
        is_initial: bool,
        contents: Contents,
    ) -> Invite {
        let Contents { body, offer, timer } = contents;
        let invite = InviteId(id);
        let Incoming { flow, request, essentials, heads, key } = incoming;
        let mark = contact(&request.headers);
        let siprec = request.headers.lists("require", "siprec")
            || mark.as_ref().is_some_and(|contact| contact.recording_client)
            || body.metadata.is_some();
        self.by_key.insert(key.clone(), id);
        self.invites.insert(invite, id);
        let transaction = ServerTransaction {
            key,
            flow,
            method: request.method.clone(),
            heads,
            dialog: dialog.clone(),
            cseq: essentials.cseq,
            is_initial,
            we_offer: offer.is_none(),
            timer,
            wants_reliable: is_initial && request.headers.lists("require", "100rel"),
            provisional: None,
            remote_target: mark.and_then(|contact| contact.target),
            contact: self.contact(&flow, &request.uri),
            state: AnswerState::Waiting(invite),
        };
        self.transactions.insert(id, transaction);
        Invite {
            id: invite,
            dialog,
            flow,
            request_user: user_of(&request.uri).map(str::to_owned),
            to_user: user_of(&essentials.to.uri).map(str::to_owned),
            siprec,
            offer,
            raw_offer: body.sdp.unwrap_or_default(),
            metadata: body.metadata,
            cseq: essentials.cseq,
            request,
        }
    }

    /// Reads body and session timer; answers 415, 488 or 422 where they cannot be served.
    pub(super) fn readable(&mut self, incoming: &Incoming) -> Option<Contents> {
        let Ok(body) = read_body(&incoming.request.headers, &incoming.request.body) else {
            self.counters.bad_body += 1;
            let fields = self.fields().with("Accept", ACCEPT).with("Accept-Encoding", "identity");
            self.answer_stateless(incoming, 415, "Unsupported Media Type", fields);
            return None;
        };
        let offer = match body.sdp.as_deref().map(SessionDescription::parse).transpose() {
            Ok(offer) => offer,
            Err(error) => {
                self.counters.bad_body += 1;
                let warning = format!("399 {} \"{error}\"", self.config.server_name);
                let fields = self.fields().with("Warning", warning);
                self.answer_stateless(incoming, 488, "Not Acceptable Here", fields);
                return None;
            }
        };
        match asked(&incoming.request.headers, self.config.min_session_expires) {
            Ok(timer) => Some(Contents { body, offer, timer }),
            Err(too_short) => {
                let fields = self.fields().with("Min-SE", too_short.0.to_string());
                self.answer_stateless(incoming, 422, "Session Interval Too Small", fields);
                None
            }
        }
    }

    /// Answers 420 where a required extension is unknown.
    pub(super) fn extensions_known(&mut self, incoming: &Incoming) -> bool {
        let required =
            incoming.request.headers.all("require").flat_map(|value| value.split(',')).map(str::trim);
        let unknown: Vec<&str> = required
            .filter(|tag| !tag.is_empty() && !SUPPORTED.iter().any(|known| known.eq_ignore_ascii_case(tag)))
            .collect();
        if unknown.is_empty() {
            return true;
        }
        let fields = self.fields().with("Unsupported", unknown.join(", "));
        self.counters.bad_extension += 1;
        self.answer_stateless(incoming, 420, "Bad Extension", fields);
        false
    }

    /// OPTIONS outside a dialog: what an INVITE would get now (RFC 3261 §11.2).
    fn options(&mut self, incoming: &Incoming) {
        if !self.extensions_known(incoming) {
            return;
        }
        if let Some(retry_after) = self.draining.or(self.unavailable) {
            let fields = self.fields().with("Retry-After", retry_after.to_string());
            return self.answer_stateless(incoming, 503, "Service Unavailable", fields);
        }
        let fields = self.capabilities(&incoming.flow, &incoming.request.uri);
        self.answer_stateless(incoming, 200, "OK", fields);
    }

    pub(super) fn capabilities(&self, flow: &Flow, request_uri: &str) -> Fields {
        self.fields()
            .with("Contact", self.contact(flow, request_uri))
            .with("Allow", ALLOW)
            .with("Accept", ACCEPT)
            .with("Accept-Encoding", "identity")
            .with("Supported", SUPPORTED_SHOWN)
    }

    fn cancel(&mut self, now: Duration, incoming: &Incoming) {
        let found = self.by_key.get(&incoming.key).copied().or_else(|| self.invite_by_call(incoming));
        let Some(id) = found else { return self.stray(incoming) };
        let Some(transaction) = self.transactions.get(&id) else { return self.stray(incoming) };
        let dialog = transaction.dialog.clone();
        let is_initial = transaction.is_initial;
        let is_waiting = matches!(transaction.state, AnswerState::Waiting(_));
        let bytes = incoming.heads.response(200, "OK", &dialog.local_tag, &self.fields());
        self.send(incoming.flow, bytes);
        if is_waiting {
            self.finish_refused(now, id, 487, "Request Terminated", self.fields());
            if is_initial {
                self.say(Event::Ended { dialog, cause: EndCause::Cancelled });
            }
        }
    }

    /// The INVITE a CANCEL means whose branch is not that of the INVITE: same call, same peer.
    fn invite_by_call(&self, cancel: &Incoming) -> Option<TransactionId> {
        let Essentials { call_id, from, cseq, .. } = &cancel.essentials;
        let call = (call_id.clone(), from.tag().unwrap_or_default().to_owned(), *cseq);
        let id = *self.initial.get(&call)?;
        let transaction = self.transactions.get(&id)?;
        (transaction.flow.remote.ip() == cancel.flow.remote.ip()).then_some(id)
    }

    /// A request for a dialog or transaction we do not have.
    pub(super) fn stray(&mut self, incoming: &Incoming) {
        self.counters.stray += 1;
        self.answer_stateless(incoming, 481, "Call/Transaction Does Not Exist", self.fields());
    }

    /// Answers and keeps nothing: the same request gets the same answer again.
    pub(super) fn answer_stateless(
        &mut self,
        incoming: &Incoming,
        status: u16,
        reason: &str,
        fields: Fields,
    ) {
        let tag = self.stateless_tag(Some(&incoming.essentials));
        let bytes = incoming.heads.response(status, reason, &tag, &fields);
        self.send(incoming.flow, bytes);
    }

    /// The fields of every message of ours.
    pub(super) fn fields(&self) -> Fields {
        Fields::new().with("Server", self.config.server_name.clone())
    }
}
