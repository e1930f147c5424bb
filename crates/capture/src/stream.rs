//! A negotiated media stream of a call, as signalling tells it to the recorder.

use std::net::SocketAddr;

use rokuon_media::codec::Codec;
use rokuon_media::timeline::FrameKind;
use serde::{Deserialize, Serialize};

/// What a negotiated payload type carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayloadKind {
    /// Audio in a codec we can file.
    Audio(Codec),
    /// DTMF and the like (RFC 4733).
    TelephoneEvent,
    /// Comfort noise (RFC 3389).
    ComfortNoise,
    /// Something negotiated that we keep in the journal but cannot file: its encoding name.
    Other(String),
}

impl PayloadKind {
    /// How the timeline treats it; `None` where it cannot.
    pub const fn frame_kind(&self) -> Option<FrameKind> {
        match self {
            Self::Audio(codec) => Some(FrameKind::Audio(*codec)),
            Self::TelephoneEvent => Some(FrameKind::TelephoneEvent),
            Self::ComfortNoise => Some(FrameKind::ComfortNoise),
            Self::Other(_) => None,
        }
    }
}

/// One m-line that we receive on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamSetup {
    /// Position of its m-line; names the stream for the length of the call.
    pub index: u8,
    /// `a=label` (RFC 4574), if there is one.
    pub label: Option<String>,
    /// Channel of the recording (0 caller, 1 called); `None` while nothing says whose voice it is.
    pub channel: Option<u8>,
    /// One stream carries all parties: it becomes a recording of one channel.
    #[serde(default)]
    pub mixed: bool,
    /// Negotiated payload types and what they carry.
    pub payload_types: Vec<(u8, PayloadKind)>,
    /// The address the other side said it sends from.
    pub expected_remote: Option<SocketAddr>,
    /// The source may be learned once from the first valid packet (within the connection's networks).
    pub learn_remote: bool,
}

impl StreamSetup {
    /// What a payload type carries on this stream, if it was negotiated.
    pub fn kind_of(&self, payload_type: u8) -> Option<&PayloadKind> {
        self.payload_types.iter().find(|(listed, _)| *listed == payload_type).map(|(_, kind)| kind)
    }
}
