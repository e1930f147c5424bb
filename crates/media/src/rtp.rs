//! The RTP fixed header and what may stand between it and the payload (RFC 3550 §5.1, §5.3.1).

/// One RTP packet, borrowed from the datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RtpPacket<'a> {
    /// 0–127.
    pub payload_type: u8,
    /// For audio: the first packet of a talkspurt (RFC 3551 §4.1).
    pub marker: bool,
    /// Counts packets, modulo 2^16.
    pub sequence_number: u16,
    /// Sampling instant of the first octet, modulo 2^32, in the payload's clock rate.
    pub timestamp: u32,
    /// The synchronisation source; never trusted alone to tell two legs apart.
    pub ssrc: u32,
    /// What is left after CSRC list, header extension and padding; may be empty.
    pub payload: &'a [u8],
}

/// Why a datagram is not an RTP packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RtpError {
    /// Fewer than the 12 octets of the fixed header.
    #[error("shorter than the fixed header")]
    TooShort,
    /// The version is not 2.
    #[error("version is not 2")]
    Version,
    /// The CSRC list runs past the end.
    #[error("contributing sources run past the end")]
    ContributingSources,
    /// The header extension runs past the end.
    #[error("header extension runs past the end")]
    Extension,
    /// The padding count is 0 or more than what is left.
    #[error("padding does not fit")]
    Padding,
}

/// Octets of the fixed header.
const FIXED_HEADER_LEN: usize = 12;

impl<'a> RtpPacket<'a> {
    /// Reads one datagram.
    ///
    /// # Errors
    /// [`RtpError`] where RFC 3550 §A.1 calls the header invalid.
    pub fn parse(datagram: &'a [u8]) -> Result<Self, RtpError> {
        let (header, mut rest) =
            datagram.split_first_chunk::<FIXED_HEADER_LEN>().ok_or(RtpError::TooShort)?;
        let &[flags, kind, s0, s1, t0, t1, t2, t3, i0, i1, i2, i3] = header;
        if flags >> 6 != 2 {
            return Err(RtpError::Version);
        }
        let sources = usize::from(flags & 0x0F) * 4;
        (_, rest) = rest.split_at_checked(sources).ok_or(RtpError::ContributingSources)?;
        if flags & 0x10 != 0 {
            let (&[_, _, l0, l1], body) = rest.split_first_chunk::<4>().ok_or(RtpError::Extension)?;
            let words = usize::from(u16::from_be_bytes([l0, l1]));
            (_, rest) = body.split_at_checked(words * 4).ok_or(RtpError::Extension)?;
        }
        if flags & 0x20 != 0 {
            let count = usize::from(*rest.last().ok_or(RtpError::Padding)?);
            let kept = rest.len().checked_sub(count).filter(|_| count > 0).ok_or(RtpError::Padding)?;
            (rest, _) = rest.split_at_checked(kept).ok_or(RtpError::Padding)?;
        }
        Ok(Self {
            payload_type: kind & 0x7F,
            marker: kind & 0x80 != 0,
            sequence_number: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([i0, i1, i2, i3]),
            payload: rest,
        })
    }

    /// Appends the packet to `out` as a plain datagram (no CSRC, extension or padding): for senders in tests and fixtures.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.push(0x80);
        out.push(self.payload_type & 0x7F | if self.marker { 0x80 } else { 0 });
        out.extend_from_slice(&self.sequence_number.to_be_bytes());
        out.extend_from_slice(&self.timestamp.to_be_bytes());
        out.extend_from_slice(&self.ssrc.to_be_bytes());
        out.extend_from_slice(self.payload);
    }
}

/// Whether a datagram on an RTP port is RTCP multiplexed onto it (RFC 5761 §4: second octet 192–223).
pub fn is_rtcp(datagram: &[u8]) -> bool {
    matches!(datagram, [first, 192..=223, ..] if first >> 6 == 2)
}

#[cfg(test)]
mod tests;
