//! Which of the offered payload formats a stream is recorded in.

use rokuon_sip::sdp::session_description::MediaDescription;

/// What a stream carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    /// Sound.
    Audio,
    /// Pictures.
    Video,
}

impl MediaKind {
    /// The word of the m-line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
        }
    }
}

/// A payload format that a stream is recorded in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// RFC 7587.
    Opus,
    /// RFC 3551 §4.5.2.
    G722,
    /// RFC 3551 §4.5.14.
    Pcmu,
    /// RFC 3551 §4.5.14.
    Pcma,
    /// RFC 7741.
    Vp8,
    /// RFC 6184.
    H264,
    /// RFC 4733.
    TelephoneEvent,
    /// RFC 3389.
    ComfortNoise,
}

impl Encoding {
    /// The encoding of an `a=rtpmap` name, compared without case (RFC 4855 §3).
    fn of_name(kind: MediaKind, name: &str, clock_rate: u32) -> Option<Self> {
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        match kind {
            MediaKind::Audio if is("opus") && clock_rate == 48_000 => Some(Self::Opus),
            MediaKind::Audio if is("telephone-event") => Some(Self::TelephoneEvent),
            MediaKind::Audio if clock_rate != 8_000 => None,
            MediaKind::Audio if is("g722") => Some(Self::G722),
            MediaKind::Audio if is("pcmu") => Some(Self::Pcmu),
            MediaKind::Audio if is("pcma") => Some(Self::Pcma),
            MediaKind::Audio if is("cn") => Some(Self::ComfortNoise),
            MediaKind::Video if clock_rate != 90_000 => None,
            MediaKind::Video if is("vp8") => Some(Self::Vp8),
            MediaKind::Video if is("h264") => Some(Self::H264),
            _ => None,
        }
    }

    const fn is_primary(self) -> bool {
        !matches!(self, Self::TelephoneEvent | Self::ComfortNoise)
    }
}

/// One payload type that is taken on a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    /// Its number in this session.
    pub payload_type: u8,
    /// What it carries.
    pub encoding: Encoding,
    /// Its `a=rtpmap` as offered, to be said back letter for letter.
    pub rtpmap: String,
    /// Its clock rate in Hz.
    pub clock_rate: u32,
    /// Its `a=fmtp` to answer with.
    pub fmtp: Option<String>,
    /// Feedback that was offered for it and that we give: `nack`, `nack pli`, `ccm fir`, `goog-remb`.
    pub feedback: Vec<&'static str>,
}

const FEEDBACK: [&str; 4] = ["nack", "nack pli", "ccm fir", "goog-remb"];

/// The formats taken of an m-line: the first that can be filed, in the offerer's order of preference, with the telephone
/// events and comfort noise that stand beside it. Empty when none can be.
pub fn choose(kind: MediaKind, media: &MediaDescription) -> Vec<Format> {
    let offered =
        media.formats.iter().filter_map(|format| read_format(kind, media, format)).collect::<Vec<_>>();
    let Some(first) = offered.iter().find(|format| format.encoding.is_primary()) else { return Vec::new() };
    // Whole access units in fragments (packetization-mode 1) are what cameras really send; mode 0 only if alone.
    let whole = |format: &&Format| {
        format.encoding == first.encoding
            && (first.encoding != Encoding::H264
                || format.fmtp.as_deref().is_some_and(|f| f.contains("packetization-mode=1")))
    };
    let primary = offered.iter().find(whole).unwrap_or(first).clone();
    let rate = primary.clock_rate;
    let beside = offered
        .iter()
        .filter(|format| !format.encoding.is_primary() && format.clock_rate == rate)
        .cloned()
        .collect::<Vec<_>>();
    std::iter::once(primary).chain(beside).collect()
}

fn read_format(kind: MediaKind, media: &MediaDescription, format: &str) -> Option<Format> {
    let payload_type: u8 = format.parse().ok().filter(|number| *number < 128)?;
    let of_this = |value: &str| {
        let (number, rest) = value.split_once(' ')?;
        (number == format).then(|| rest.trim().to_owned())
    };
    let rtpmap = media.all("rtpmap").find_map(of_this).or_else(|| static_rtpmap(payload_type))?;
    let mut parts = rtpmap.split('/');
    let (name, clock_rate) = (parts.next()?, parts.next()?.trim().parse().ok()?);
    let encoding = Encoding::of_name(kind, name.trim(), clock_rate)?;
    let offered_fmtp = media.all("fmtp").find_map(of_this);
    let fmtp = match encoding {
        // In-band FEC asks the sender to protect the stream; DTX stays the sender's choice.
        Encoding::Opus => Some("minptime=10;useinbandfec=1".to_owned()),
        Encoding::H264 | Encoding::TelephoneEvent => offered_fmtp,
        _ => None,
    };
    let listed = |wanted: &&str| {
        media.all("rtcp-fb").any(|value| {
            let (number, rest) = value.split_once(' ').unwrap_or((value, ""));
            (number == format || number == "*") && rest.trim() == *wanted
        })
    };
    let feedback = FEEDBACK.into_iter().filter(|wanted| listed(wanted)).collect();
    Some(Format { payload_type, encoding, rtpmap, clock_rate, fmtp, feedback })
}

/// Payload types that need no `a=rtpmap` (RFC 3551 table 4).
fn static_rtpmap(payload_type: u8) -> Option<String> {
    let line = match payload_type {
        0 => "PCMU/8000",
        8 => "PCMA/8000",
        9 => "G722/8000",
        13 => "CN/8000",
        _ => return None,
    };
    Some(line.to_owned())
}
