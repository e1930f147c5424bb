//! A protected stream while its socket is swept: what opens reaches the call, what does not is counted.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use rokuon_capture::counters::DropReason;
use rokuon_capture::journal::{Entry, Protected};
use rokuon_capture::live_call::LiveCall;
use rokuon_secure_media::kind::{DatagramKind, kind_of};

use crate::rtp::protection::{Guard, Opened, StreamProtection};

pub struct Guarded<'a> {
    pub live: &'a mut LiveCall,
    pub guard: &'a mut Guard,
    pub stream: u8,
    pub socket: &'a UdpSocket,
}

impl Guarded<'_> {
    /// Takes one datagram. What comes from where nothing may come is not worth opening.
    pub fn take(
        &mut self,
        source: SocketAddr,
        arrival: Duration,
        datagram: &[u8],
        in_networks: impl Fn(IpAddr) -> bool,
    ) {
        let stream = self.stream;
        if !self.live.may_hear(stream, source, &in_networks) {
            self.live.count_refused(stream, DropReason::Source);
            return;
        }
        let kind = kind_of(datagram);
        match kind {
            DatagramKind::Dtls => self.guard.take_handshake(datagram, source, self.socket, Instant::now()),
            DatagramKind::Rtp | DatagramKind::Rtcp => {
                match self.guard.open(datagram, kind == DatagramKind::Rtcp) {
                    Opened::Packet(packet) => {
                        self.live.on_datagram(stream, source, arrival, packet, in_networks);
                    }
                    Opened::Refused(reason) => {
                        self.live.count_refused(stream, reason);
                    }
                }
            }
            DatagramKind::Stun | DatagramKind::Unknown => {
                self.live.count_refused(stream, DropReason::Malformed);
            }
        }
    }

    /// Goes on with a handshake, and journals what a restart will need.
    pub fn go_on(&mut self, at: Duration) {
        let to = self.live.media_address(self.stream);
        self.guard.go_on(to, self.socket, Instant::now());
        if let Some(protection) = self.guard.to_be_noted(at) {
            note_protection(self.live, self.stream, &protection);
        }
    }
}

/// Journals what a restart will need to go on with a protected stream.
pub fn note_protection(live: &mut LiveCall, stream: u8, protection: &StreamProtection) {
    let state = serde_json::to_value(protection).unwrap_or_default();
    if let Err(error) = live.add_entry(&Entry::Protected(Box::new(Protected { stream, state }))) {
        tracing::error!(%error, "how a stream is protected could not be journaled");
    }
}
