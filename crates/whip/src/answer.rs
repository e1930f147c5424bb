//! The answer to an offer: receive only, one transport, one fingerprint, every candidate (RFC 9725 §4.2).

use std::net::{IpAddr, SocketAddr};

use rokuon_secure_media::dtls::handshake::DtlsRole;
use rokuon_secure_media::dtls::identity::DtlsIdentity;

use crate::codecs::Encoding;
use crate::ice::IceCredentials;
use crate::offer::{Offer, OfferedMedia, TakenMedia};

/// What an answer says of us.
pub struct AnswerParts<'a> {
    /// Names the session in `o=`.
    pub session_id: u64,
    /// Our certificate.
    pub identity: &'a DtlsIdentity,
    /// Our ICE credentials.
    pub ice: &'a IceCredentials,
    /// Every address media can be sent to; the first is preferred.
    pub candidates: &'a [SocketAddr],
}

impl AnswerParts<'_> {
    /// Writes the answer.
    pub fn answer(&self, offer: &Offer) -> String {
        let mut sdp = format!(
            "v=0\r\no=rokuon {} 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n",
            self.session_id & 0x7FFF_FFFF_FFFF_FFFF
        );
        let mids = offer
            .media
            .iter()
            .filter(|m| m.taken.is_some())
            .filter_map(|m| m.mid.as_deref())
            .collect::<Vec<_>>();
        if !mids.is_empty() {
            sdp.push_str(&format!("a=group:BUNDLE {}\r\n", mids.join(" ")));
        }
        // Exactly one, and on the session: several break libdatachannel and GStreamer.
        sdp.push_str(&format!("a=ice-lite\r\na=fingerprint:{}\r\n", self.identity.fingerprint()));
        let setup = match offer.role {
            DtlsRole::Passive => "passive",
            DtlsRole::Active => "active",
        };
        let mut first = true;
        for media in &offer.media {
            match &media.taken {
                Some(taken) => {
                    self.write_taken(&mut sdp, media, taken, setup, first);
                    first = false;
                }
                None => write_refused(&mut sdp, media),
            }
        }
        sdp
    }

    fn write_taken(
        &self,
        sdp: &mut String,
        media: &OfferedMedia,
        taken: &TakenMedia,
        setup: &str,
        candidates: bool,
    ) {
        let numbers = taken.formats.iter().map(|f| f.payload_type.to_string()).collect::<Vec<_>>().join(" ");
        let (kind, protocol) = (taken.kind.as_str(), &media.protocol);
        sdp.push_str(&format!("m={kind} 9 {protocol} {numbers}\r\nc=IN IP4 0.0.0.0\r\n"));
        sdp.push_str(&ice_lines(self.ice));
        if candidates {
            sdp.push_str(&candidate_lines(self.candidates));
        }
        sdp.push_str(&format!("a=setup:{setup}\r\n"));
        if let Some(mid) = &media.mid {
            sdp.push_str(&format!("a=mid:{mid}\r\n"));
        }
        sdp.push_str("a=recvonly\r\na=rtcp-mux\r\n");
        for format in &taken.formats {
            let number = format.payload_type;
            sdp.push_str(&format!("a=rtpmap:{number} {}\r\n", format.rtpmap));
            if let Some(fmtp) = &format.fmtp {
                sdp.push_str(&format!("a=fmtp:{number} {fmtp}\r\n"));
            }
            for feedback in &format.feedback {
                sdp.push_str(&format!("a=rtcp-fb:{number} {feedback}\r\n"));
            }
        }
        if taken.formats.first().is_some_and(|f| f.encoding == Encoding::Opus) {
            sdp.push_str("a=ptime:20\r\na=maxptime:120\r\n");
        }
    }
}

/// A line that is turned down keeps its place (RFC 3264 §6).
fn write_refused(sdp: &mut String, media: &OfferedMedia) {
    let formats = if media.formats.is_empty() { "0".to_owned() } else { media.formats.join(" ") };
    sdp.push_str(&format!("m={} 0 {} {formats}\r\nc=IN IP4 0.0.0.0\r\n", media.kind_word, media.protocol));
    if let Some(mid) = &media.mid {
        sdp.push_str(&format!("a=mid:{mid}\r\n"));
    }
    sdp.push_str("a=inactive\r\n");
}

pub(crate) fn ice_lines(ice: &IceCredentials) -> String {
    format!("a=ice-ufrag:{}\r\na=ice-pwd:{}\r\n", ice.ufrag, ice.password)
}

/// Host candidates over UDP (RFC 8839 §5.1), best first, and the word that there are no more.
pub(crate) fn candidate_lines(candidates: &[SocketAddr]) -> String {
    let mut lines = String::new();
    for (position, address) in candidates.iter().enumerate() {
        // RFC 8445 §5.1.2.1: type preference 126 for host, local preference by place, component 1.
        let local = 65_535_u32.saturating_sub(u32::try_from(position).unwrap_or(u32::MAX));
        let priority = (126 << 24) | (local << 8) | 255;
        let family = match address.ip() {
            IpAddr::V4(_) => 1,
            IpAddr::V6(_) => 2,
        };
        lines.push_str(&format!(
            "a=candidate:{family} 1 udp {priority} {} {} typ host\r\n",
            address.ip(),
            address.port()
        ));
    }
    lines.push_str("a=end-of-candidates\r\n");
    lines
}

#[cfg(test)]
mod tests;
