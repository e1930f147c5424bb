//! A call while it is received: which datagrams are kept, and the journal entries they become.
//!
//! [`LiveCall::on_datagram`] is what every packet pays for. It parses in place, looks the payload type up in a bit set and
//! copies the payload once, into a buffer that is reused: it allocates nothing, once that buffer has grown to what arrives
//! between two calls of [`LiveCall::take_pending`].

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rokuon_media::rtp::{RtpPacket, is_rtcp};

use crate::counters::{CallCounters, DropReason, StreamCounters};
use crate::journal::encode::PendingEntries;
use crate::journal::media::JournalPacket;
use crate::journal::{OnHold, Paused};
use crate::stream::StreamSetup;

/// What became of a datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is pending for the journal.
    Accepted,
    /// RTCP on the RTP port; counted only.
    Rtcp,
    /// Not kept.
    Dropped(DropReason),
}

/// Room for 200 ms of two G.711 streams of 20 ms packets.
const PENDING_CAPACITY: usize = 4 * 1024;

/// Octets that may wait before packets are dropped: about two minutes of two G.711 streams with the journal stuck.
pub const PENDING_LIMIT: usize = 2 * 1024 * 1024;

/// One call being received.
#[derive(Debug)]
pub struct LiveCall {
    streams: Vec<LiveStream>,
    pending: PendingEntries,
    unknown_stream: u64,
    last_packet_at: Option<Duration>,
    paused: bool,
}

/// One stream of it.
#[derive(Debug)]
pub struct LiveStream {
    index: u8,
    /// Bit n is set where payload type n was negotiated.
    payload_types: u128,
    expected_remote: Option<SocketAddr>,
    learn_remote: bool,
    source: Source,
    on_hold: bool,
    counters: StreamCounters,
    last_packet_at: Option<Duration>,
}

/// Whose packets a stream takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// None has been heard since the last offer.
    Open,
    /// The signalled address sends; nobody else is heard until the next offer.
    Signalled,
    /// This one was learned; the signalled address may still take over.
    Learned(SocketAddr),
}

impl LiveCall {
    /// A call with its negotiated streams.
    pub fn new(streams: &[StreamSetup]) -> Self {
        Self {
            streams: streams.iter().map(|setup| LiveStream::new(setup, StreamCounters::default())).collect(),
            pending: PendingEntries::with_capacity(PENDING_CAPACITY),
            unknown_stream: 0,
            last_packet_at: None,
            paused: false,
        }
    }

    /// Takes one datagram that came on the port of stream `stream` at `arrival` after the call's epoch.
    ///
    /// `in_networks` is asked only when a source is to be learned: does the connection allow media from there?
    pub fn on_datagram(
        &mut self,
        stream: u8,
        source: SocketAddr,
        arrival: Duration,
        datagram: &[u8],
        in_networks: impl FnOnce(IpAddr) -> bool,
    ) -> Verdict {
        let Some((at, live)) = self.stream_mut(stream) else { return self.no_such_stream() };
        live.counters.received += 1;
        if is_rtcp(datagram) {
            live.counters.rtcp += 1;
            return Verdict::Rtcp;
        }
        match live.admit(source, datagram, in_networks) {
            Ok(packet) => self.keep(at, arrival, &packet),
            Err(reason) => live.refuse(reason),
        }
    }

    /// Takes one RTP packet that came by other ways than the stream's port; its sender is proved by who feeds it.
    pub fn on_fed(&mut self, stream: u8, arrival: Duration, datagram: &[u8]) -> Verdict {
        let Some((at, live)) = self.stream_mut(stream) else { return self.no_such_stream() };
        live.counters.received += 1;
        match live.negotiated(datagram) {
            Ok(packet) => self.keep(at, arrival, &packet),
            Err(reason) => live.refuse(reason),
        }
    }

    fn stream_mut(&mut self, stream: u8) -> Option<(usize, &mut LiveStream)> {
        self.streams.iter_mut().enumerate().find(|(_, live)| live.index == stream)
    }

    const fn no_such_stream(&mut self) -> Verdict {
        self.unknown_stream += 1;
        Verdict::Dropped(DropReason::UnknownStream)
    }

    /// Keeps an admitted packet of the stream at place `at`.
    fn keep(&mut self, at: usize, arrival: Duration, packet: &RtpPacket<'_>) -> Verdict {
        let Some(live) = self.streams.get_mut(at) else { return self.no_such_stream() };
        live.last_packet_at = Some(arrival);
        self.last_packet_at = Some(arrival);
        if self.paused {
            return live.refuse(DropReason::Paused);
        }
        if self.pending.len() >= PENDING_LIMIT {
            return live.refuse(DropReason::Backlog);
        }
        live.counters.accepted += 1;
        live.counters.payload_octets += packet.payload.len() as u64;
        self.pending.add_packet(&JournalPacket {
            stream: live.index,
            marker: packet.marker,
            payload_type: packet.payload_type,
            sequence_number: packet.sequence_number,
            timestamp: packet.timestamp,
            ssrc: packet.ssrc,
            arrival_micros: micros(arrival),
            payload: packet.payload,
        });
        Verdict::Accepted
    }

    /// Appends the journal entries that wait to `out` and forgets them.
    pub fn take_pending(&mut self, out: &mut Vec<u8>) {
        self.pending.take(out);
    }

    /// Octets that wait to be taken.
    pub const fn pending_len(&self) -> usize {
        self.pending.len()
    }

