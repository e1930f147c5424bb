//! One WHIP session's media: datagrams and time go in; plain RTP, datagrams to send and the end come out.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rokuon_media::rtp::RtpPacket;
use rokuon_secure_media::dtls::handshake::DtlsFailure;
use rokuon_secure_media::dtls::identity::DtlsIdentity;
use rtc_crypto::{RTCCryptoProvider, default_provider};
use std::sync::Arc;

use crate::codecs::MediaKind;
use crate::datagram::{Protocol, protocol};
use crate::feedback::sender_reports;
use crate::ice::{Check, IceCredentials, judge};
use crate::offer::Offer;
use crate::reception::Reception;
use crate::secure_transport::{Keys, SecureTransport};
use crate::session_end::EndCause;
use crate::taken::Taken;

/// A client that has not come to sending within this time never will.
const CONNECT_WITHIN: Duration = Duration::from_secs(30);
/// Without any authentic packet for so long the client is gone. Consent lasts 30 s (RFC 7675 §5.1) and browsers renew it every
/// 5 s; with the time to close and seal, the recording is there within those 30 s.
const GONE_AFTER: Duration = Duration::from_secs(25);
/// Reports go out this often.
const REPORT_EVERY: Duration = Duration::from_secs(1);
/// Pictures that stand alone are asked for at least this often: a film can be entered, and cut, only there.
const PICTURE_EVERY: Duration = Duration::from_secs(10);
/// Senders that reports are kept for.
const MOST_SENDERS: usize = 8;

struct Stream {
    index: u8,
    kind: MediaKind,
    /// Payload types and their clock rates.
    formats: Vec<(u8, u32)>,
    asks_for_packets: bool,
    asks_for_pictures: bool,
    said_how_much: bool,
}

/// One session.
pub struct WhipSession {
    provider: Arc<dyn RTCCryptoProvider>,
    ours: IceCredentials,
    theirs: IceCredentials,
    /// A restart that no check has used yet; the old path stands until one has.
    restarting: Option<(IceCredentials, IceCredentials)>,
    transport: SecureTransport,
    streams: Vec<Stream>,
    receptions: BTreeMap<u32, Reception>,
    /// Addresses that proved themselves; media from elsewhere is dropped.
    proved: VecDeque<SocketAddr>,
    peer: Option<SocketAddr>,
    outgoing: VecDeque<(SocketAddr, Bytes)>,
    began: Instant,
    alive_at: Instant,
    next_report: Instant,
    next_picture: Instant,
    last_picture: Option<Instant>,
    ssrc: u32,
    ended: Option<EndCause>,
    dropped: u64,
}

impl WhipSession {
    /// A session that waits for the client's first check. `ssrc` is ours in reports, any number.
    ///
    /// # Errors
    /// When our own certificate cannot be used.
    pub fn new(
        identity: &DtlsIdentity,
        offer: &Offer,
        ours: IceCredentials,
        ssrc: u32,
        now: Instant,
    ) -> Result<Self, DtlsFailure> {
        let streams = offer.taken().map(|(index, taken)| {
            let primary = taken.formats.first();
            let gives = |what: &str| primary.is_some_and(|format| format.feedback.contains(&what));
            Stream {
                index,
                kind: taken.kind,
                formats: taken
                    .formats
                    .iter()
                    .map(|format| (format.payload_type, format.clock_rate))
                    .collect(),
                asks_for_packets: gives("nack"),
                asks_for_pictures: gives("nack pli"),
                said_how_much: gives("goog-remb"),
            }
        });
        Ok(Self {
            provider: default_provider().map_err(|_| DtlsFailure::NotBegun)?,
            transport: SecureTransport::new(identity, &offer.fingerprints, offer.role, now)?,
            streams: streams.collect(),
            ours,
            theirs: offer.ice.clone(),
            restarting: None,
            receptions: BTreeMap::new(),
            proved: VecDeque::new(),
            peer: None,
            outgoing: VecDeque::new(),
            began: now,
            alive_at: now,
            next_report: now + REPORT_EVERY,
            next_picture: now + PICTURE_EVERY,
            last_picture: None,
            ssrc,
            ended: None,
            dropped: 0,
        })
    }

