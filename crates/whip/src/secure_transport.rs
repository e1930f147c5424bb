//! DTLS with the signalled fingerprint, and SRTP and SRTCP under the keys it agreed (RFC 5763, RFC 5764).

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use rtc_dtls::config::{ClientAuthType, ConfigBuilder, ExtendedMasterSecretType, HandshakeConfig};
use rtc_dtls::endpoint::{Endpoint, EndpointEvent};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_shared::TransportProtocol;
use rtc_shared::error::Error as RtcError;
use rtc_srtp::config::{Config, LABEL_EXTRACTOR_DTLS_SRTP};
use rtc_srtp::context::Context;
use rtc_srtp::option::{srtcp_replay_protection, srtp_replay_protection};
use rtc_srtp::protection_profile::ProtectionProfile;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::identity::Identity;
use crate::offer::{Fingerprint, FingerprintHash, Setup};

/// Senders one session may have over its life; each costs a replay window, and a browser that changes devices uses a few.
const MOST_SENDERS: usize = 64;
/// Packets that may overtake each other; retransmissions of video come late.
const REPLAY_WINDOW: usize = 2_048;
/// A handshake flight that is not answered is sent again after this.
const FLIGHT_INTERVAL: Duration = Duration::from_millis(400);

/// Why media cannot be secured.
#[derive(Debug, thiserror::Error)]
#[error("the media connection cannot be secured: {0}")]
pub struct SecureTransportError(String);

impl From<RtcError> for SecureTransportError {
    fn from(error: RtcError) -> Self {
        Self(error.to_string())
    }
}

/// What DTLS made of a datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handshake {
    /// It goes on.
    Going,
    /// Keys are there.
    Done,
    /// The peer said good-bye.
    Closed,
    /// The peer's certificate does not have the signalled fingerprint, or the handshake cannot succeed any more.
    Failed,
}

/// One session's keys, and how they come about.
pub struct SecureTransport {
    identity: Identity,
    endpoint: Endpoint,
    keyed: Option<Keyed>,
}

struct Keyed {
    incoming: Context,
    outgoing: Context,
    keys: Config,
    /// Senders whose packets were authentic: only these have state.
    senders: BTreeSet<u32>,
}

/// The crate keys its associations by address; ours moves with ICE, so one stands for it.
const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9);

impl SecureTransport {
    /// A transport that waits for the peer's first flight or, with [`Setup::WeBegin`], is ready to send its own.
    ///
    /// # Errors
    /// When the certificate cannot be used, which never happens with one of [`Identity::new`].
    pub fn new(
        identity: &Identity,
        fingerprints: &[Fingerprint],
        setup: Setup,
        now: Instant,
    ) -> Result<Self, SecureTransportError> {
        let we_begin = setup == Setup::WeBegin;
        let config = Arc::new(handshake_config(identity, fingerprints.to_vec(), we_begin)?);
        let server = (!we_begin).then(|| config.clone());
        let mut endpoint = Endpoint::new(PEER, TransportProtocol::UDP, server);
        if we_begin {
            endpoint.connect(now, PEER, config, None)?;
        }
        Ok(Self { identity: identity.clone(), endpoint, keyed: None })
    }

    /// Takes a DTLS datagram from an address that ICE has proved.
    pub fn handle_dtls(&mut self, now: Instant, datagram: &[u8]) -> Handshake {
        let events = match self.endpoint.read(now, PEER, None, BytesMut::from(datagram)) {
            Ok(events) => events,
            // Before the keys a fault may be a damaged or forged datagram: the handshake's own timers decide. A wrong
            // fingerprint is final.
            Err(RtcError::ErrVerifyDataMismatch | RtcError::ErrKeySignatureMismatch)
                if self.keyed.is_none() =>
            {
                return Handshake::Failed;
            }
            Err(RtcError::Other(text)) if text == WRONG_FINGERPRINT => return Handshake::Failed,
            Err(_) => return Handshake::Going,
        };
        let mut state = Handshake::Going;
        for event in events {
            match event {
                EndpointEvent::HandshakeComplete => {
                    state = match self.take_keys() {
                        Ok(()) => Handshake::Done,
                        Err(_) => Handshake::Failed,
                    };
                }
                EndpointEvent::PeerClosed => return Handshake::Closed,
                _ => {}
            }
        }
        state
    }

