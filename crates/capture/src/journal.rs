//! The entries of a call in the spool: what was opened, received, changed and ended, in order, in a versioned binary form.
//!
//! An entry is `kind u8 · version u8 · length u32 · body` (big-endian). Signalling bodies are JSON; media bodies are packed
//! packets. A kind or version this program does not know is passed over, so that neighbouring releases read each other's spool.

use rokuon_policy::ids::{CallId, ConnectionId, RecordingId, TenantId};

use base64::Engine as _;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::counters::CallCounters;
use crate::journal::media::MediaBatch;
use crate::segment::continuation::ContinuationState;
use crate::stream::StreamSetup;

pub mod decode;
pub mod encode;
pub mod media;

/// Octets before an entry's body.
pub const ENTRY_HEADER_LEN: usize = 6;

/// Longest body that is read or written.
pub const MAX_BODY_LEN: usize = 16 * 1024 * 1024;

/// Why bytes are not entries, or an entry cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The bytes end inside an entry: a torn tail.
    #[error("journal ends inside an entry")]
    Truncated,
    /// The body is longer than [`MAX_BODY_LEN`].
    #[error("entry of {0} octets is too long")]
    TooLong(usize),
    /// A packet in a media entry runs past its end.
    #[error("packet runs past its media entry")]
    Packet,
    /// A body that should be of fixed form has the wrong length.
    #[error("entry of kind {0} has a body of wrong length")]
    Body(u8),
    /// A signalling body is not the JSON it should be.
    #[error("signalling entry cannot be read or written")]
    Json(#[from] serde_json::Error),
}

/// One entry.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry<'a> {
    /// A call was answered (or taken up again after a restart).
    Opened(Box<CallOpened>),
    /// Packets that were accepted, in order of arrival.
    Media(MediaBatch<'a>),
    /// A stream went on hold or came back.
    OnHold(OnHold),
    /// Recording was paused by somebody, or goes on.
    Paused(Paused),
    /// A sender told where its clock stands.
    SenderClock(SenderClock),
    /// How a stream is protected, as its owner wants to find it again.
    Protected(Box<Protected>),
    /// Signalling changed something.
    Updated(Box<CallUpdated>),
    /// A segment is safely stored; what it covers need not be read again.
    SegmentSealed(Box<SegmentSealed>),
    /// The call is over.
    Ended(Box<CallEnded>),
    /// Written by another release.
    Unknown {
        /// Its kind octet.
        kind: u8,
        /// Its version octet.
        version: u8,
        /// Its body.
        body: &'a [u8],
    },
}

/// The first entry of a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallOpened {
    /// Whose call.
    pub tenant: TenantId,
    /// What is kept of it.
    pub recording: RecordingId,
    /// The call in the tenant's log.
    pub call: CallId,
    /// Where it came in.
    pub connection: ConnectionId,
    /// The call's epoch: arrival times count from here.
    pub opened_at: DateTime<Utc>,
    /// Negotiated streams.
    pub streams: Vec<StreamSetup>,
    /// Receive ports, in the order of `streams`; bound again after a restart.
    pub local_ports: Vec<u16>,
    /// The SIP dialog, as its owner wants to find it again.
    #[serde(default)]
    pub dialog: serde_json::Value,
    /// What the policy said of the call's lines, as its owner wants to find it again.
    #[serde(default)]
    pub routing: serde_json::Value,
    /// Session descriptions received so far, untouched.
    #[serde(default)]
    pub sdp: Vec<AsReceived>,
    /// Recording metadata (RFC 7865) received so far, untouched.
    #[serde(default)]
    pub metadata: Vec<AsReceived>,
    /// Version of the program that wrote this.
    pub software_version: String,
    /// Where an earlier life of the same call stopped; `None` for a new call.
    #[serde(default)]
    pub continuation: Option<ContinuationState>,
    /// Not a beginning: all that was said so far, said again when a segment was sealed, so that what stands before it may go.
    #[serde(default)]
    pub repeated: bool,
}