    /// Takes one datagram.
    pub fn handle(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) -> Taken {
        if self.ended.is_some() {
            return Taken::Dropped;
        }
        let taken = match protocol(datagram) {
            Protocol::Stun => self.check(now, from, datagram),
            // S4: a ClientHello from an address no check has proved is not even read.
            _ if !self.proved.contains(&from) => Taken::Dropped,
            Protocol::Dtls => self.dtls(now, from, datagram),
            Protocol::Rtp => self.media(now, datagram),
            Protocol::Rtcp => self.report(now, datagram),
            Protocol::Other => Taken::Dropped,
        };
        self.dropped += u64::from(taken == Taken::Dropped);
        taken
    }

    fn check(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) -> Taken {
        let crypto = Arc::clone(&self.provider);
        let mut checked = judge(&self.ours, &self.theirs, from, datagram, crypto.crypto());
        if checked == Check::Ignored
            && let Some((ours, theirs)) = &self.restarting
        {
            checked = judge(ours, theirs, from, datagram, crypto.crypto());
            if matches!(checked, Check::Valid { .. })
                && let Some((ours, theirs)) = self.restarting.take()
            {
                (self.ours, self.theirs) = (ours, theirs);
            }
        }
        match checked {
            Check::Valid { response, nominated } => {
                self.alive_at = now;
                if !self.proved.contains(&from) {
                    if self.proved.len() >= MOST_SENDERS {
                        self.proved.pop_front();
                    }
                    self.proved.push_back(from);
                }
                if nominated || self.peer.is_none() {
                    self.peer = Some(from);
                }
                self.outgoing.push_back((from, response.into()));
                self.send_dtls();
                Taken::Nothing
            }
            Check::Refused(response) => {
                self.outgoing.push_back((from, response.into()));
                Taken::Nothing
            }
            Check::Indication => Taken::Nothing,
            Check::Ignored => Taken::Dropped,
        }
    }

    fn dtls(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) -> Taken {
        if !self.transport.is_keyed() {
            self.peer = Some(from);
        }
        let before = self.transport.is_keyed();
        let keys = self.transport.handle_dtls(now, datagram);
        if keys == Keys::Agreed && !before {
            self.alive_at = now;
        }
        self.end_on(keys);
        self.send_dtls();
        Taken::Nothing
    }

    fn media(&mut self, now: Instant, datagram: &[u8]) -> Taken {
        // What is encrypted is the payload only: the header can be read before it is proved.
        let Some(&[_, kind, s0, s1, t0, t1, t2, t3, i0, i1, i2, i3]) = datagram.first_chunk::<12>() else {
            return Taken::Dropped;
        };
        let (payload_type, ssrc) = (kind & 0x7F, u32::from_be_bytes([i0, i1, i2, i3]));
        let found = self.streams.iter().find_map(|stream| {
            let (_, clock_rate) = stream.formats.iter().find(|(number, _)| *number == payload_type)?;
            Some((stream.index, *clock_rate))
        });
        let Some((stream, clock_rate)) = found else { return Taken::Dropped };
        let Some(packet) = self.transport.open_rtp(datagram) else { return Taken::Dropped };
        self.alive_at = now;
        let (sequence, timestamp) = (u16::from_be_bytes([s0, s1]), u32::from_be_bytes([t0, t1, t2, t3]));
        if self.receptions.len() < MOST_SENDERS || self.receptions.contains_key(&ssrc) {
            self.receptions
                .entry(ssrc)
                .or_insert_with(|| Reception::new(stream, clock_rate, sequence))
                .packet(now, sequence, timestamp);
        }
        match RtpPacket::parse(&packet) {
            // Probes of nothing but padding fill the line, not the recording.
            Ok(parsed) if parsed.payload.is_empty() => Taken::Nothing,
            Ok(_) => Taken::Media { stream, packet: packet.into() },
            Err(_) => Taken::Dropped,
        }
    }

