//! One session's keys and how they come about: DTLS with the signalled fingerprint, then SRTP and SRTCP (RFC 5763, RFC 5764).

use std::time::Instant;

use rokuon_secure_media::dtls::fingerprint::Fingerprint;
use rokuon_secure_media::dtls::handshake::{DtlsFailure, DtlsHandshake, DtlsProgress, DtlsRole};
use rokuon_secure_media::dtls::identity::DtlsIdentity;
use rokuon_secure_media::receiver::SrtpReceiver;
use rokuon_secure_media::sender::SrtpSender;

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// Not there yet.
    Going,
    /// There.
    Agreed,
    /// The peer said good-bye.
    Closed,
    /// The peer's certificate does not have the signalled fingerprint, or no keys can be agreed.
    Failed,
    /// The peer never answered.
    TimedOut,
}

/// One session's DTLS association and what was agreed in it.
pub struct SecureTransport {
    handshake: DtlsHandshake,
    keyed: Option<(SrtpReceiver, SrtpSender)>,
}

impl SecureTransport {
    /// A transport that waits for the peer's first flight, or has its own ready.
    ///
    /// # Errors
    /// When our certificate cannot be used.
    pub fn new(
        identity: &DtlsIdentity,
        fingerprints: &[Fingerprint],
        role: DtlsRole,
        now: Instant,
    ) -> Result<Self, DtlsFailure> {
        Ok(Self {
            handshake: DtlsHandshake::behind_ice(identity, role, fingerprints.to_vec(), now)?,
            keyed: None,
        })
    }

    /// Takes a DTLS datagram from an address that ICE has proved.
    pub fn handle_dtls(&mut self, now: Instant, datagram: &[u8]) -> Keys {
        self.handshake.receive(datagram, now);
        self.look()
    }

    /// Sends flights again that are due.
    pub fn handle_timeout(&mut self, now: Instant) -> Keys {
        self.handshake.tick(now);
        self.look()
    }

    fn look(&mut self) -> Keys {
        match self.handshake.progress() {
            DtlsProgress::Going => Keys::Going,
            DtlsProgress::Keyed(keys) => {
                if self.keyed.is_none() {
                    let receiver = SrtpReceiver::new(std::slice::from_ref(&keys.theirs));
                    self.keyed = Some((receiver, SrtpSender::new(&keys.ours)));
                }
                Keys::Agreed
            }
            DtlsProgress::Closed => Keys::Closed,
            DtlsProgress::Failed(DtlsFailure::TimedOut) => Keys::TimedOut,
            DtlsProgress::Failed(_) => Keys::Failed,
        }
    }

    /// The next DTLS datagram to send.
    pub fn poll_dtls(&mut self) -> Option<Vec<u8>> {
        self.handshake.next_datagram()
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub fn next_timeout(&self) -> Option<Instant> {
        self.handshake.next_tick()
    }

    /// Whether keys are agreed.
    pub const fn is_keyed(&self) -> bool {
        self.keyed.is_some()
    }

    /// Queues the good-bye.
    pub fn close(&mut self, now: Instant) {
        self.handshake.close(now);
    }

    /// Opens an SRTP packet; `None` when it is not authentic, a repetition, or no keys are there yet.
    pub fn open_rtp(&mut self, datagram: &[u8]) -> Option<Vec<u8>> {
        let (receiver, _) = self.keyed.as_mut()?;
        let mut packet = datagram.to_vec();
        let length = receiver.open_rtp(&mut packet).ok()?;
        packet.truncate(length);
        Some(packet)
    }

    /// Opens an SRTCP packet.
    pub fn open_rtcp(&mut self, datagram: &[u8]) -> Option<Vec<u8>> {
        let (receiver, _) = self.keyed.as_mut()?;
        let mut packet = datagram.to_vec();
        let length = receiver.open_rtcp(&mut packet).ok()?;
        packet.truncate(length);
        Some(packet)
    }

    /// Protects a compound RTCP packet of ours.
    pub fn seal_rtcp(&mut self, mut packet: Vec<u8>) -> Option<Vec<u8>> {
        let (_, sender) = self.keyed.as_mut()?;
        sender.seal_rtcp(&mut packet).ok()?;
        Some(packet)
    }
}