    /// A stream goes on hold or comes back; on coming back its source may be learned anew.
    pub fn set_on_hold(&mut self, stream: u8, on_hold: bool, at: Duration) {
        let Some(live) = self.streams.iter_mut().find(|live| live.index == stream) else { return };
        if live.on_hold != on_hold {
            live.on_hold = on_hold;
            if !on_hold {
                live.source = live.source_after_offer(live.expected_remote);
            }
            self.pending.add_on_hold(&OnHold { stream, on_hold, at_micros: micros(at) });
        }
    }

    /// Recording pauses or goes on. What arrives meanwhile is dropped, but still says who sends and that the call lives.
    ///
    /// Returns whether that is a change.
    pub fn set_paused(&mut self, paused: bool, at: Duration) -> bool {
        let changes = self.paused != paused;
        if changes {
            self.paused = paused;
            self.pending.add_paused(&Paused { paused, at_micros: micros(at) });
        }
        changes
    }

    /// Whether recording is paused.
    pub const fn is_paused(&self) -> bool {
        self.paused
    }

    /// Takes a new set of streams (re-INVITE, UPDATE); known indexes keep their figures, sources may be learned anew.
    ///
    /// The caller writes the matching `Updated` entry after taking what is pending.
    pub fn reoffer(&mut self, streams: &[StreamSetup]) {
        for setup in streams {
            match self.streams.iter_mut().find(|live| live.index == setup.index) {
                Some(live) => {
                    let LiveStream { counters, on_hold, last_packet_at, .. } = *live;
                    let source = live.source_after_offer(setup.expected_remote);
                    *live =
                        LiveStream { on_hold, last_packet_at, source, ..LiveStream::new(setup, counters) };
                }
                None => self.streams.push(LiveStream::new(setup, StreamCounters::default())),
            }
        }
        for live in &mut self.streams {
            if streams.iter().all(|setup| setup.index != live.index) {
                // Removed from the offer: nothing more is negotiated on it, its figures stay.
                live.payload_types = 0;
            }
        }
    }

    /// When the last packet of any stream was accepted, after the call's epoch.
    pub const fn last_packet_at(&self) -> Option<Duration> {
        self.last_packet_at
    }

    /// When the last packet of one stream was accepted.
    pub fn last_packet_on(&self, stream: u8) -> Option<Duration> {
        self.streams.iter().find(|live| live.index == stream)?.last_packet_at
    }

    /// Whether every stream is on hold: silence is then expected.
    pub fn all_on_hold(&self) -> bool {
        !self.streams.is_empty() && self.streams.iter().all(|live| live.on_hold)
    }

    /// What was received so far.
    pub fn counters(&self) -> CallCounters {
        CallCounters {
            streams: self.streams.iter().map(|live| (live.index, live.counters)).collect(),
            unknown_stream: self.unknown_stream,
        }
    }
}

impl LiveStream {
    fn new(setup: &StreamSetup, counters: StreamCounters) -> Self {
        let negotiated = setup
            .payload_types
            .iter()
            .filter_map(|(payload_type, _)| 1_u128.checked_shl(u32::from(*payload_type)));
        Self {
            index: setup.index,
            payload_types: negotiated.fold(0, |set, bit| set | bit),
            expected_remote: setup.expected_remote,
            learn_remote: setup.learn_remote,
            source: Source::Open,
            on_hold: false,
            counters,
            last_packet_at: None,
        }
    }

    /// A new offer opens a learned source again, since such a sender may move; one that sends from where it was signalled
    /// keeps the stream to itself, or a hold would be a forger's way in.
    fn source_after_offer(&self, expected_remote: Option<SocketAddr>) -> Source {
        let unmoved = self.source == Source::Signalled && self.expected_remote == expected_remote;
        if unmoved { Source::Signalled } else { Source::Open }
    }

    /// The packet, if it is one that this stream takes; a source is learned only from such a packet.
    fn admit<'a>(
        &mut self,
        from: SocketAddr,
        datagram: &'a [u8],
        in_networks: impl FnOnce(IpAddr) -> bool,
    ) -> Result<RtpPacket<'a>, DropReason> {
        let signalled = self.expected_remote.is_some_and(|expected| same_address(expected, from));
        let may_learn = !signalled && self.learn_remote && self.source == Source::Open;
        if !signalled && !may_learn && self.source != Source::Learned(from) {
            return Err(DropReason::Source);
        }
        let packet = self.negotiated(datagram)?;
        if signalled {
            self.source = Source::Signalled;
        } else if may_learn {
            if !in_networks(from.ip().to_canonical()) {
                return Err(DropReason::Source);
            }
            self.source = Source::Learned(from);
        }
        Ok(packet)
    }

    /// The packet, if it is sound and of a payload type that was negotiated.
    fn negotiated<'a>(&self, datagram: &'a [u8]) -> Result<RtpPacket<'a>, DropReason> {
        let packet = RtpPacket::parse(datagram).map_err(|_| DropReason::Malformed)?;
        if self.payload_types & (1 << packet.payload_type) == 0 {
            return Err(DropReason::PayloadType);
        }
        Ok(packet)
    }

    const fn refuse(&mut self, reason: DropReason) -> Verdict {
        match reason {
            DropReason::Malformed => self.counters.malformed += 1,
            DropReason::Source | DropReason::UnknownStream => self.counters.source += 1,
            DropReason::PayloadType => self.counters.payload_type += 1,
            DropReason::Backlog => self.counters.backlog += 1,
            DropReason::Paused => self.counters.paused += 1,
        }
        Verdict::Dropped(reason)
    }
}

/// Port and address alike; an IPv4 address counts the same when a dual-stack socket shows it mapped into IPv6.
fn same_address(a: SocketAddr, b: SocketAddr) -> bool {
    a.port() == b.port() && a.ip().to_canonical() == b.ip().to_canonical()
}

fn micros(at: Duration) -> u64 {
    u64::try_from(at.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
pub(crate) mod tests;
