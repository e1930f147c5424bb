//! What a datagram of a WHIP session was.

use bytes::Bytes;

/// What a datagram was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// Nothing for the recorder.
    Nothing,
    /// One RTP packet in the clear, for a stream.
    Media {
        /// The m-line's position.
        stream: u8,
        /// The packet.
        packet: Bytes,
    },
    /// Not authentic, not expected or not readable.
    Dropped,
}
