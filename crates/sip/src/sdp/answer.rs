//! The recorder's side of offer and answer: what is offered, and the answer that only receives (RFC 3264, RFC 7866 §7).

use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

use super::direction::Direction;
use super::session_description::{MediaDescription, SessionDescription};

/// One payload format of an offered stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Format {
    /// 0..=127
    pub payload_type: u8,
    /// The encoding name as written, or the static one (`PCMU`).
    pub encoding: String,
    /// RTP clock in Hz.
    pub clock_rate: u32,
    /// Channels, 1 when not said.
    pub channels: u8,
    /// The format's parameters as written.
    pub fmtp: Option<String>,
}

impl Format {
    fn is(&self, encoding: &str, clock_rate: u32) -> bool {
        self.encoding.eq_ignore_ascii_case(encoding) && self.clock_rate == clock_rate
    }

    /// Whether we can record it: G.711 of one channel.
    pub fn is_recordable(&self) -> bool {
        self.channels == 1 && (self.is("PCMU", 8_000) || self.is("PCMA", 8_000))
    }

    /// Whether it carries telephone events (RFC 4733), of whatever rate.
    pub fn is_telephone_event(&self) -> bool {
        self.encoding.eq_ignore_ascii_case("telephone-event")
    }
}

/// One m-line of an offer, as a recorder sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedStream {
    /// Position among the m-lines, from 0.
    pub index: usize,
    /// `audio`, `video` …
    pub media: String,
    /// The label that joins the stream to the metadata, as written.
    pub label: Option<String>,
    /// Where the offer says media comes from; `None` for port 0, host names, multicast and 0.0.0.0.
    pub remote: Option<SocketAddr>,
    /// Formats in the order of preference.
    pub formats: Vec<Format>,
    /// The offerer's direction, taken from the session where the m-line has none.
    pub direction: Direction,
    /// Whether nothing will be sent for now: inactive, recvonly, or the old `c=0.0.0.0`.
    pub on_hold: bool,
    /// Whether we can record it: plain RTP audio, port not 0, PCMU or PCMA among the formats.
    pub supported: bool,
}

/// Reads the streams of an offer, one for each m-line, in order.
pub fn negotiate(offer: &SessionDescription) -> Vec<OfferedStream> {
    offer.media.iter().enumerate().map(|(index, media)| offered_stream(offer, index, media)).collect()
}

fn offered_stream(offer: &SessionDescription, index: usize, media: &MediaDescription) -> OfferedStream {
    let formats = formats(media);
    let direction = media.direction.or(offer.direction).unwrap_or(Direction::SendRecv);
    let ip = media.connection.as_ref().or(offer.connection.as_ref()).and_then(|connection| connection.ip);
    let nowhere = ip.is_some_and(|ip| ip.is_unspecified());
    let remote = match (ip, media.port) {
        (Some(ip), Some(port)) if port != 0 && !ip.is_unspecified() && !ip.is_multicast() => {
            Some(SocketAddr::new(ip, port))
        }
        _ => None,
    };
    let plain_rtp = matches!(media.protocol.as_str(), "RTP/AVP" | "RTP/AVPF");
    OfferedStream {
        index,
        media: media.kind.clone(),
        label: media.label.clone(),
        remote,
        on_hold: nowhere || !direction.sends(),
        direction,
        supported: media.kind == "audio"
            && plain_rtp
            && media.port != Some(0)
            && formats.iter().any(Format::is_recordable),
        formats,
    }
}

fn formats(media: &MediaDescription) -> Vec<Format> {
    let mut formats: Vec<Format> = Vec::new();
    for written in &media.formats {
        let Some(payload_type) = written.parse::<u8>().ok().filter(|pt| *pt < 128) else { continue };
        if formats.iter().any(|known| known.payload_type == payload_type) {
            continue;
        }
        let of_type = |value: &str| -> Option<String> {
            let (pt, rest) = value.split_once([' ', '\t'])?;
            (pt.trim().parse() == Ok(payload_type)).then(|| rest.trim().to_owned())
        };
        let mapped = media.all("rtpmap").filter_map(of_type).find_map(|map| rtpmap(&map));
        let Some((encoding, clock_rate, channels)) = mapped.or_else(|| static_type(payload_type)) else {
            continue;
        };
        let fmtp = media.all("fmtp").find_map(of_type);
        formats.push(Format { payload_type, encoding, clock_rate, channels, fmtp });
    }
    formats
}

