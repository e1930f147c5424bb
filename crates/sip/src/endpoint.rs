//! A SIP user agent server for recordings, without sockets or clocks: feed it, then poll it (RFC 3261, RFC 7866).
//!
//! Times are `Duration`s since any fixed start of the shell's monotonic clock. Replies go back on the flow their
//! request came on. Requests the shell never hears of are answered without keeping any state.

mod answering;
pub mod config;
pub mod counters;
pub mod dialog;
pub mod event;
mod expiry;
mod in_dialog;
mod incoming;
mod outgoing;
mod provisional;
mod reply;
mod session_timer;
mod timers;
mod transaction;

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use crate::message::essentials::Essentials;
use crate::message::parse::{Message, parse};
use crate::message::uri::user_of;
use crate::transport::{Flow, Transport};
use config::EndpointConfig;
use counters::Counters;
use dialog::{Dialog, DialogSnapshot};
use event::{DialogId, EndCause, Event, InviteId, Output};
use timers::Timers;
use transaction::{AnswerState, ClientTransaction, Due, ServerTransaction, TransactionId, TransactionKey};

/// Fills a buffer with unpredictable octets.
pub type Entropy = Box<dyn FnMut(&mut [u8]) + Send>;

/// One endpoint: all dialogs and transactions of one recorder.
pub struct Endpoint {
    config: EndpointConfig,
    entropy: Entropy,
    /// Makes the tags of refusals that keep no state unpredictable, and the same for the same request.
    secret: u64,
    outputs: VecDeque<Output>,
    counters: Counters,
    draining: Option<u32>,
    /// The Retry-After of OPTIONS while an INVITE would be refused for want of room.
    unavailable: Option<u32>,
    timers: Timers<Due>,
    next_number: u64,
    transactions: HashMap<TransactionId, ServerTransaction>,
    by_key: HashMap<TransactionKey, TransactionId>,
    /// Initial INVITEs by Call-ID, From tag and CSeq: the same by another path is merged (RFC 3261 §8.2.2.2).
    initial: HashMap<(String, String, u32), TransactionId>,
    /// Initial INVITEs not yet answered or not yet acknowledged.
    half_open: HashSet<TransactionId>,
    invites: HashMap<InviteId, TransactionId>,
    dialogs: HashMap<DialogId, Dialog>,
    requests: HashMap<String, ClientTransaction>,
}

impl Endpoint {
    /// An endpoint without dialogs. `entropy` fills a buffer with unpredictable octets (tags, branches).
    pub fn new(config: EndpointConfig, mut entropy: Entropy) -> Endpoint {
        let mut secret = [0; 8];
        entropy(&mut secret);
        Endpoint {
            config,
            entropy,
            secret: u64::from_ne_bytes(secret),
            outputs: VecDeque::new(),
            counters: Counters::default(),
            draining: None,
            unavailable: None,
            timers: Timers::new(),
            next_number: 0,
            transactions: HashMap::new(),
            by_key: HashMap::new(),
            initial: HashMap::new(),
            half_open: HashSet::new(),
            invites: HashMap::new(),
            dialogs: HashMap::new(),
            requests: HashMap::new(),
        }
    }

    /// Takes one message (a datagram, or what the framer cut). Any octets will do.
    pub fn receive(&mut self, now: Duration, flow: Flow, message: &[u8]) {
        self.counters.received += 1;
        if message.iter().all(|octet| matches!(octet, b'\r' | b'\n' | b'\0' | b' ')) {
            self.counters.keep_alives += 1;
            return;
        }
        match parse(message) {
            Ok(Message::Request(request, fault)) => self.request(now, flow, request, fault),
            Ok(Message::Response(response)) => self.response(now, &response),
            Err(_) => self.counters.unreadable += 1,
        }
    }

    /// Takes note that a stream is gone. Dialogs live on; INVITEs not yet answered end as `FlowLost`.
    pub fn flow_closed(&mut self, _now: Duration, flow: Flow) {
        if flow.transport == Transport::Udp {
            return;
        }
        for dialog in self.dialogs.values_mut().filter(|dialog| dialog.facts.flow == flow) {
            dialog.flow_lost = true;
        }
        let lost = |transaction: &ServerTransaction| {
            transaction.flow == flow && matches!(transaction.state, AnswerState::Waiting(_))
        };
        let mut lost: Vec<TransactionId> = self
            .transactions
            .iter()
            .filter(|(_, transaction)| lost(transaction))
            .map(|(id, _)| *id)
            .collect();
        lost.sort_unstable();
        for id in lost {
            if let Some(transaction) = self.forget(id).filter(|transaction| transaction.is_initial) {
                let cause = EndCause::FlowLost;
                self.say(Event::Ended { dialog: transaction.dialog, cause });
            }
        }
    }

    /// When `handle_timeout` must be called next.
    pub fn next_timeout(&self) -> Option<Duration> {
        self.timers.next()
    }

