//! One stream of a live call: whose packets it takes, and what it counts.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rokuon_media::reception::Reception;
use rokuon_media::rtp::RtpPacket;

use super::Verdict;
use crate::counters::{DropReason, StreamCounters};
use crate::stream::StreamSetup;

/// One stream of it.
#[derive(Debug)]
pub(super) struct LiveStream {
    pub(super) index: u8,
    /// Bit n is set where payload type n was negotiated.
    pub(super) payload_types: u128,
    pub(super) expected_remote: Option<SocketAddr>,
    pub(super) learn_remote: bool,
    /// Where the stream moved from: heard until the new address speaks, since an offer and the packets of its sender cross.
    pub(super) moved_from: Option<SocketAddr>,
    pub(super) source: Source,
    pub(super) on_hold: bool,
    pub(super) counters: StreamCounters,
    pub(super) reception: Reception,
    pub(super) clock_rate: u32,
    pub(super) rtcp_address: Option<SocketAddr>,
    pub(super) rtcp_mux: bool,
    pub(super) last_packet_at: Option<Duration>,
    pub(super) last_clock_at: Option<Duration>,
}

/// Whose packets a stream takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// None has been heard since the last offer.
    Open,
    /// The signalled address sends; nobody else is heard until the next offer.
    Signalled,
    /// This one was learned; the signalled address may still take over.
    Learned(SocketAddr),
}

impl LiveStream {
    pub(super) fn new(setup: &StreamSetup, counters: StreamCounters) -> Self {
        let negotiated = setup
            .payload_types
            .iter()
            .filter_map(|(payload_type, _)| 1_u128.checked_shl(u32::from(*payload_type)));
        Self {
            index: setup.index,
            payload_types: negotiated.fold(0, |set, bit| set | bit),
            expected_remote: setup.expected_remote,
            learn_remote: setup.learn_remote,
            moved_from: None,
            source: Source::Open,
            on_hold: false,
            counters,
            reception: Reception::default(),
            clock_rate: setup.clock_rate(),
            rtcp_address: setup.rtcp_address(),
            rtcp_mux: setup.rtcp_mux,
            last_packet_at: None,
            last_clock_at: None,
        }
    }

    pub(super) fn counters(&self) -> StreamCounters {
        StreamCounters {
            lost: self.reception.lost(),
            jitter_micros: self.reception.worst_jitter_micros(),
            ..self.counters
        }
    }

    /// RTCP is heard from where it was signalled, from where media was (many multiplex without a word), and from the machine the
    /// media was learned from.
    pub(super) fn hears_rtcp_from(&self, from: SocketAddr) -> bool {
        let learned = match self.source {
            Source::Learned(learned) => learned.ip().to_canonical() == from.ip().to_canonical(),
            Source::Open | Source::Signalled => false,
        };
        let told = [self.rtcp_address, self.expected_remote];
        learned || told.iter().flatten().any(|told| same_address(*told, from))
    }

    /// A new offer opens a learned source again, since such a sender may move; one that sends from where it was signalled
    /// keeps the stream to itself, or a hold would be a forger's way in.
    pub(super) fn source_after_offer(&self, expected_remote: Option<SocketAddr>) -> Source {
        let unmoved = self.source == Source::Signalled && self.expected_remote == expected_remote;
        if unmoved { Source::Signalled } else { Source::Open }
    }

    /// Where packets may still come from after a new offer.
    pub(super) fn moved_from_after_offer(&self, expected_remote: Option<SocketAddr>) -> Option<SocketAddr> {
        if self.expected_remote == expected_remote {
            return self.moved_from;
        }
        match self.source {
            Source::Learned(learned) => Some(learned),
            Source::Signalled | Source::Open => self.expected_remote,
        }
    }

    fn has_moved_from(&self, from: SocketAddr) -> bool {
        self.moved_from.is_some_and(|before| same_address(before, from))
    }

    /// Whether anything from there may be of use: what is not worth opening costs no opening.
    pub(super) fn may_hear(&self, from: SocketAddr, in_networks: impl FnOnce(IpAddr) -> bool) -> bool {
        let signalled = self.expected_remote.is_some_and(|expected| same_address(expected, from));
        let learnable =
            self.learn_remote && self.source == Source::Open && in_networks(from.ip().to_canonical());
        signalled
            || self.has_moved_from(from)
            || self.source == Source::Learned(from)
            || self.hears_rtcp_from(from)
            || learnable
    }

    /// The packet, if it is one that this stream takes; a source is learned only from such a packet.
    pub(super) fn admit<'a>(
        &mut self,
        from: SocketAddr,
        datagram: &'a [u8],
        in_networks: impl FnOnce(IpAddr) -> bool,
    ) -> Result<RtpPacket<'a>, DropReason> {
        let signalled = self.expected_remote.is_some_and(|expected| same_address(expected, from));
        let moved = !signalled && self.has_moved_from(from);
        let may_learn = !signalled && !moved && self.learn_remote && self.source == Source::Open;
        if !signalled && !moved && !may_learn && self.source != Source::Learned(from) {
            return Err(DropReason::Source);
        }
        let packet = self.negotiated(datagram)?;
        if signalled {
            (self.source, self.moved_from) = (Source::Signalled, None);
        } else if may_learn {
            if !in_networks(from.ip().to_canonical()) {
                return Err(DropReason::Source);
            }
            (self.source, self.moved_from) = (Source::Learned(from), None);
        }
        Ok(packet)
    }

    /// The packet, if it is sound and of a payload type that was negotiated.
    pub(super) fn negotiated<'a>(&self, datagram: &'a [u8]) -> Result<RtpPacket<'a>, DropReason> {
        let packet = RtpPacket::parse(datagram).map_err(|_| DropReason::Malformed)?;
        if self.payload_types & (1 << packet.payload_type) == 0 {
            return Err(DropReason::PayloadType);
        }
        Ok(packet)
    }

    pub(super) const fn refuse(&mut self, reason: DropReason) -> Verdict {
        match reason {
            DropReason::Malformed => self.counters.malformed += 1,
            DropReason::Source | DropReason::UnknownStream => self.counters.source += 1,
            DropReason::PayloadType => self.counters.payload_type += 1,
            DropReason::Backlog => self.counters.backlog += 1,
            DropReason::Paused => self.counters.paused += 1,
            DropReason::Unauthentic => self.counters.unauthentic += 1,
            DropReason::Replayed => self.counters.replayed += 1,
        }
        Verdict::Dropped(reason)
    }
}

/// Port and address alike; an IPv4 address counts the same when a dual-stack socket shows it mapped into IPv6.
fn same_address(a: SocketAddr, b: SocketAddr) -> bool {
    a.port() == b.port() && a.ip().to_canonical() == b.ip().to_canonical()
}
