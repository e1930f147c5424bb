//! A dialog (RFC 3261 §12) and what of it outlives a crash.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::event::DialogId;
use super::transaction::TransactionId;
use crate::transport::Flow;

/// A dialog as it can be written down and taken up again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialogSnapshot {
    /// Its name.
    pub id: DialogId,
    /// The flow of its last request.
    pub flow: Flow,
    /// The last CSeq number we used.
    pub local_cseq: u32,
    /// The last CSeq number the peer used.
    pub remote_cseq: u32,
    /// Our From, with tag, for requests of our own.
    pub local: String,
    /// The peer's To, with tag.
    pub remote: String,
    /// The Request-URI of our requests: the peer's Contact.
    pub remote_target: String,
    /// Route headers of our requests, in order.
    pub route_set: Vec<String>,
    /// Our Contact.
    pub contact: String,
    /// The SDP we last sent.
    pub local_sdp: String,
    /// Session interval in seconds, if timed.
    pub session_interval: Option<u32>,
    /// Whether we must send the refreshes.
    pub we_refresh: bool,
}

/// A dialog that lives, or whose BYE is on its way.
#[derive(Debug)]
pub(super) struct Dialog {
    pub facts: DialogSnapshot,
    /// When the session ends unless it is refreshed.
    pub expires_at: Option<Duration>,
    /// The stream is gone and the peer has not come back on another.
    pub flow_lost: bool,
    /// `Ended` was said.
    pub ended: bool,
    /// A BYE to send once the ACK is there (RFC 3261 §15: not before).
    pub bye_after_ack: Option<String>,
    /// INVITEs answered 2xx whose ACK has not come: CSeq number and transaction.
    pub unacknowledged: Vec<(u32, TransactionId)>,
    /// The re-INVITE or UPDATE that waits for the shell.
    pub waiting: Option<TransactionId>,
    /// A request for a metadata snapshot is on its way.
    pub asks_snapshot: bool,
    /// A request of the peer's was missed: its CSeq numbers made a jump.
    pub has_missed: bool,
}

impl Dialog {
    pub(super) fn new(facts: DialogSnapshot) -> Dialog {
        Dialog {
            facts,
            expires_at: None,
            flow_lost: false,
            ended: false,
            bye_after_ack: None,
            unacknowledged: Vec::new(),
            waiting: None,
            asks_snapshot: false,
            has_missed: false,
        }
    }
}