/// A body as it stood on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AsReceived {
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// Its `Content-Type`.
    pub content_type: String,
    /// Its octets in base64 (RFC 4648 §4).
    pub base64: String,
}

impl AsReceived {
    /// Wraps the octets of a body.
    pub fn new(received_at: DateTime<Utc>, content_type: impl Into<String>, octets: &[u8]) -> Self {
        Self {
            received_at,
            content_type: content_type.into(),
            base64: base64::engine::general_purpose::STANDARD.encode(octets),
        }
    }

    /// The octets; `None` if someone wrote something else than base64.
    pub fn octets(&self) -> Option<Vec<u8>> {
        base64::engine::general_purpose::STANDARD.decode(&self.base64).ok()
    }
}

/// A stream went on hold or came back (RFC 3264 §8.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnHold {
    /// Index of the stream.
    pub stream: u8,
    /// On hold, or not any more.
    pub on_hold: bool,
    /// Microseconds since the call's epoch.
    pub at_micros: u64,
}

/// Recording was paused by somebody who may, or goes on: what arrives meanwhile is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paused {
    /// Paused, or not any more.
    pub paused: bool,
    /// Microseconds since the call's epoch.
    pub at_micros: u64,
}

/// A sender's report (RFC 3550 §6.4.1): what the streams of one sender can be aligned by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderClock {
    /// Index of the stream.
    pub stream: u8,
    /// RTP synchronisation source.
    pub ssrc: u32,
    /// The sender's wall clock: seconds since 1900 and their fraction, 32 bits each.
    pub ntp: u64,
    /// The RTP timestamp at that instant.
    pub rtp_timestamp: u32,
    /// Arrival of the report, in microseconds since the call's epoch.
    pub at_micros: u64,
}

/// How a stream is protected: secret, so it stands in the journal and nowhere else.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Protected {
    /// Index of the stream.
    pub stream: u8,
    /// Keys and counters, as their owner writes them.
    pub state: serde_json::Value,
}

impl std::fmt::Debug for Protected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Protected").field("stream", &self.stream).finish_non_exhaustive()
    }
}

/// Signalling changed something; what is empty or `None` stays as it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallUpdated {
    /// When, by the wall clock.
    pub at: DateTime<Utc>,
    /// When, in microseconds since the call's epoch.
    pub at_micros: u64,
    /// All streams as they are from now on.
    #[serde(default)]
    pub streams: Option<Vec<StreamSetup>>,
    /// Receive ports, in the order of `streams`.
    #[serde(default)]
    pub local_ports: Option<Vec<u16>>,
    /// The SIP dialog.
    #[serde(default)]
    pub dialog: Option<serde_json::Value>,
    /// The routing judgement.
    #[serde(default)]
    pub routing: Option<serde_json::Value>,
    /// Further session descriptions.
    #[serde(default)]
    pub sdp: Vec<AsReceived>,
    /// Further metadata.
    #[serde(default)]
    pub metadata: Vec<AsReceived>,
}

/// The last entry of a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallEnded {
    /// When, by the wall clock.
    pub at: DateTime<Utc>,
    /// When, in microseconds since the call's epoch.
    pub at_micros: u64,
    /// What ended it, such as `bye`, `rtp_silence`, `session_timer`, `transport_lost`.
    pub cause: String,
    /// What was received.
    #[serde(default)]
    pub counters: CallCounters,
}

/// Segments of a live call are safely stored; what they cover is read no more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentSealed {
    /// The highest segment number stored so far.
    pub number: u32,
    /// When, by the wall clock.
    pub sealed_at: DateTime<Utc>,
    /// Where the next segment begins.
    pub continuation: ContinuationState,
    /// What the storing side wants to find again (object names, hashes).
    #[serde(default)]
    pub stored: serde_json::Value,
}

#[cfg(test)]
pub(crate) mod tests;
