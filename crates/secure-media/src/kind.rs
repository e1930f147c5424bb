//! What a datagram on a media port is: STUN, DTLS, RTP and RTCP share one port (RFC 7983, RFC 5761).

/// What the first octets say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatagramKind {
    /// STUN: an address check, or a keep-alive.
    Stun,
    /// A DTLS record.
    Dtls,
    /// RTP or SRTP.
    Rtp,
    /// RTCP or SRTCP.
    Rtcp,
    /// None of these.
    Unknown,
}

/// Reads the first two octets; nothing is checked beyond them.
pub fn kind_of(datagram: &[u8]) -> DatagramKind {
    match datagram {
        [0..=3, _, ..] => DatagramKind::Stun,
        [20..=63, _, ..] => DatagramKind::Dtls,
        // packet types 192–223 cannot be an RTP payload type with its marker under multiplexing (RFC 5761 §4)
        [128..=191, 192..=223, ..] => DatagramKind::Rtcp,
        [128..=191, _, ..] => DatagramKind::Rtp,
        _ => DatagramKind::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_octets_tell_what_shares_the_port() {
        assert_eq!(kind_of(&[0, 1]), DatagramKind::Stun);
        assert_eq!(kind_of(&[22, 254]), DatagramKind::Dtls);
        assert_eq!(kind_of(&[0x80, 0]), DatagramKind::Rtp);
        assert_eq!(kind_of(&[0x90, 0x80 | 111]), DatagramKind::Rtp);
        assert_eq!(kind_of(&[0x81, 200]), DatagramKind::Rtcp);
        assert_eq!(kind_of(&[0x40, 0]), DatagramKind::Unknown);
        assert_eq!(kind_of(&[0x80]), DatagramKind::Unknown);
        assert_eq!(kind_of(&[]), DatagramKind::Unknown);
    }
}
