//! A call while it is received: which datagrams are kept, and the journal entries they become.
//!
//! [`LiveCall::on_datagram`] is what every packet pays for. It parses in place, looks the payload type up in a bit set and
//! copies the payload once, into a buffer that is reused: it allocates nothing, once that buffer has grown to what arrives
//! between two calls of [`LiveCall::take_pending`].

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rokuon_media::rtcp::{Compound, ReportBlock, Said};
use rokuon_media::rtp::{RtpPacket, is_rtcp};

use live_stream::LiveStream;

use crate::counters::{CallCounters, DropReason, Sound, StreamCounters};
use crate::journal::encode::PendingEntries;
use crate::journal::media::JournalPacket;
use crate::journal::{Entry, JournalError, OnHold, Paused, SenderClock};
use crate::stream::StreamSetup;

mod live_stream;

/// What became of a datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is pending for the journal.
    Accepted,
    /// RTCP: sender reports are journaled, the rest is counted only.
    Rtcp,
    /// Not kept.
    Dropped(DropReason),
}

/// A receiver report to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueReport {
    /// What it says.
    pub block: ReportBlock,
    /// Where it goes: only ever where signalling said.
    pub to: SocketAddr,
    /// It goes out by the port of RTP (RFC 5761).
    pub muxed: bool,
}

/// Octets that may wait before packets are dropped and counted: about a minute of two G.711 streams with the journal stuck, and
/// no more than one entry of the spool holds.
pub const PENDING_LIMIT: usize = 1_000_000;

/// One call being received.
#[derive(Debug)]
pub struct LiveCall {
    streams: Vec<LiveStream>,
    pending: PendingEntries,
    pending_limit: usize,
    unknown_stream: u64,
    last_packet_at: Option<Duration>,
    paused: bool,
}

impl LiveCall {
    /// A call with its negotiated streams.
    pub fn new(streams: &[StreamSetup]) -> Self {
        Self {
            streams: streams.iter().map(|setup| LiveStream::new(setup, StreamCounters::default())).collect(),
            pending: PendingEntries::default(),
            pending_limit: PENDING_LIMIT,
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
            return self.take_rtcp(at, source, arrival, datagram);
        }
        match live.admit(source, datagram, in_networks) {
            Ok(packet) => self.keep(at, arrival, &packet),
            Err(reason) => live.refuse(reason),
        }
    }

    /// Where a stream's media comes from, as signalled.
    pub fn media_address(&self, stream: u8) -> Option<SocketAddr> {
        self.streams.iter().find(|live| live.index == stream)?.expected_remote
    }

    /// Whether anything from `source` may be of use to a stream. Asked of protected streams before a datagram is opened.
    pub fn may_hear(&self, stream: u8, source: SocketAddr, in_networks: impl FnOnce(IpAddr) -> bool) -> bool {
        let live = self.streams.iter().find(|live| live.index == stream);
        live.is_some_and(|live| live.may_hear(source, in_networks))
    }

    /// Counts a datagram that is dropped before it was looked at here.
    pub fn count_refused(&mut self, stream: u8, reason: DropReason) -> Verdict {
        let Some((_, live)) = self.stream_mut(stream) else { return self.no_such_stream() };
        live.counters.received += 1;
        live.refuse(reason)
    }

    /// Adds an entry of another kind at its place among the packets.
    pub fn add_entry(&mut self, entry: &Entry<'_>) -> Result<(), JournalError> {
        self.pending.add_entry(entry)
    }

    /// Takes one datagram that came on the RTCP port of a stream.
    pub fn on_rtcp(&mut self, stream: u8, source: SocketAddr, arrival: Duration, datagram: &[u8]) -> Verdict {
        let Some((at, live)) = self.stream_mut(stream) else { return self.no_such_stream() };
        live.counters.received += 1;
        self.take_rtcp(at, source, arrival, datagram)
    }

