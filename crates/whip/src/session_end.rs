//! Why a WHIP session is over.

/// Why a session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndCause {
    /// The client said good-bye on the media path.
    ClosedByPeer,
    /// The client never got through.
    NeverConnected,
    /// The client's certificate is not the one it signalled, or keys could not be agreed.
    KeysFailed,
    /// The client fell silent.
    ConsentExpired,
}

impl EndCause {
    /// The word kept with the recording.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClosedByPeer => "bye",
            Self::NeverConnected => "never_connected",
            Self::KeysFailed => "keys_failed",
            Self::ConsentExpired => "consent_expired",
        }
    }
}
