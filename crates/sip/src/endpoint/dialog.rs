//! A dialog (RFC 3261 §12) and what of it outlives a crash.

use serde::{Deserialize, Serialize};

use super::event::DialogId;
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
