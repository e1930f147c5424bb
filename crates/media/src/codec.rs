//! The codecs a recording can hold, and what each means for clocks, packets and files.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::g711::Law;
use crate::{g729, opus};

/// Positions a second of a recording's timeline; every position on it is counted in these, whatever a codec's own rate.
pub const TIMELINE_RATE: u32 = 8_000;

/// A codec whose payload is kept as received. `serde` and [`Codec::as_str`] use the lower-case RTP encoding name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Codec {
    /// G.711 µ-law (RFC 3551 §4.5.14).
    Pcmu,
    /// G.711 A-law (RFC 3551 §4.5.14).
    Pcma,
    /// G.722 at 64 kbit/s (RFC 3551 §4.5.2): 16,000 Hz audio under an RTP clock of 8,000 Hz.
    G722,
    /// Opus (RFC 6716, RFC 7587): RTP clock 48,000 Hz whatever the audio's bandwidth.
    Opus,
    /// G.729 and its annexes A and B (RFC 3551 §4.5.6).
    G729,
    /// VP8 video (RFC 7741).
    Vp8,
    /// H.264 video (RFC 6184).
    H264,
}

/// A word that names no codec of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no codec is called {0:?}")]
pub struct UnknownCodec(pub String);

impl Codec {
    /// Every codec.
    pub const ALL: [Self; 7] =
        [Self::Pcmu, Self::Pcma, Self::G722, Self::Opus, Self::G729, Self::Vp8, Self::H264];

    /// The name used in JSON, in the database and in file names.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pcmu => "pcmu",
            Self::Pcma => "pcma",
            Self::G722 => "g722",
            Self::Opus => "opus",
            Self::G729 => "g729",
            Self::Vp8 => "vp8",
            Self::H264 => "h264",
        }
    }

    /// Whether it carries pictures.
    pub const fn is_video(self) -> bool {
        matches!(self, Self::Vp8 | Self::H264)
    }

    /// RTP clock rate in Hz. That of G.722 is 8,000 for an old mistake's sake (RFC 3551 §4.5.2).
    pub const fn clock_rate(self) -> u32 {
        match self {
            Self::Pcmu | Self::Pcma | Self::G722 | Self::G729 => 8_000,
            Self::Opus => 48_000,
            Self::Vp8 | Self::H264 => 90_000,
        }
    }

    /// Timeline samples that a payload holds; 0 for what cannot be read, and for pictures.
    pub fn samples_of(self, payload: &[u8]) -> u64 {
        match self {
            Self::Pcmu | Self::Pcma | Self::G722 => payload.len() as u64,
            Self::Opus => opus::timeline_samples(payload),
            Self::G729 => g729::timeline_samples(payload),
            Self::Vp8 | Self::H264 => 0,
        }
    }

    /// For a codec of which each octet is one timeline sample, so that payload may be cut anywhere: the octet that stands
    /// for silence. `None` for a codec whose packets are whole or nothing.
    pub const fn silence_octet(self) -> Option<u8> {
        match self {
            Self::Pcmu => Some(0xFF),
            Self::Pcma => Some(0xD5),
            // The smallest steps of both bands: scale and predictors decay, and the decoder settles at zero.
            Self::G722 => Some(0xFF),
            Self::Opus | Self::G729 | Self::Vp8 | Self::H264 => None,
        }
    }

    /// The G.711 law, if it is one.
    pub const fn law(self) -> Option<Law> {
        match self {
            Self::Pcmu => Some(Law::Mu),
            Self::Pcma => Some(Law::A),
            Self::G722 | Self::Opus | Self::G729 | Self::Vp8 | Self::H264 => None,
        }
    }

    /// WAVE format tag, where one is registered (RFC 2361: 7 µ-law, 6 A-law; 0x028F G.722, 0x0083 G.729).
    pub const fn wav_format_tag(self) -> Option<u16> {
        match self {
            Self::Pcmu => Some(7),
            Self::Pcma => Some(6),
            Self::G722 => Some(0x028F),
            Self::G729 => Some(0x0083),
            Self::Opus | Self::Vp8 | Self::H264 => None,
        }
    }

    /// The codec of a WAVE format tag.
    pub fn from_wav_format_tag(tag: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| codec.wav_format_tag() == Some(tag))
    }

    /// Static RTP payload type (RFC 3551 table 4), if it has one.
    pub const fn static_payload_type(self) -> Option<u8> {
        match self {
            Self::Pcmu => Some(0),
            Self::Pcma => Some(8),
            Self::G722 => Some(9),
            Self::G729 => Some(18),
            Self::Opus | Self::Vp8 | Self::H264 => None,
        }
    }

    /// The codec of a static payload type that needs no `rtpmap`.
    pub fn from_static_payload_type(payload_type: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| codec.static_payload_type() == Some(payload_type))
    }

    /// The codec of an `a=rtpmap` encoding name (compared without case, RFC 4855 §3) at its clock rate.
    pub fn from_encoding_name(name: &str, clock_rate: u32) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|codec| codec.as_str().eq_ignore_ascii_case(name) && codec.clock_rate() == clock_rate)
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Codec {
    type Err = UnknownCodec;
    fn from_str(text: &str) -> Result<Self, UnknownCodec> {
        Self::ALL
            .into_iter()
            .find(|codec| codec.as_str() == text)
            .ok_or_else(|| UnknownCodec(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: RT7
    #[test]
    fn each_codec_is_found_again_by_each_of_its_names() {
        for codec in Codec::ALL {
            assert_eq!(codec.as_str().parse(), Ok(codec));
            if let Some(tag) = codec.wav_format_tag() {
                assert_eq!(Codec::from_wav_format_tag(tag), Some(codec));
            }
            if let Some(payload_type) = codec.static_payload_type() {
                assert_eq!(Codec::from_static_payload_type(payload_type), Some(codec));
            }
            assert_eq!(
                Codec::from_encoding_name(&codec.as_str().to_uppercase(), codec.clock_rate()),
                Some(codec)
            );
        }
        assert_eq!(Codec::from_encoding_name("PCMU", 16_000), None);
        assert_eq!(Codec::from_encoding_name("G722", 16_000), None, "its clock is 8,000 Hz");
        assert_eq!(Codec::from_encoding_name("iLBC", 8_000), None);
        assert_eq!(Codec::from_static_payload_type(96), None, "dynamic ones need an rtpmap");
    }
}
