//! What is counted while a call is received.

use serde::{Deserialize, Serialize};

/// Why a datagram was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DropReason {
    /// Not an RTP packet (RFC 3550 §A.1).
    Malformed,
    /// It came from an address that is neither the signalled nor the learned one.
    Source,
    /// Its payload type was not negotiated.
    PayloadType,
    /// The call has no stream of that index.
    UnknownStream,
    /// The journal has not taken what is pending for too long.
    Backlog,
    /// Recording was paused.
    Paused,
    /// The stream is protected and its tag does not fit: forged, damaged, or under another key (RFC 3711 §3.3).
    Unauthentic,
    /// A protected packet that came before, or is too old to tell.
    Replayed,
}

impl DropReason {
    /// Every reason.
    pub const ALL: [Self; 8] = [
        Self::Malformed,
        Self::Source,
        Self::PayloadType,
        Self::UnknownStream,
        Self::Backlog,
        Self::Paused,
        Self::Unauthentic,
        Self::Replayed,
    ];

    /// The name used in JSON and as a metric label.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Source => "source",
            Self::PayloadType => "payload_type",
            Self::UnknownStream => "unknown_stream",
            Self::Backlog => "backlog",
            Self::Paused => "paused",
            Self::Unauthentic => "unauthentic",
            Self::Replayed => "replayed",
        }
    }
}

/// Datagrams of one stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StreamCounters {
    /// All that arrived.
    pub received: u64,
    /// Kept in the journal.
    pub accepted: u64,
    /// Payload octets kept.
    pub payload_octets: u64,
    /// RTCP, on the RTP port or its own.
    pub rtcp: u64,
    /// Never came, by the sequence numbers of those that did.
    pub lost: u64,
    /// The worst interarrival jitter, in microseconds.
    pub jitter_micros: u32,
    /// Dropped: not RTP.
    pub malformed: u64,
    /// Dropped: foreign source.
    pub source: u64,
    /// Dropped: payload type not negotiated.
    pub payload_type: u64,
    /// Dropped: journal behind.
    pub backlog: u64,
    /// Dropped: recording was paused.
    pub paused: u64,
    /// Dropped: the tag does not fit.
    pub unauthentic: u64,
    /// Dropped: replayed.
    pub replayed: u64,
}

/// How it stands with the sound of a stream, by what was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sound {
    /// It arrives.
    Heard,
    /// Packets arrive in a codec that was not agreed.
    WrongCodec,
    /// What arrives cannot be opened, or is no RTP.
    Unreadable,
    /// All that arrives comes from elsewhere than was signalled, and may not.
    FromElsewhere,
    /// Nothing arrives.
    Nothing,
}

impl StreamCounters {
    /// How it stands with the sound. What its own sender does wrong says more than what strangers send.
    pub const fn sound(&self) -> Sound {
        if self.accepted + self.paused + self.backlog > 0 {
            Sound::Heard
        } else if self.payload_type > 0 {
            Sound::WrongCodec
        } else if self.unauthentic + self.malformed > 0 {
            Sound::Unreadable
        } else if self.source > 0 {
            Sound::FromElsewhere
        } else {
            Sound::Nothing
        }
    }

    /// Everything that was dropped.
    pub const fn dropped(&self) -> u64 {
        self.malformed
            + self.source
            + self.payload_type
            + self.backlog
            + self.paused
            + self.unauthentic
            + self.replayed
    }

    /// Adds another stream's figures.
    pub const fn add(&mut self, other: &Self) {
        self.received += other.received;
        self.accepted += other.accepted;
        self.payload_octets += other.payload_octets;
        self.rtcp += other.rtcp;
        self.lost += other.lost;
        self.jitter_micros =
            if self.jitter_micros > other.jitter_micros { self.jitter_micros } else { other.jitter_micros };
        self.malformed += other.malformed;
        self.source += other.source;
        self.payload_type += other.payload_type;
        self.backlog += other.backlog;
        self.paused += other.paused;
        self.unauthentic += other.unauthentic;
        self.replayed += other.replayed;
    }
}

/// Datagrams of a call, by stream index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallCounters {
    /// Index of the stream and its figures.
    pub streams: Vec<(u8, StreamCounters)>,
    /// Dropped: no such stream.
    pub unknown_stream: u64,
}

impl CallCounters {
    /// Datagrams dropped for a reason, of all streams together.
    pub fn dropped_for(&self, reason: DropReason) -> u64 {
        let total = self.total();
        match reason {
            DropReason::Malformed => total.malformed,
            DropReason::Source => total.source,
            DropReason::PayloadType => total.payload_type,
            DropReason::UnknownStream => self.unknown_stream,
            DropReason::Backlog => total.backlog,
            DropReason::Paused => total.paused,
            DropReason::Unauthentic => total.unauthentic,
            DropReason::Replayed => total.replayed,
        }
    }

    /// All streams together.
    pub fn total(&self) -> StreamCounters {
        self.streams.iter().fold(StreamCounters::default(), |mut sum, (_, figures)| {
            sum.add(figures);
            sum
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_its_own_sender_does_wrong_says_more_than_what_strangers_send() {
        let counted = |reasons: &[DropReason]| {
            let mut counters = StreamCounters::default();
            for reason in reasons {
                match reason {
                    DropReason::Source => counters.source += 3,
                    DropReason::PayloadType => counters.payload_type += 1,
                    DropReason::Malformed => counters.malformed += 1,
                    DropReason::Unauthentic => counters.unauthentic += 1,
                    DropReason::Paused => counters.paused += 1,
                    _ => counters.backlog += 1,
                }
            }
            counters.sound()
        };
        assert_eq!(counted(&[]), Sound::Nothing);
        assert_eq!(counted(&[DropReason::Source]), Sound::FromElsewhere);
        assert_eq!(counted(&[DropReason::Source, DropReason::Malformed]), Sound::Unreadable);
        assert_eq!(counted(&[DropReason::Unauthentic]), Sound::Unreadable);
        assert_eq!(counted(&[DropReason::Source, DropReason::PayloadType]), Sound::WrongCodec);
        assert_eq!(counted(&[DropReason::PayloadType, DropReason::Paused]), Sound::Heard);
        assert_eq!(
            StreamCounters { accepted: 1, source: 9, ..StreamCounters::default() }.sound(),
            Sound::Heard
        );
    }
}
