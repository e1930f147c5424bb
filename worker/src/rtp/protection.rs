//! What protects a stream's packets: keys from its SDP or from a handshake on its port, and where its counters stand.
//!
//! Nothing of a protected stream is used before its tag was checked: only what opens reaches the call, and what does not is
//! counted and dropped (RFC 3711 §3.3).

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use rokuon_capture::counters::DropReason;
use rokuon_secure_media::dtls::fingerprint::Fingerprint;
use rokuon_secure_media::dtls::handshake::{DtlsFailure, DtlsHandshake, DtlsKeys, DtlsProgress, DtlsRole};
use rokuon_secure_media::dtls::identity::DtlsIdentity;
use rokuon_secure_media::master_key::MasterKey;
use rokuon_secure_media::receiver::SrtpReceiver;
use rokuon_secure_media::refused::Refused;
use rokuon_secure_media::sdes::CryptoLine;
use rokuon_secure_media::sender::SrtpSender;
use serde::{Deserialize, Serialize};

use crate::sealing::evidence::{hex, unhex};

/// How often the counters of a protected stream are journaled: between two, a source sends far less than one wrap of numbers.
const NOTED_EVERY: Duration = Duration::from_secs(60);

/// How a stream is protected, as signalled; with keys and counters it is what a restart needs. Kept nowhere but in memory and in
/// the encrypted journal.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StreamProtection {
    /// The peer's keys, as the value of an `a=crypto` line; `None` until a handshake has made them.
    pub keys: Option<String>,
    /// Our own keys, for the reports we send; not journaled, since a restart must not number anew under them.
    #[serde(skip)]
    pub own_keys: Option<String>,
    /// How keys are agreed on the media port.
    pub handshake: Option<HandshakeTerms>,
    /// Counters without keys, in hex.
    pub counters: Option<String>,
}

/// What SDP said of a DTLS handshake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandshakeTerms {
    /// Values of the peer's `a=fingerprint`; one has to fit.
    pub fingerprints: Vec<String>,
    /// We begin.
    pub active: bool,
}

impl std::fmt::Debug for StreamProtection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StreamProtection").field("handshake", &self.handshake).finish_non_exhaustive()
    }
}

/// What a datagram became.
pub enum Opened<'a> {
    /// A packet whose tag fits.
    Packet(&'a [u8]),
    /// To be dropped and counted.
    Refused(DropReason),
}

/// A protected stream's guard.
pub struct Guard {
    terms: StreamProtection,
    receiver: Option<SrtpReceiver>,
    sender: Option<SrtpSender>,
    handshake: Option<DtlsHandshake>,
    /// Why there is none where there should be.
    failed: Option<DtlsFailure>,
    /// Opening is done in place, in a copy that is used again and again.
    buffer: Vec<u8>,
    noted_at: Option<Duration>,
}

impl Guard {
    /// A guard as signalled, or as the journal remembers it.
    pub fn new(terms: StreamProtection, identity: Option<&DtlsIdentity>, now: Instant) -> Self {
        let keys = terms.keys.as_deref().map(keys_of);
        let counters = terms.counters.as_deref().and_then(unhex);
        let receiver = keys.map(|keys| match &counters {
            Some(counters) => SrtpReceiver::restore(&keys, counters),
            None => SrtpReceiver::new(&keys),
        });
        let sender =
            terms.own_keys.as_deref().map(keys_of).and_then(|keys| keys.first().map(SrtpSender::new));
        let handshake = match (&terms.handshake, identity) {
            (Some(asked), Some(identity)) if receiver.is_none() => {
                let announced =
                    asked.fingerprints.iter().filter_map(|text| Fingerprint::parse(text)).collect();
                let role = if asked.active { DtlsRole::Active } else { DtlsRole::Passive };
                Some(DtlsHandshake::new(identity, role, announced, now))
            }
            (Some(_), None) if receiver.is_none() => Some(Err(DtlsFailure::NotBegun)),
            _ => None,
        };
        let (handshake, failed) = match handshake {
            Some(Ok(handshake)) => (Some(handshake), None),
            Some(Err(failure)) => {
                tracing::error!(%failure, "the handshake of a protected stream could not be begun");
                (None, Some(failure))
            }
            None => (None, None),
        };
        Self { terms, receiver, sender, handshake, failed, buffer: Vec::new(), noted_at: None }
    }

