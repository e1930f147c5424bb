//! Why a packet is not let in.

/// A packet that is dropped and counted; nothing of it may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refused {
    /// Too short, another version, or a header that points beyond its end.
    #[error("no whole SRTP or SRTCP packet")]
    Malformed,
    /// The tag does not fit: forged, damaged, or under another key.
    #[error("the authentication tag does not fit")]
    Unauthentic,
    /// Seen before, or older than the window.
    #[error("seen before, or too old to tell")]
    Replayed,
    /// The master key's packets are used up (RFC 3711 §9.2).
    #[error("the key has protected as many packets as it may")]
    Exhausted,
}