    fn report(&mut self, now: Instant, datagram: &[u8]) -> Taken {
        let Some(compound) = self.transport.open_rtcp(datagram) else { return Taken::Dropped };
        self.alive_at = now;
        for (sender, ntp_middle) in sender_reports(&compound) {
            if let Some(reception) = self.receptions.get_mut(&sender) {
                reception.sender_report(now, ntp_middle);
            }
        }
        Taken::Nothing
    }

    /// Moves time on: reports, repeated flights, and the end of a client that is gone.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.ended.is_some() {
            return;
        }
        let keys = self.transport.handle_timeout(now);
        self.end_on(keys);
        self.send_dtls();
        if !self.transport.is_keyed() {
            if now.saturating_duration_since(self.began) > CONNECT_WITHIN {
                self.end(EndCause::NeverConnected);
            }
            return;
        }
        if now.saturating_duration_since(self.alive_at) > GONE_AFTER {
            self.end(EndCause::ConsentExpired);
            return;
        }
        self.send_feedback(now);
    }

    /// When [`Self::handle_timeout`] wants to be called next.
    pub fn next_timeout(&self) -> Instant {
        let asks = self.receptions.values().filter_map(Reception::next_ask);
        let end =
            if self.transport.is_keyed() { self.alive_at + GONE_AFTER } else { self.began + CONNECT_WITHIN };
        let reports = self.transport.is_keyed().then_some(self.next_report);
        let soonest = self.transport.next_timeout().into_iter().chain(reports).chain(asks).min();
        soonest.map_or(end, |at| at.min(end))
    }

    /// The next datagram to send, and where to.
    pub fn poll_transmit(&mut self) -> Option<(SocketAddr, Bytes)> {
        self.outgoing.pop_front()
    }

    /// ICE begins anew under these credentials; what runs goes on until the client uses them (RFC 9725 §4.3.2).
    pub fn restart(&mut self, theirs: IceCredentials, ours: IceCredentials) {
        self.restarting = Some((ours, theirs));
    }

    /// The client's current credentials.
    pub const fn peer_credentials(&self) -> &IceCredentials {
        &self.theirs
    }

    /// Says good-bye on the media path; what is queued still has to be sent.
    pub fn close(&mut self, now: Instant) {
        self.transport.close(now);
        self.send_dtls();
    }

    /// Whether an address proved itself with a check under our password.
    pub fn is_proved(&self, address: SocketAddr) -> bool {
        self.proved.contains(&address)
    }

    /// When anything authentic last came.
    pub const fn alive_at(&self) -> Instant {
        self.alive_at
    }

    /// Why the session is over, once it is.
    pub const fn ended(&self) -> Option<EndCause> {
        self.ended
    }

    /// Whether keys are agreed, so that media can be received.
    pub const fn is_connected(&self) -> bool {
        self.transport.is_keyed()
    }

    /// Datagrams that were not authentic, not expected or not readable.
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    fn end_on(&mut self, keys: Keys) {
        match keys {
            Keys::Going | Keys::Agreed => {}
            Keys::Closed => self.end(EndCause::ClosedByPeer),
            Keys::Failed => self.end(EndCause::KeysFailed),
            Keys::TimedOut => self.end(EndCause::NeverConnected),
        }
    }

    fn end(&mut self, cause: EndCause) {
        self.ended.get_or_insert(cause);
    }

    fn send_dtls(&mut self) {
        // Without a proved address there is nowhere to send to; the flight waits for one.
        let Some(peer) = self.peer else { return };
        while let Some(datagram) = self.transport.poll_dtls() {
            self.outgoing.push_back((peer, datagram.into()));
        }
    }
}

mod feedback_round;
#[cfg(test)]
mod tests;
