//! The recorder's answer: every m-line in its place, labels echoed, never sending (RFC 3264 §6, RFC 7866 §7.1.2).

use std::fmt::Write;

use super::direction::Direction;
use super::format::{Encoding, Format};
use super::offered_stream::{OfferedStream, negotiate};
use super::own_session::OwnSession;
use super::security::{OfferedSecurity, OwnSecurity, write as write_security};
use super::session_description::{MediaDescription, SessionDescription};

/// How we take one stream of an offer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StreamAnswer {
    /// Our RTP port; 0 refuses the stream.
    pub port: u16,
    /// The payload types to keep (see [`OfferedStream::payload_types`]); without one that is offered the stream is
    /// refused.
    pub payload_types: Vec<u8>,
    /// Whether we want nothing for now; a stream on hold is answered so in any case.
    pub inactive: bool,
    /// Our key or certificate. Where it does not fit the offer the stream is refused.
    pub security: OwnSecurity,
    /// Our RTCP port where it is neither the next one nor multiplexed.
    pub rtcp_port: Option<u16>,
}

/// Writes the recorder's answer. `streams` holds one entry for each m-line of the offer, `None` to refuse it.
///
/// Kept formats stand in the offer's order, but for G.729: it comes behind every other codec, since hearing it needs a licensed
/// decoder. RTCP is multiplexed where the offer allows it.
pub fn recording_answer(
    offer: &SessionDescription,
    own: OwnSession,
    streams: &[Option<StreamAnswer>],
) -> String {
    let mut sdp = String::with_capacity(1_024);
    own.write(&mut sdp);
    for (stream, media) in negotiate(offer).iter().zip(&offer.media) {
        let taken = streams.get(stream.index).and_then(Option::as_ref);
        match taken.filter(|answer| can_take(stream, answer)) {
            Some(answer) => write_taken(&mut sdp, stream, media, answer),
            None => write_refused(&mut sdp, stream, media),
        }
    }
    sdp
}

fn can_take(stream: &OfferedStream, answer: &StreamAnswer) -> bool {
    let is_kept = |format: &Format| answer.payload_types.contains(&format.payload_type);
    let fits = match (&stream.security, &answer.security) {
        (_, OwnSecurity::Plain) => !stream.secure_profile,
        (OfferedSecurity::Sdes(offered), OwnSecurity::Sdes(own)) => match own.as_slice() {
            [own] => offered.iter().any(|line| line.tag == own.tag && line.suite == own.suite),
            _ => false,
        },
        (OfferedSecurity::Dtls { .. }, OwnSecurity::Dtls { .. }) => true,
        _ => false,
    };
    stream.supported && answer.port != 0 && fits && stream.formats.iter().any(is_kept)
}

fn write_refused(sdp: &mut String, stream: &OfferedStream, media: &MediaDescription) {
    const CANNOT_FAIL: &str = "writing into a String cannot fail";
    let formats = media.formats.join(" ");
    let formats = if formats.is_empty() { "0".to_owned() } else { formats };
    write!(sdp, "m={} 0 {} {formats}\r\n", media.kind, media.protocol).expect(CANNOT_FAIL);
    write_names(sdp, stream);
}

fn write_taken(sdp: &mut String, stream: &OfferedStream, media: &MediaDescription, answer: &StreamAnswer) {
    const CANNOT_FAIL: &str = "writing into a String cannot fail";
    let is_kept = |format: &&Format| answer.payload_types.contains(&format.payload_type);
    let mut kept: Vec<&Format> = stream.formats.iter().filter(is_kept).collect();
    let is_g729 = |format: &Format| format.known() == Some(Encoding::G729);
    if kept.iter().any(|format| format.is_recordable() && !is_g729(format)) {
        kept.sort_by_key(|format| is_g729(format));
    }
    let types: Vec<String> = kept.iter().map(|format| format.payload_type.to_string()).collect();
    write!(sdp, "m={} {} {} {}\r\n", media.kind, answer.port, media.protocol, types.join(" "))
        .expect(CANNOT_FAIL);
    for format in kept {
        format.write(sdp);
    }
    if let Some(ptime) = stream.ptime {
        write!(sdp, "a=ptime:{ptime}\r\n").expect(CANNOT_FAIL);
    }
    if stream.rtcp_mux {
        sdp.push_str("a=rtcp-mux\r\n");
    } else if let Some(port) = answer.rtcp_port {
        write!(sdp, "a=rtcp:{port}\r\n").expect(CANNOT_FAIL);
    }
    write_security(sdp, &answer.security);
    write_names(sdp, stream);
    let inactive = stream.on_hold || answer.inactive;
    let direction = if inactive { Direction::Inactive } else { Direction::RecvOnly };
    write!(sdp, "a={}\r\n", direction.as_str()).expect(CANNOT_FAIL);
}

/// Label and mid, as offered.
fn write_names(sdp: &mut String, stream: &OfferedStream) {
    const CANNOT_FAIL: &str = "writing into a String cannot fail";
    if let Some(mid) = &stream.mid {
        write!(sdp, "a=mid:{mid}\r\n").expect(CANNOT_FAIL);
    }
    if let Some(label) = &stream.label {
        write!(sdp, "a=label:{label}\r\n").expect(CANNOT_FAIL);
    }
}

#[cfg(test)]
mod tests;
