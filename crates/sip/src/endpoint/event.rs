//! What the endpoint tells the shell: datagrams to send, and what happened.

use serde::{Deserialize, Serialize};

use crate::message::request::Request;
use crate::sdp::session_description::SessionDescription;
use crate::transport::Flow;

/// One thing for the shell to do.
#[derive(Debug, Clone)]
pub enum Output {
    /// Send these octets on this flow (one datagram on UDP).
    Send {
        /// Where to.
        flow: Flow,
        /// One whole SIP message.
        bytes: Vec<u8>,
    },
    /// Something the recorder wants to know.
    Event(Event),
}

/// What happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A new dialog is offered: answer with `accept`, `refuse` or `ignore`.
    Invite(Box<Invite>),
    /// A re-INVITE or UPDATE with an offer came inside a dialog: answer with `accept` or `refuse`.
    Reinvite(Box<Invite>),
    /// An in-dialog UPDATE, INFO or re-INVITE without SDP (or an ACK) carried metadata; it is answered already.
    Metadata {
        /// The dialog.
        dialog: DialogId,
        /// The CSeq number: partial updates apply in this order.
        cseq: u32,
        /// The metadata as received.
        body: MetadataBody,
    },
    /// The ACK to one of our 200 answers came, for the INVITE and for each re-INVITE.
    Confirmed {
        /// The dialog.
        dialog: DialogId,
        /// The SDP of the ACK, where our 200 held the offer.
        late_answer: Option<Vec<u8>>,
    },
    /// The dialog is over; said exactly once for each dialog offered and not refused or ignored.
    Ended {
        /// The dialog.
        dialog: DialogId,
        /// Why.
        cause: EndCause,
    },
}

/// Why a dialog is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndCause {
    /// The peer sent BYE.
    Bye,
    /// The peer took its INVITE back before we answered.
    Cancelled,
    /// Our 200 was never acknowledged (64·T1).
    NoAck,
    /// The session timer ran out, or our refresh was refused as unknown (RFC 4028).
    SessionExpired,
    /// The stream closed before we answered the INVITE. A stream lost later does not end the dialog.
    FlowLost,
    /// We hung up.
    HungUp,
    /// Our 200 held the offer, and the ACK to it no answer.
    NoAnswer,
}

/// The number of an INVITE, re-INVITE or UPDATE that waits for the shell's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InviteId(pub(crate) u64);

/// An offer to record, or a change to one.
#[derive(Debug, Clone)]
pub struct Invite {
    /// To be given to `accept`, `refuse` or `ignore`.
    pub id: InviteId,
    /// The dialog it opens or belongs to.
    pub dialog: DialogId,
    /// Where it came from.
    pub flow: Flow,
    /// The whole request.
    pub request: Request,
    /// The user part of the Request-URI, escapes kept (`%00` stays `%00`).
    pub request_user: Option<String>,
    /// The user part of the To URI, escapes kept.
    pub to_user: Option<String>,
    /// Whether the peer shows itself a recording client: Require, Contact mark or a metadata part.
    pub siprec: bool,
    /// The offer; `None` when the request has no SDP (we offer in the answer).
    pub offer: Option<SessionDescription>,
    /// The offer as received; empty when there is none.
    pub raw_offer: Vec<u8>,
    /// The recording metadata, if any came with it.
    pub metadata: Option<MetadataBody>,
    /// The CSeq number.
    pub cseq: u32,
}

/// Recording metadata as it stood in a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetadataBody {
    /// Its Content-Type as written.
    pub content_type: String,
    /// Its octets as received.
    pub raw: Vec<u8>,
}

/// What names a dialog (RFC 3261 §12), seen from us.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DialogId {
    /// Call-ID.
    pub call_id: String,
    /// The tag we gave in To.
    pub local_tag: String,
    /// The peer's From tag; empty where an old peer sends none.
    pub remote_tag: String,
}
