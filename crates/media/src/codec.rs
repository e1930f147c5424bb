//! The audio codecs a recording can hold, and what each means for clocks, silence and files.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Samples a second of a recording's timeline; every position on it is counted in these.
pub const TIMELINE_RATE: u32 = 8_000;

/// A codec whose payload is kept as received. `serde` and [`Codec::as_str`] use the lower-case RTP encoding name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Codec {
    /// G.711 µ-law (RFC 3551 §4.5.14).
    Pcmu,
    /// G.711 A-law (RFC 3551 §4.5.14).
    Pcma,
}

/// A word that names no codec of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no codec is called {0:?}")]
pub struct UnknownCodec(pub String);

impl Codec {
    /// Every codec.
    pub const ALL: [Self; 2] = [Self::Pcmu, Self::Pcma];

    /// The name used in JSON, in the database and in file names.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pcmu => "pcmu",
            Self::Pcma => "pcma",
        }
    }

    /// RTP clock rate in Hz.
    pub const fn clock_rate(self) -> u32 {
        match self {
            Self::Pcmu | Self::Pcma => 8_000,
        }
    }

    /// Timeline samples that a payload of `octets` holds.
    pub const fn samples_in(self, octets: usize) -> u64 {
        match self {
            Self::Pcmu | Self::Pcma => octets as u64,
        }
    }

    /// The octet that stands for a silent sample.
    pub const fn silence_octet(self) -> u8 {
        match self {
            Self::Pcmu => 0xFF,
            Self::Pcma => 0xD5,
        }
    }

    /// WAVE format tag (RFC 2361: 7 µ-law, 6 A-law).
    pub const fn wav_format_tag(self) -> u16 {
        match self {
            Self::Pcmu => 7,
            Self::Pcma => 6,
        }
    }

    /// The codec of a WAVE format tag.
    pub const fn from_wav_format_tag(tag: u16) -> Option<Self> {
        match tag {
            7 => Some(Self::Pcmu),
            6 => Some(Self::Pcma),
            _ => None,
        }
    }

    /// Static RTP payload type (RFC 3551 table 4).
    pub const fn static_payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
        }
    }

    /// The codec of a static payload type that needs no `rtpmap`.
    pub const fn from_static_payload_type(payload_type: u8) -> Option<Self> {
        match payload_type {
            0 => Some(Self::Pcmu),
            8 => Some(Self::Pcma),
            _ => None,
        }
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

    #[test]
    fn each_codec_is_found_again_by_each_of_its_names() {
        for codec in Codec::ALL {
            assert_eq!(codec.as_str().parse(), Ok(codec));
            assert_eq!(Codec::from_wav_format_tag(codec.wav_format_tag()), Some(codec));
            assert_eq!(Codec::from_static_payload_type(codec.static_payload_type()), Some(codec));
            assert_eq!(
                Codec::from_encoding_name(&codec.as_str().to_uppercase(), codec.clock_rate()),
                Some(codec)
            );
        }
        assert_eq!(Codec::from_encoding_name("PCMU", 16_000), None);
        assert_eq!(Codec::from_encoding_name("G729", 8_000), None);
    }
}