    /// The next thing to do; call until `None` after each input.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// All that is needed to go on with a dialog after a crash; `None` for a dialog not accepted, unknown or over.
    pub fn snapshot(&self, dialog: &DialogId) -> Option<DialogSnapshot> {
        self.dialogs.get(dialog).filter(|dialog| !dialog.ended).map(|dialog| dialog.facts.clone())
    }

    /// Takes up a dialog again. Its session timer starts anew; a stream's flow counts as lost until the peer speaks.
    pub fn restore(&mut self, now: Duration, snapshot: DialogSnapshot) {
        let id = snapshot.id.clone();
        let mut dialog = Dialog::new(snapshot);
        dialog.flow_lost = dialog.facts.flow.transport.is_reliable();
        self.dialogs.insert(id.clone(), dialog);
        self.start_session_timer(now, &id);
    }

    /// From now on new INVITEs and OPTIONS get 503 with Retry-After in seconds; live dialogs go on.
    pub fn drain(&mut self, retry_after: u32) {
        self.draining = Some(retry_after);
    }

    /// Whether requests of the peer's were missed in a dialog since this was asked last (its CSeq numbers made a jump):
    /// partial metadata may then have been lost (RFC 7866 §9).
    pub fn take_missed(&mut self, dialog: &DialogId) -> bool {
        self.dialogs.get_mut(dialog).is_some_and(|dialog| std::mem::take(&mut dialog.has_missed))
    }

    /// While it is set OPTIONS get 503 with this Retry-After in seconds: the shell has no room for a new call.
    pub fn set_unavailable(&mut self, retry_after: Option<u32>) {
        self.unavailable = retry_after;
    }

    /// Counts since the endpoint was made.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// How many dialogs live, those whose BYE is on its way among them.
    pub fn dialogs(&self) -> usize {
        self.dialogs.len()
    }

    /// How many requests are remembered, ours and the peers'.
    pub fn transactions(&self) -> usize {
        self.transactions.len() + self.requests.len()
    }

    fn say(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }

    fn send(&mut self, flow: Flow, bytes: Vec<u8>) {
        self.outputs.push_back(Output::Send { flow, bytes });
    }

    fn number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number
    }

    fn token(&mut self) -> String {
        let mut octets = [0; 10];
        (self.entropy)(&mut octets);
        octets.iter().map(|octet| format!("{octet:02x}")).collect()
    }

    /// The To tag of an answer that keeps no state: the same each time the request comes (RFC 3261 §8.2.7).
    fn stateless_tag(&self, essentials: Option<&Essentials>) -> String {
        let mut hasher = DefaultHasher::new();
        self.secret.hash(&mut hasher);
        if let Some(essentials) = essentials {
            essentials.call_id.hash(&mut hasher);
            essentials.from.tag().hash(&mut hasher);
            essentials.via.branch().hash(&mut hasher);
            essentials.cseq.hash(&mut hasher);
        }
        format!("{:016x}", hasher.finish())
    }

    /// Our Contact on a flow.
    fn contact(&self, flow: &Flow, request_uri: &str) -> String {
        let advertised = match flow.transport {
            Transport::Udp => &self.config.advertised.udp,
            Transport::Tcp => &self.config.advertised.tcp,
            Transport::Tls => &self.config.advertised.tls,
        };
        let host_port = advertised.clone().unwrap_or_else(|| flow.local.to_string());
        let user = self.config.contact_user.as_deref().or_else(|| user_of(request_uri));
        let user = user.map(|user| format!("{user}@")).unwrap_or_default();
        let transport = match flow.transport {
            Transport::Udp => String::new(),
            stream => format!(";transport={}", stream.as_str()),
        };
        format!("<sip:{user}{host_port}{transport}>;+sip.srs")
    }

    /// Forgets a server transaction and all that is due for it.
    fn forget(&mut self, id: TransactionId) -> Option<ServerTransaction> {
        let transaction = self.transactions.remove(&id)?;
        let dues = [
            Due::Trying(id),
            Due::RepeatProvisional(id),
            Due::RepeatAnswer(id),
            Due::NoAck(id),
            Due::Forget(id),
        ];
        for due in dues {
            self.timers.clear(&due);
        }
        self.by_key.remove(&transaction.key);
        self.half_open.remove(&id);
        if let AnswerState::Waiting(invite) = transaction.state {
            self.invites.remove(&invite);
        }
        let initial = initial_key(&transaction);
        if self.initial.get(&initial) == Some(&id) {
            self.initial.remove(&initial);
        }
        if let Some(dialog) = self.dialogs.get_mut(&transaction.dialog) {
            dialog.unacknowledged.retain(|(_, unacknowledged)| *unacknowledged != id);
            dialog.waiting = dialog.waiting.filter(|waiting| *waiting != id);
        }
        Some(transaction)
    }
}

fn initial_key(transaction: &ServerTransaction) -> (String, String, u32) {
    (transaction.dialog.call_id.clone(), transaction.dialog.remote_tag.clone(), transaction.cseq)
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint")
            .field("dialogs", &self.dialogs.len())
            .field("transactions", &self.transactions.len())
            .finish_non_exhaustive()
    }
}
