//! Transactions: requests being answered, and our own requests being answered (RFC 3261 §17).

use std::net::IpAddr;
use std::time::Duration;

use super::event::{DialogId, InviteId};
use super::reply::ReplyHeads;
use super::session_timer::SessionTimer;
use crate::message::essentials::Essentials;
use crate::message::method::Method;
use crate::transport::Flow;

/// What makes two requests the same one (RFC 3261 §17.2.3).
///
/// More is compared than the RFC asks: the peer's address, so that no other can join in, and Call-ID and CSeq,
/// because some peers use one branch for all they send.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct TransactionKey {
    branch: String,
    sent_by: String,
    call_id: String,
    cseq: u32,
    method: Method,
    remote: IpAddr,
}

impl TransactionKey {
    /// The key of a request; ACK and CANCEL have that of the INVITE they belong to.
    pub(super) fn of(essentials: &Essentials, method: &Method, flow: &Flow) -> TransactionKey {
        let method = match method {
            Method::Ack | Method::Cancel => Method::Invite,
            other => other.clone(),
        };
        // Peers older than RFC 3261 make no branch: there the other fields name the transaction.
        let branch = match essentials.via.branch() {
            Some(branch) => branch.to_owned(),
            None => essentials.from.tag().unwrap_or_default().to_owned(),
        };
        TransactionKey {
            branch,
            sent_by: essentials.via.sent_by.to_ascii_lowercase(),
            call_id: essentials.call_id.clone(),
            cseq: essentials.cseq,
            method,
            remote: flow.remote.ip(),
        }
    }
}

/// The number of a server transaction.
pub(super) type TransactionId = u64;

/// How far the answer is.
#[derive(Debug, Clone)]
pub(super) enum AnswerState {
    /// The shell has not answered yet.
    Waiting(InviteId),
    /// A final answer was sent; it is repeated on request, and for INVITE by itself until the ACK.
    Answered {
        /// The answer's octets.
        bytes: Vec<u8>,
        /// 200..=699
        status: u16,
        /// The time to the next repetition.
        interval: Duration,
    },
    /// The ACK came; the answer is still repeated on request.
    Acknowledged(Vec<u8>),
}

/// A request being answered.
#[derive(Debug, Clone)]
pub(super) struct ServerTransaction {
    pub key: TransactionKey,
    pub flow: Flow,
    pub method: Method,
    pub heads: ReplyHeads,
    pub dialog: DialogId,
    pub cseq: u32,
    /// Whether it opens its dialog.
    pub is_initial: bool,
    /// Whether our 200 holds the offer, so that the ACK holds the answer.
    pub we_offer: bool,
    pub timer: Option<SessionTimer>,
    /// Whether the peer requires answers before the answer to be reliable.
    pub wants_reliable: bool,
    /// The reliable answer before the answer, if one was sent.
    pub provisional: Option<Box<Provisional>>,
    /// The peer's Contact.
    pub remote_target: Option<String>,
    /// Our Contact.
    pub contact: String,
    pub state: AnswerState,
}

/// A reliable answer before the answer.
#[derive(Debug, Clone)]
pub(super) struct Provisional {
    pub rseq: u32,
    pub bytes: Vec<u8>,
    /// The time to the next repetition.
    pub interval: Duration,
    /// When it is given up.
    pub until: Duration,
    /// The CSeq number of the PRACK, once it came.
    pub prack_cseq: Option<u32>,
}

/// One of our own requests.
#[derive(Debug, Clone)]
pub(super) struct ClientTransaction {
    pub flow: Flow,
    pub method: Method,
    pub dialog: DialogId,
    pub bytes: Vec<u8>,
    pub interval: Duration,
}

/// What can become due.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Due {
    /// Say 100 to an INVITE the shell has not answered (200 ms).
    Trying(TransactionId),
    /// Repeat a reliable answer before the answer (RFC 3262 §3).
    RepeatProvisional(TransactionId),
    /// Repeat the answer to an INVITE (timers G and the 2xx of §13.3.1.4).
    RepeatAnswer(TransactionId),
    /// No ACK came (timer H).
    NoAck(TransactionId),
    /// Forget a transaction (timers I, J, L).
    Forget(TransactionId),
    /// Repeat a request of ours (timer E).
    RepeatRequest(String),
    /// No answer came to a request of ours (timer F).
    NoAnswer(String),
    /// Refresh, or end, a timed session.
    Session(DialogId),
}