    /// A change by signalling. The same terms again change nothing: keys and counters stay.
    pub fn change(&mut self, terms: StreamProtection, identity: Option<&DtlsIdentity>, now: Instant) {
        let handshake_stays = terms.handshake.is_some() && terms.handshake == self.terms.handshake;
        if handshake_stays || (terms.keys.is_some() && terms.keys == self.terms.keys) {
            return;
        }
        match (&mut self.receiver, terms.keys.as_deref()) {
            (Some(receiver), Some(keys)) => {
                receiver.replace_keys(&keys_of(keys));
                self.sender = Self::new(terms.clone(), None, now).sender;
                (self.terms, self.noted_at) = (terms, None);
            }
            _ => *self = Self::new(terms, identity, now),
        }
    }

    /// As signalled, with what is known of keys and counters.
    pub const fn terms(&self) -> &StreamProtection {
        &self.terms
    }

    /// Opens an RTP or RTCP packet.
    pub fn open(&mut self, datagram: &[u8], is_rtcp: bool) -> Opened<'_> {
        let Some(receiver) = &mut self.receiver else { return Opened::Refused(DropReason::Unauthentic) };
        self.buffer.clear();
        self.buffer.extend_from_slice(datagram);
        let opened =
            if is_rtcp { receiver.open_rtcp(&mut self.buffer) } else { receiver.open_rtp(&mut self.buffer) };
        match opened {
            Ok(length) => Opened::Packet(self.buffer.get(..length).unwrap_or_default()),
            Err(Refused::Malformed) => Opened::Refused(DropReason::Malformed),
            Err(Refused::Replayed) => Opened::Refused(DropReason::Replayed),
            Err(Refused::Unauthentic | Refused::Exhausted) => Opened::Refused(DropReason::Unauthentic),
        }
    }

    /// Protects a report of ours; `false` where we have no key to send under.
    pub fn seal_rtcp(&mut self, packet: &mut Vec<u8>) -> bool {
        self.sender.as_mut().is_some_and(|sender| sender.seal_rtcp(packet).is_ok())
    }

    /// Whether a handshake is on: the port is then looked at more often.
    pub fn shakes_hands(&self) -> bool {
        self.handshake.as_ref().is_some_and(|handshake| *handshake.progress() == DtlsProgress::Going)
    }

    /// Takes a DTLS datagram from where the media may come from, and answers there.
    pub fn take_handshake(&mut self, datagram: &[u8], from: SocketAddr, socket: &UdpSocket, now: Instant) {
        if let Some(handshake) = &mut self.handshake {
            handshake.receive(datagram, now);
        }
        self.go_on(Some(from), socket, now);
    }

    /// Repeats what is due and sends what waits; `to` is the signalled address, or where the last datagram came from.
    pub fn go_on(&mut self, to: Option<SocketAddr>, socket: &UdpSocket, now: Instant) {
        let Some(handshake) = &mut self.handshake else { return };
        handshake.tick(now);
        while let Some(datagram) = handshake.next_datagram() {
            if let Some(to) = to {
                let _unsent = socket.send_to(&datagram, to);
            }
        }
        if let (DtlsProgress::Keyed(DtlsKeys { theirs, ours }), None) = (handshake.progress(), &self.receiver)
        {
            self.receiver = Some(SrtpReceiver::new(std::slice::from_ref(theirs)));
            self.sender = Some(SrtpSender::new(ours));
            self.terms.keys = Some(line_of(theirs));
            self.noted_at = None;
        }
    }

    /// Why there will be no media, if that is so.
    pub fn failure(&self) -> Option<&'static str> {
        if self.failed.is_some() {
            return Some("dtls_failed");
        }
        match self.handshake.as_ref()?.progress() {
            DtlsProgress::Failed(DtlsFailure::WrongFingerprint) => Some("dtls_wrong_fingerprint"),
            DtlsProgress::Failed(_) => Some("dtls_failed"),
            DtlsProgress::Going | DtlsProgress::Keyed(_) | DtlsProgress::Closed => None,
        }
    }

    /// What is to be journaled of it, if it is time for that: at once for new keys, then every minute.
    pub fn to_be_noted(&mut self, at: Duration) -> Option<StreamProtection> {
        let receiver = self.receiver.as_ref()?;
        if self.noted_at.is_some_and(|noted| at.saturating_sub(noted) < NOTED_EVERY) {
            return None;
        }
        self.noted_at = Some(at);
        self.terms.counters = Some(hex(&receiver.snapshot()));
        Some(self.terms.clone())
    }
}

/// A line that cannot be read has no keys: nothing opens, and all of it is counted.
fn keys_of(line: &str) -> Vec<MasterKey> {
    CryptoLine::parse(line).map(|line| line.keys).unwrap_or_default()
}

fn line_of(key: &MasterKey) -> String {
    let line = CryptoLine { tag: 1, profile: key.profile(), keys: vec![key.clone()] };
    line.print().as_str().to_owned()
}

#[cfg(test)]
mod tests;