    fn take_rtcp(&mut self, at: usize, source: SocketAddr, arrival: Duration, datagram: &[u8]) -> Verdict {
        let Some(live) = self.streams.get_mut(at) else { return self.no_such_stream() };
        if !live.hears_rtcp_from(source) {
            return live.refuse(DropReason::Source);
        }
        let Some(compound) = Compound::parse(datagram) else { return live.refuse(DropReason::Malformed) };
        live.counters.rtcp += 1;
        // A second of quiet between two: reports come every few seconds, and the journal is not for floods.
        let quiet =
            live.last_clock_at.is_none_or(|last| arrival.saturating_sub(last) >= Duration::from_secs(1));
        let report = compound.said().find_map(|said| match said {
            Said::Sender(report) => Some(report),
            Said::Bye(_) => None,
        });
        if let Some(report) = report.filter(|_| quiet && !self.paused) {
            live.last_clock_at = Some(arrival);
            live.reception.heard_report(&report, arrival);
            self.pending.add_sender_clock(&SenderClock {
                stream: live.index,
                ssrc: report.ssrc,
                ntp: report.ntp,
                rtp_timestamp: report.rtp_timestamp,
                at_micros: micros(arrival),
            });
        }
        Verdict::Rtcp
    }

    /// What a receiver report of a stream says now, and where it goes; `None` where nothing was heard, or signalled.
    pub fn report_on(&mut self, stream: u8, now: Duration) -> Option<DueReport> {
        let (_, live) = self.stream_mut(stream)?;
        let (to, muxed) = (live.rtcp_address?, live.rtcp_mux);
        Some(DueReport { block: live.reception.report(now)?, to, muxed })
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
        live.reception.take(packet.ssrc, packet.sequence_number, packet.timestamp, arrival, live.clock_rate);
        if self.paused {
            return live.refuse(DropReason::Paused);
        }
        if self.pending.len() >= self.pending_limit {
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

    /// Lends the call a buffer to gather in, unless it has one. One buffer does for many calls that are swept and taken in
    /// turn, so that a call by itself holds none.
    pub const fn lend(&mut self, spare: &mut PendingEntries) {
        if self.pending.is_empty() {
            std::mem::swap(&mut self.pending, spare);
        }
    }

    /// How much may wait from now on; at most [`PENDING_LIMIT`].
    pub fn limit_pending(&mut self, octets: usize) {
        self.pending_limit = octets.min(PENDING_LIMIT);
    }

    /// Gives the buffer back if nothing waits in it; the call keeps it otherwise.
    pub fn give_back(&mut self, spare: &mut PendingEntries) {
        if self.pending.is_empty() {
            let own = std::mem::take(&mut self.pending);
            if own.capacity() > spare.capacity() {
                *spare = own;
            }
        }
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
                    let LiveStream { counters, reception, on_hold, last_packet_at, .. } = *live;
                    let source = live.source_after_offer(setup.expected_remote);
                    let moved_from = live.moved_from_after_offer(setup.expected_remote);
                    *live = LiveStream {
                        reception,
                        on_hold,
                        last_packet_at,
                        source,
                        moved_from,
                        ..LiveStream::new(setup, counters)
                    };
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

    /// How it stands with the sound of each stream, and whether it is on hold.
    pub fn sounds(&self) -> impl Iterator<Item = (u8, Sound, bool)> {
        self.streams.iter().map(|live| (live.index, live.counters.sound(), live.on_hold))
    }

    /// Whether every stream is on hold: silence is then expected.
    pub fn all_on_hold(&self) -> bool {
        !self.streams.is_empty() && self.streams.iter().all(|live| live.on_hold)
    }

    /// What was received so far.
    pub fn counters(&self) -> CallCounters {
        CallCounters {
            streams: self.streams.iter().map(|live| (live.index, live.counters())).collect(),
            unknown_stream: self.unknown_stream,
        }
    }
}

fn micros(at: Duration) -> u64 {
    u64::try_from(at.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
pub(crate) mod tests;
