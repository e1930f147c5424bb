//! A negotiated media stream of a call, as signalling tells it to the recorder.

use std::net::SocketAddr;

use rokuon_media::codec::{Codec, TIMELINE_RATE};
use rokuon_media::timeline::FrameKind;
use serde::{Deserialize, Serialize};

/// What a negotiated payload type carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayloadKind {
    /// Audio in a codec we can file.
    Audio(Codec),
    /// Pictures in a codec we can file.
    Video(Codec),
    /// DTMF and the like (RFC 4733) on a clock of 8,000 Hz.
    TelephoneEvent,
    /// The same on another clock, in Hz: `telephone-event/48000` beside Opus.
    TelephoneEventAt(u32),
    /// Comfort noise (RFC 3389).
    ComfortNoise,
    /// Something negotiated that we keep in the journal but cannot file: its encoding name.
    Other(String),
}

impl PayloadKind {
    /// What a payload type carries by its `a=rtpmap` (encoding name without case, clock rate in Hz).
    pub fn of_encoding(name: &str, clock_rate: u32) -> Self {
        if name.eq_ignore_ascii_case("telephone-event") {
            return if clock_rate == TIMELINE_RATE {
                Self::TelephoneEvent
            } else {
                Self::TelephoneEventAt(clock_rate)
            };
        }
        if name.eq_ignore_ascii_case("CN") && clock_rate == TIMELINE_RATE {
            return Self::ComfortNoise;
        }
        match Codec::from_encoding_name(name, clock_rate) {
            Some(codec) if codec.is_video() => Self::Video(codec),
            Some(codec) => Self::Audio(codec),
            None => Self::Other(name.to_owned()),
        }
    }

    /// How the timeline treats it; `None` where it cannot.
    pub const fn frame_kind(&self) -> Option<FrameKind> {
        match self {
            Self::Audio(codec) => Some(FrameKind::Audio(*codec)),
            Self::Video(codec) => Some(FrameKind::Video(*codec)),
            Self::TelephoneEvent => Some(FrameKind::TelephoneEvent { clock_rate: TIMELINE_RATE }),
            Self::TelephoneEventAt(clock_rate) => Some(FrameKind::TelephoneEvent { clock_rate: *clock_rate }),
            Self::ComfortNoise => Some(FrameKind::ComfortNoise),
            Self::Other(_) => None,
        }
    }
}

/// One m-line that we receive on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamSetup {
    /// Position of its m-line; names the stream for the length of the call.
    pub index: u8,
    /// `a=label` (RFC 4574), if there is one.
    pub label: Option<String>,
    /// Channel of the recording (0 caller, 1 called); `None` while nothing says whose voice it is.
    pub channel: Option<u8>,
    /// One stream carries all parties: it becomes a recording of one channel.
    #[serde(default)]
    pub mixed: bool,
    /// Negotiated payload types and what they carry.
    pub payload_types: Vec<(u8, PayloadKind)>,
    /// The address the other side said it sends from.
    pub expected_remote: Option<SocketAddr>,
    /// Where its RTCP comes from and ours goes, where that is not the port after (RFC 3605).
    #[serde(default)]
    pub rtcp: Option<SocketAddr>,
    /// RTCP shares the port of RTP (RFC 5761).
    #[serde(default)]
    pub rtcp_mux: bool,
    /// The source may be learned once from the first valid packet (within the connection's networks).
    pub learn_remote: bool,
}

impl StreamSetup {
    /// Where RTCP is exchanged with the other side, as signalled; nothing is ever sent anywhere else.
    pub fn rtcp_address(&self) -> Option<SocketAddr> {
        match (self.rtcp, self.expected_remote) {
            (_, remote) if self.rtcp_mux => remote,
            (Some(told), _) => Some(told),
            (None, remote) => {
                let remote = remote?;
                Some(SocketAddr::new(remote.ip(), remote.port().checked_add(1)?))
            }
        }
    }

    /// The RTP clock rate in Hz of its first audio codec, as far as reports need one.
    pub fn clock_rate(&self) -> u32 {
        let audio = self.payload_types.iter().find_map(|(_, kind)| match kind {
            PayloadKind::Audio(codec) => Some(codec.clock_rate()),
            _ => None,
        });
        audio.unwrap_or(8_000)
    }

    /// What a payload type carries on this stream, if it was negotiated.
    pub fn kind_of(&self, payload_type: u8) -> Option<&PayloadKind> {
        self.payload_types.iter().find(|(listed, _)| *listed == payload_type).map(|(_, kind)| kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_payload_type_carries_is_told_by_name_and_clock() {
        for (name, clock_rate, kind) in [
            ("pcmu", 8_000, PayloadKind::Audio(Codec::Pcmu)),
            ("G722", 8_000, PayloadKind::Audio(Codec::G722)),
            ("OPUS", 48_000, PayloadKind::Audio(Codec::Opus)),
            ("G729", 8_000, PayloadKind::Audio(Codec::G729)),
            ("VP8", 90_000, PayloadKind::Video(Codec::Vp8)),
            ("H264", 90_000, PayloadKind::Video(Codec::H264)),
            ("telephone-event", 8_000, PayloadKind::TelephoneEvent),
            ("telephone-event", 48_000, PayloadKind::TelephoneEventAt(48_000)),
            ("cn", 8_000, PayloadKind::ComfortNoise),
            ("CN", 16_000, PayloadKind::Other("CN".into())),
            ("speex", 16_000, PayloadKind::Other("speex".into())),
        ] {
            assert_eq!(PayloadKind::of_encoding(name, clock_rate), kind);
            let json = serde_json::to_string(&kind).expect("JSON");
            assert_eq!(serde_json::from_str::<PayloadKind>(&json).expect("JSON"), kind);
        }
    }
}
