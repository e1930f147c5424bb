//! A description as a recorder sees it: one stream for each m-line, what it sends, from where and how protected.

use std::net::{IpAddr, SocketAddr};

use super::direction::Direction;
use super::format::{Encoding, Format, formats};
use super::security::{OfferedSecurity, is_secure_profile, offered_security};
use super::session_description::{MediaDescription, SessionDescription};

/// One m-line of an offer, or of an answer to our offer.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Whether we can record it: audio or video over an RTP profile we know, port not 0, a codec of ours among the
    /// formats, and where the profile insists on protection one that we can serve.
    pub supported: bool,
    /// The protection offered.
    pub security: OfferedSecurity,
    /// Whether the profile insists on protection (`RTP/SAVP` and the like): it cannot be answered plainly.
    pub secure_profile: bool,
    /// Where the peer sends RTCP from and takes it: `a=rtcp` (RFC 3605), the media's own address where it
    /// multiplexes, else the next port. `None` as for `remote`.
    pub rtcp: Option<SocketAddr>,
    /// Whether RTP and RTCP may share a port (RFC 5761).
    pub rtcp_mux: bool,
    /// Sources the peer announces (RFC 5576), without repetition.
    pub ssrcs: Vec<u32>,
    /// The CNAME it announces for the first of them that has one.
    pub cname: Option<String>,
    /// `a=mid` (RFC 5888).
    pub mid: Option<String>,
    /// `a=ptime` in milliseconds.
    pub ptime: Option<u32>,
    /// `a=maxptime` in milliseconds.
    pub maxptime: Option<u32>,
}

impl OfferedStream {
    /// The payload types to keep in an answer, in the offer's order: the codecs `wanted` among ours, telephone events
    /// and comfort noise. Empty when no codec is left.
    pub fn payload_types(&self, wanted: impl Fn(Encoding) -> bool) -> Vec<u8> {
        let known = || self.formats.iter().filter_map(|format| Some((format.payload_type, format.known()?)));
        let is_codec = |encoding: Encoding| encoding.is_audio() || encoding.is_video();
        if !known().any(|(_, encoding)| is_codec(encoding) && wanted(encoding)) {
            return Vec::new();
        }
        known().filter(|(_, encoding)| !is_codec(*encoding) || wanted(*encoding)).map(|(pt, _)| pt).collect()
    }
}

/// No peer has more sources in one stream.
const MOST_SSRCS: usize = 32;

/// Reads the streams of an offer (or of an answer to ours), one for each m-line, in order.
pub fn negotiate(offer: &SessionDescription) -> Vec<OfferedStream> {
    offer.media.iter().enumerate().map(|(index, media)| offered_stream(offer, index, media)).collect()
}

fn offered_stream(offer: &SessionDescription, index: usize, media: &MediaDescription) -> OfferedStream {
    let formats = formats(media);
    let direction = media.direction.or(offer.direction).unwrap_or(Direction::SendRecv);
    let ip = media.connection.as_ref().or(offer.connection.as_ref()).and_then(|connection| connection.ip);
    let nowhere = ip.is_some_and(|ip| ip.is_unspecified());
    let remote = match (ip, media.port) {
        (Some(ip), Some(port)) => sendable(ip, port),
        _ => None,
    };
    let security = offered_security(offer, media);
    let secure_profile = is_secure_profile(&media.protocol);
    let served = match secure_profile {
        Some(true) => security != OfferedSecurity::Plain,
        Some(false) => true,
        None => false,
    };
    let codec = |format: &Format| match media.kind.as_str() {
        "audio" => format.known().is_some_and(Encoding::is_audio),
        "video" => format.known().is_some_and(Encoding::is_video),
        _ => false,
    };
    let rtcp_mux = media.attributes.iter().any(|attribute| attribute.name == "rtcp-mux");
    let (ssrcs, cname) = sources(media);
    OfferedStream {
        index,
        media: media.kind.clone(),
        label: media.label.clone(),
        rtcp: rtcp(media, remote, rtcp_mux),
        remote,
        on_hold: nowhere || !direction.sends(),
        direction,
        supported: served && media.port != Some(0) && formats.iter().any(codec),
        formats,
        security,
        secure_profile: secure_profile == Some(true),
        rtcp_mux,
        ssrcs,
        cname,
        mid: media.all("mid").next().map(str::to_owned),
        ptime: media.ptime,
        maxptime: media.all("maxptime").find_map(|value| value.parse().ok()),
    }
}

/// An address and port that packets can come from.
fn sendable(ip: IpAddr, port: u16) -> Option<SocketAddr> {
    (port != 0 && !ip.is_unspecified() && !ip.is_multicast()).then(|| SocketAddr::new(ip, port))
}

/// `a=rtcp:53020 [IN IP4 126.16.64.4]`
fn rtcp(media: &MediaDescription, remote: Option<SocketAddr>, rtcp_mux: bool) -> Option<SocketAddr> {
    let remote = remote?;
    if rtcp_mux {
        return Some(remote);
    }
    let Some(value) = media.all("rtcp").next() else {
        return sendable(remote.ip(), remote.port().checked_add(1)?);
    };
    let mut words = value.split_ascii_whitespace();
    let port = words.next()?.parse().ok()?;
    let ip = match words.nth(2) {
        Some(address) => address.parse().ok()?,
        None => remote.ip(),
    };
    sendable(ip, port)
}

/// `a=ssrc:314159 cname:x`
fn sources(media: &MediaDescription) -> (Vec<u32>, Option<String>) {
    let (mut ssrcs, mut cname) = (Vec::new(), None);
    for value in media.all("ssrc") {
        let (ssrc, attribute) = value.split_once([' ', '\t']).unwrap_or((value, ""));
        let Ok(ssrc) = ssrc.parse::<u32>() else { continue };
        if !ssrcs.contains(&ssrc) && ssrcs.len() < MOST_SSRCS {
            ssrcs.push(ssrc);
        }
        if cname.is_none() {
            cname = attribute.trim().strip_prefix("cname:").map(str::to_owned);
        }
    }
    (ssrcs, cname)
}

#[cfg(test)]
mod tests;
