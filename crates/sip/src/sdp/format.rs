//! Payload formats: what an m-line lists, what we can record, how we write it (RFC 8866 §6.6, RFC 3551 §6).

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::session_description::MediaDescription;

/// One payload format of a stream.
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

/// What a format carries that a recorder can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Encoding {
    /// G.711 µ-law.
    Pcmu,
    /// G.711 A-law.
    Pcma,
    /// G.722; its RTP clock says 8,000 though it samples at 16,000 (RFC 3551 §4.5.2).
    G722,
    /// Opus (RFC 7587).
    Opus,
    /// G.729, with or without annex B.
    G729,
    /// VP8 (RFC 7741).
    Vp8,
    /// H.264 (RFC 6184).
    H264,
    /// Comfort noise (RFC 3389).
    ComfortNoise,
    /// Telephone events (RFC 4733), of whatever rate.
    TelephoneEvent,
}

impl Encoding {
    /// Whether it carries speech.
    pub fn is_audio(self) -> bool {
        matches!(self, Encoding::Pcmu | Encoding::Pcma | Encoding::G722 | Encoding::Opus | Encoding::G729)
    }

    /// Whether it carries pictures.
    pub fn is_video(self) -> bool {
        matches!(self, Encoding::Vp8 | Encoding::H264)
    }
}

impl Format {
    /// What it carries, where we know it. Names are compared without case: vendors write `OPUS` and `pcma`.
    pub fn known(&self) -> Option<Encoding> {
        let encoding = match (self.encoding.to_ascii_uppercase().as_str(), self.clock_rate, self.channels) {
            ("PCMU", 8_000, 1) => Encoding::Pcmu,
            ("PCMA", 8_000, 1) => Encoding::Pcma,
            // Some write the sampling rate.
            ("G722", 8_000 | 16_000, 1) => Encoding::G722,
            // One vendor leaves the channels out; the clock says enough.
            ("OPUS", 48_000, 1 | 2) => Encoding::Opus,
            ("G729" | "G729A" | "G729B" | "G729AB", 8_000, 1) => Encoding::G729,
            ("VP8", 90_000, 1) => Encoding::Vp8,
            ("H264", 90_000, 1) => Encoding::H264,
            ("CN", _, 1) => Encoding::ComfortNoise,
            ("TELEPHONE-EVENT", _, _) => Encoding::TelephoneEvent,
            _ => return None,
        };
        Some(encoding)
    }

    /// Whether it is a codec we can record.
    pub fn is_recordable(&self) -> bool {
        self.known().is_some_and(|encoding| encoding.is_audio() || encoding.is_video())
    }

    /// Whether it carries telephone events.
    pub fn is_telephone_event(&self) -> bool {
        self.known() == Some(Encoding::TelephoneEvent)
    }

    /// Writes `a=rtpmap` and `a=fmtp`.
    pub(super) fn write(&self, sdp: &mut String) {
        const CANNOT_FAIL: &str = "writing into a String cannot fail";
        let Format { payload_type, encoding, clock_rate, channels, fmtp } = self;
        let channels = if *channels > 1 { format!("/{channels}") } else { String::new() };
        write!(sdp, "a=rtpmap:{payload_type} {encoding}/{clock_rate}{channels}\r\n").expect(CANNOT_FAIL);
        if let Some(fmtp) = fmtp.as_deref().map(receiving).filter(|fmtp| !fmtp.is_empty()) {
            write!(sdp, "a=fmtp:{payload_type} {fmtp}\r\n").expect(CANNOT_FAIL);
        }
    }
}

/// The parameters a receiver echoes: `sprop-` ones tell what a sender will do (RFC 7587 §7.1, RFC 6184 §8.2.2).
fn receiving(fmtp: &str) -> String {
    let kept = fmtp.split(';').filter(|piece| !piece.trim().to_ascii_lowercase().starts_with("sprop-"));
    kept.collect::<Vec<_>>().join(";").trim().to_owned()
}

/// The formats of an m-line in the order of preference; one that is not mapped and not static is left out.
pub(super) fn formats(media: &MediaDescription) -> Vec<Format> {
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

/// `PCMU/8000/1`
fn rtpmap(map: &str) -> Option<(String, u32, u8)> {
    let mut parts = map.split('/');
    let encoding = parts.next().map(str::trim).filter(|name| !name.is_empty())?;
    let clock_rate = parts.next()?.trim().parse().ok()?;
    let channels = parts.next().and_then(|channels| channels.trim().parse().ok()).unwrap_or(1);
    Some((encoding.to_owned(), clock_rate, channels))
}

/// Payload types that need no rtpmap. 2 was G.721 before it was reserved; one vendor still sends it. 19 was comfort
/// noise before RFC 3551 moved it to 13; one vendor still means that.
fn static_type(payload_type: u8) -> Option<(String, u32, u8)> {
    let (encoding, clock_rate) = match payload_type {
        0 => ("PCMU", 8_000),
        2 => ("G726-32", 8_000),
        3 => ("GSM", 8_000),
        4 => ("G723", 8_000),
        8 => ("PCMA", 8_000),
        9 => ("G722", 8_000),
        13 | 19 => ("CN", 8_000),
        18 => ("G729", 8_000),
        _ => return None,
    };
    Some((encoding.to_owned(), clock_rate, 1))
}