    /// The next DTLS datagram to send.
    pub fn poll_dtls(&mut self) -> Option<BytesMut> {
        self.endpoint.poll_transmit().map(|transmit| transmit.message)
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub fn next_timeout(&self) -> Option<Instant> {
        self.endpoint.poll_timeout(&PEER)
    }

    /// Sends a flight again; [`Handshake::Failed`] after too many.
    pub fn handle_timeout(&mut self, now: Instant) -> Handshake {
        if self.next_timeout().is_none_or(|at| at > now) {
            return Handshake::Going;
        }
        match self.endpoint.handle_timeout(PEER, now) {
            Ok(()) => Handshake::Going,
            Err(_) => Handshake::Failed,
        }
    }

    /// Whether keys are agreed.
    pub const fn is_keyed(&self) -> bool {
        self.keyed.is_some()
    }

    /// Queues the good-bye.
    pub fn close(&mut self, now: Instant) {
        let _nothing_open = self.endpoint.stop(now, PEER);
    }

    /// Opens an SRTP packet; `None` when it is not authentic, a repetition, or no keys are there yet.
    pub fn open_rtp(&mut self, ssrc: u32, datagram: &[u8]) -> Option<BytesMut> {
        let crypto = self.identity.provider.clone();
        let keyed = self.keyed.as_mut()?;
        if !keyed.senders.contains(&ssrc) {
            // The library keeps state for a sender before it proves the packet: a forger could name four billion. So a new
            // sender is proved in a context that is thrown away.
            if keyed.senders.len() >= MOST_SENDERS {
                return None;
            }
            let mut trial = incoming(&keyed.keys, crypto.as_ref()).ok()?;
            trial.decrypt_rtp(datagram).ok()?;
            keyed.senders.insert(ssrc);
        }
        keyed.incoming.decrypt_rtp(datagram).ok()
    }

    /// Opens an SRTCP packet.
    pub fn open_rtcp(&mut self, datagram: &[u8]) -> Option<BytesMut> {
        let crypto = self.identity.provider.clone();
        let keyed = self.keyed.as_mut()?;
        let ssrc = u32::from_be_bytes(*datagram.get(4..)?.first_chunk::<4>()?);
        if !keyed.senders.contains(&ssrc) {
            // Reports of senders that have sent no media yet are proved but leave no state.
            let mut trial = incoming(&keyed.keys, crypto.as_ref()).ok()?;
            return trial.decrypt_rtcp(datagram).ok();
        }
        keyed.incoming.decrypt_rtcp(datagram).ok()
    }

    /// Protects a compound RTCP packet of ours.
    pub fn seal_rtcp(&mut self, packet: &[u8]) -> Option<BytesMut> {
        self.keyed.as_mut()?.outgoing.encrypt_rtcp(packet).ok()
    }

    fn take_keys(&mut self) -> Result<(), SecureTransportError> {
        let crypto = self.identity.provider.clone();
        let state = self
            .endpoint
            .get_connection_state(PEER)
            .ok_or_else(|| SecureTransportError("no association".into()))?;
        let profile = match state.srtp_protection_profile() {
            SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80 => ProtectionProfile::Aes128CmHmacSha1_80,
            SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm => ProtectionProfile::AeadAes128Gcm,
            SrtpProtectionProfile::Srtp_Aead_Aes_256_Gcm => ProtectionProfile::AeadAes256Gcm,
            other => return Err(SecureTransportError(format!("no common SRTP profile ({other:?})"))),
        };
        let mut keys = Config { profile, ..Config::default() };
        let material =
            state.export_keying_material(LABEL_EXTRACTOR_DTLS_SRTP, &[], keys.keying_material_len())?;
        keys.set_session_keys_from_keying_material(material.as_ref(), state.is_client())?;
        let outgoing = Context::new(
            &keys.keys.local_master_key,
            &keys.keys.local_master_salt,
            profile,
            None,
            None,
            crypto.crypto(),
        )?;
        let incoming = incoming(&keys, crypto.as_ref())?;
        self.keyed = Some(Keyed { incoming, outgoing, keys, senders: BTreeSet::new() });
        Ok(())
    }
}

fn incoming(
    keys: &Config,
    provider: &dyn rtc_crypto::RTCCryptoProvider,
) -> Result<Context, SecureTransportError> {
    Ok(Context::new(
        &keys.keys.remote_master_key,
        &keys.keys.remote_master_salt,
        keys.profile,
        Some(srtp_replay_protection(REPLAY_WINDOW)),
        Some(srtcp_replay_protection(REPLAY_WINDOW)),
        provider.crypto(),
    )?)
}

const WRONG_FINGERPRINT: &str = "the certificate does not have the signalled fingerprint";

fn handshake_config(
    identity: &Identity,
    fingerprints: Vec<Fingerprint>,
    we_begin: bool,
) -> Result<HandshakeConfig, SecureTransportError> {
    let verify = move |chain: &[Vec<u8>], _: &[_]| {
        let shown = chain.first().ok_or_else(|| RtcError::Other(WRONG_FINGERPRINT.to_owned()))?;
        if fingerprints.iter().any(|expected| is_of(expected, shown)) {
            Ok(())
        } else {
            Err(RtcError::Other(WRONG_FINGERPRINT.to_owned()))
        }
    };
    let config = ConfigBuilder::default()
        .with_crypto_provider(identity.provider.clone())
        .with_certificates(vec![identity.certificate.clone()])
        .with_srtp_protection_profiles(vec![
            SrtpProtectionProfile::Srtp_Aead_Aes_256_Gcm,
            SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm,
            SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80,
        ])
        .with_extended_master_secret(ExtendedMasterSecretType::Request)
        // The chain proves nothing here, the fingerprint does; but a certificate must be shown and its key proved.
        .with_client_auth(ClientAuthType::RequireAnyClientCert)
        .with_insecure_skip_verify(true)
        .with_verify_peer_certificate(Some(Arc::new(verify)))
        .with_flight_interval(FLIGHT_INTERVAL)
        .build(we_begin, Some(PEER))?;
    Ok(config)
}

fn is_of(expected: &Fingerprint, certificate: &[u8]) -> bool {
    match expected.hash {
        FingerprintHash::Sha256 => Sha256::digest(certificate)[..] == expected.value[..],
        FingerprintHash::Sha384 => Sha384::digest(certificate)[..] == expected.value[..],
        FingerprintHash::Sha512 => Sha512::digest(certificate)[..] == expected.value[..],
    }
}