/// `PCMU/8000/1` (RFC 8866 §6.6).
fn rtpmap(map: &str) -> Option<(String, u32, u8)> {
    let mut parts = map.split('/');
    let encoding = parts.next().map(str::trim).filter(|name| !name.is_empty())?;
    let clock_rate = parts.next()?.trim().parse().ok()?;
    let channels = parts.next().and_then(|channels| channels.trim().parse().ok()).unwrap_or(1);
    Some((encoding.to_owned(), clock_rate, channels))
}

/// Payload types that need no rtpmap (RFC 3551 §6). 2 was G.721 before it was reserved; one vendor still sends it.
fn static_type(payload_type: u8) -> Option<(String, u32, u8)> {
    let (encoding, clock_rate) = match payload_type {
        0 => ("PCMU", 8_000),
        2 => ("G726-32", 8_000),
        3 => ("GSM", 8_000),
        4 => ("G723", 8_000),
        8 => ("PCMA", 8_000),
        9 => ("G722", 8_000),
        13 => ("CN", 8_000),
        18 => ("G729", 8_000),
        _ => return None,
    };
    Some((encoding.to_owned(), clock_rate, 1))
}

/// Writes the recorder's answer: every m-line in its place, labels echoed, never sending.
///
/// `ports` holds one entry for each m-line of the offer: our RTP port, or `None` to refuse the stream (port 0).
/// A stream we cannot record is refused whatever `ports` says. Kept formats are the recordable ones and all
/// telephone-event ones, in the offer's order. Comfort noise is not taken, so that the peer sends the silence too.
pub fn recording_answer(
    offer: &SessionDescription,
    address: IpAddr,
    ports: &[Option<u16>],
    session_id: u64,
    version: u64,
) -> String {
    let family = if address.is_ipv4() { "IP4" } else { "IP6" };
    let mut sdp = format!(
        "v=0\r\no=- {session_id} {version} IN {family} {address}\r\ns=-\r\nc=IN {family} {address}\r\nt=0 0\r\n"
    );
    for (stream, media) in negotiate(offer).iter().zip(&offer.media) {
        let port = ports.get(stream.index).copied().flatten().filter(|port| stream.supported && *port != 0);
        write_media(&mut sdp, stream, media, port);
    }
    sdp
}

fn write_media(sdp: &mut String, stream: &OfferedStream, media: &MediaDescription, port: Option<u16>) {
    const CANNOT_FAIL: &str = "writing into a String cannot fail";
    let Some(port) = port else {
        let formats = media.formats.join(" ");
        let formats = if formats.is_empty() { "0".to_owned() } else { formats };
        write!(sdp, "m={} 0 {} {formats}\r\n", media.kind, media.protocol).expect(CANNOT_FAIL);
        if let Some(label) = &stream.label {
            write!(sdp, "a=label:{label}\r\n").expect(CANNOT_FAIL);
        }
        return;
    };
    let kept: Vec<&Format> = stream
        .formats
        .iter()
        .filter(|format| format.is_recordable() || format.is_telephone_event())
        .collect();
    let types: Vec<String> = kept.iter().map(|format| format.payload_type.to_string()).collect();
    write!(sdp, "m={} {port} {} {}\r\n", media.kind, media.protocol, types.join(" ")).expect(CANNOT_FAIL);
    for format in kept {
        let Format { payload_type, encoding, clock_rate, .. } = format;
        write!(sdp, "a=rtpmap:{payload_type} {encoding}/{clock_rate}\r\n").expect(CANNOT_FAIL);
        if let Some(fmtp) = &format.fmtp {
            write!(sdp, "a=fmtp:{payload_type} {fmtp}\r\n").expect(CANNOT_FAIL);
        }
    }
    if let Some(ptime) = media.ptime {
        write!(sdp, "a=ptime:{ptime}\r\n").expect(CANNOT_FAIL);
    }
    if let Some(label) = &stream.label {
        write!(sdp, "a=label:{label}\r\n").expect(CANNOT_FAIL);
    }
    let direction = if stream.on_hold { Direction::Inactive } else { Direction::RecvOnly };
    write!(sdp, "a={}\r\n", direction.as_str()).expect(CANNOT_FAIL);
}

#[cfg(test)]
mod tests;
