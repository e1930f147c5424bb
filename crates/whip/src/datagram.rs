//! What a datagram on the shared media port is, by its first octet (RFC 7983 §7).

/// The protocol a datagram belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// STUN: a connectivity or consent check.
    Stun,
    /// DTLS: the key agreement.
    Dtls,
    /// SRTP: media.
    Rtp,
    /// SRTCP: reports on media (RFC 5761 §4).
    Rtcp,
    /// Nothing that belongs here.
    Other,
}

/// Tells the protocol of a datagram.
pub fn protocol(datagram: &[u8]) -> Protocol {
    match (datagram.first(), datagram.get(1)) {
        (Some(0..=3), _) if datagram.len() >= 20 => Protocol::Stun,
        (Some(20..=63), _) if datagram.len() >= 13 => Protocol::Dtls,
        (Some(128..=191), Some(192..=223)) if datagram.len() >= 8 => Protocol::Rtcp,
        (Some(128..=191), Some(_)) if datagram.len() >= 12 => Protocol::Rtp,
        _ => Protocol::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_protocol_is_told_by_its_first_octets() {
        let of = |first: u8, second: u8| {
            let mut datagram = [0; 40];
            (datagram[0], datagram[1]) = (first, second);
            protocol(&datagram)
        };
        assert_eq!(of(0, 1), Protocol::Stun);
        assert_eq!(of(22, 254), Protocol::Dtls);
        assert_eq!(of(0x80, 111), Protocol::Rtp);
        assert_eq!(of(0x80, 0x80 | 111), Protocol::Rtp);
        assert_eq!(of(0x81, 201), Protocol::Rtcp);
        assert_eq!(of(64, 0), Protocol::Other);
        assert_eq!(protocol(&[]), Protocol::Other);
        assert_eq!(protocol(&[0; 19]), Protocol::Other);
    }
}
