//! Where the parts of an SRTP or SRTCP packet lie. Reads lengths only; nothing here is secret or trusted.

use std::ops::Range;

/// What the header of an RTP packet says before anything is authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RtpHeader {
    /// Octets before the encrypted part: fixed header, CSRCs, extension.
    pub(crate) length: usize,
    pub(crate) sequence: u16,
    pub(crate) ssrc: u32,
}

/// Reads an RTP header (RFC 3550 §5.1). None when the packet is not version 2 or ends inside its header.
pub(crate) fn rtp_header(packet: &[u8]) -> Option<RtpHeader> {
    let first = *packet.first()?;
    if first >> 6 != 2 {
        return None;
    }
    let mut length = 12 + 4 * usize::from(first & 0x0F);
    if first & 0x10 != 0 {
        let words = octets::<2>(packet, length + 2)?;
        length += 4 + 4 * usize::from(u16::from_be_bytes(words));
    }
    (packet.len() >= length).then_some(())?;
    Some(RtpHeader {
        length,
        sequence: u16::from_be_bytes(octets(packet, 2)?),
        ssrc: u32::from_be_bytes(octets(packet, 8)?),
    })
}

/// The sender's SSRC of an RTCP packet: octets 4 to 7 of the first packet in the compound.
pub(crate) fn rtcp_ssrc(packet: &[u8]) -> Option<u32> {
    (packet.first()? >> 6 == 2).then_some(())?;
    octets(packet, 4).map(u32::from_be_bytes)
}

/// `N` octets from `at`.
pub(crate) fn octets<const N: usize>(packet: &[u8], at: usize) -> Option<[u8; N]> {
    packet.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// Where body, tag and key identifier lie behind `header` octets, `trailer` being the SRTCP index word (0 or 4 octets).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    /// The encrypted part.
    pub(crate) body: Range<usize>,
    pub(crate) trailer: Range<usize>,
    pub(crate) tag: Range<usize>,
    pub(crate) mki: Range<usize>,
}

impl Layout {
    /// None when the packet is too short. GCM puts its tag right behind the body and the identifier last (RFC 7714 §9, §8.2);
    /// HMAC has its tag last (RFC 3711 §3.1, §3.4).
    pub(crate) fn of(
        length: usize,
        header: usize,
        trailer: usize,
        mki: usize,
        tag: usize,
        aead: bool,
    ) -> Option<Self> {
        let body_end = length.checked_sub(trailer + mki + tag).filter(|end| *end >= header)?;
        Some(if aead {
            let (tag_end, trailer_end) = (body_end + tag, body_end + tag + trailer);
            Self {
                body: header..body_end,
                tag: body_end..tag_end,
                trailer: tag_end..trailer_end,
                mki: trailer_end..length,
            }
        } else {
            let (trailer_end, mki_end) = (body_end + trailer, body_end + trailer + mki);
            Self {
                body: header..body_end,
                trailer: body_end..trailer_end,
                mki: trailer_end..mki_end,
                tag: mki_end..length,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_may_not_point_beyond_its_packet() {
        let mut packet = [0; 40];
        packet[0] = 0x80;
        assert_eq!(rtp_header(&packet).map(|header| header.length), Some(12));
        packet[0] = 0x8F;
        assert_eq!(rtp_header(&packet), None, "15 CSRCs need 72 octets");
        packet[0] = 0x90;
        packet[15] = 2;
        assert_eq!(rtp_header(&packet).map(|header| header.length), Some(24));
        packet[14] = 0xFF;
        assert_eq!(rtp_header(&packet), None, "an extension beyond the end");
        assert_eq!(rtp_header(&packet[..11]), None);
        packet[0] = 0x40;
        assert_eq!(rtp_header(&packet), None, "version 1");
        assert_eq!(rtcp_ssrc(&[0x80, 200, 0, 1, 0, 0, 0]), None);
    }

    #[test]
    fn the_tag_comes_last_with_hmac_and_before_the_identifier_with_gcm() {
        let hmac = Layout::of(100, 12, 0, 2, 10, false).expect("long enough");
        assert_eq!((hmac.body, hmac.mki, hmac.tag), (12..88, 88..90, 90..100));
        let gcm = Layout::of(100, 8, 4, 2, 16, true).expect("long enough");
        assert_eq!((gcm.body, gcm.tag, gcm.trailer, gcm.mki), (8..78, 78..94, 94..98, 98..100));
        assert_eq!(Layout::of(21, 12, 0, 0, 10, false), None);
    }
}
