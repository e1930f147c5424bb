//! One handshake on one media port: datagrams and instants in, datagrams and in the end SRTP keys out.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use rtc_dtls::config::{ClientAuthType, ConfigBuilder, HandshakeConfig};
use rtc_dtls::crypto_provider::RTCCryptoProvider;
use rtc_dtls::endpoint::{Endpoint, EndpointEvent};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_shared::error::Error;

use crate::dtls::client_hello::{ClientHello, is_client_hello, message_number};
use crate::dtls::cookie::{CookieMaker, CookieProvider};
use crate::dtls::fingerprint::Fingerprint;
use crate::dtls::identity::DtlsIdentity;
use crate::master_key::MasterKey;
use crate::profile::Profile;

/// Who begins (RFC 5763 §5, `a=setup`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DtlsRole {
    /// We send the ClientHello.
    Active,
    /// We wait for it.
    Passive,
}

/// Keys for both directions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DtlsKeys {
    /// What the peer sends under.
    pub theirs: MasterKey,
    /// What we send under.
    pub ours: MasterKey,
}

/// Why there will be no keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum DtlsFailure {
    /// The certificate is not the one the SDP announced: somebody else answers. Media ends.
    #[error("the peer's certificate is not the one its SDP announced")]
    WrongFingerprint,
    /// The peer speaks DTLS but negotiates no SRTP profile that we speak (RFC 5764 §4.1).
    #[error("the peer negotiates no SRTP profile")]
    NoSrtp,
    /// Nothing came of it in time.
    #[error("the handshake did not end in time")]
    TimedOut,
    /// It cannot begin: a fault of our own certificate or of the randomness.
    #[error("the handshake could not be begun")]
    NotBegun,
}

/// How far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DtlsProgress {
    /// Waiting for the peer, or in the midst of it.
    Going,
    /// Done; media may flow.
    Keyed(DtlsKeys),
    /// The peer ended the association after it stood (`close_notify`).
    Closed,
    /// Over without keys.
    Failed(DtlsFailure),
}

/// A handshake that has not ended by now has failed: seven repeats at doubling intervals are far longer than a caller waits.
const PATIENCE: Duration = Duration::from_secs(30);
/// What one endpoint calls its only peer: addresses are the sockets' affair.
const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 1);

/// A DTLS association of one media stream.
pub struct DtlsHandshake {
    identity: DtlsIdentity,
    role: DtlsRole,
    announced: Arc<[Fingerprint]>,
    cookies: CookieMaker,
    /// Somebody else has proved the peer's address: hellos go straight to the association.
    address_proved: bool,
    association: Option<Association>,
    progress: DtlsProgress,
    gives_up: Instant,
    outgoing: std::collections::VecDeque<Vec<u8>>,
    dropped: u64,
}

struct Association {
    endpoint: Endpoint,
    client_random: [u8; 32],
    /// Set when the peer showed another certificate than announced.
    wrong_certificate: Arc<AtomicBool>,
    /// The number of the peer's last message that was answered with a flight of ours.
    answered: Option<u16>,
}

impl std::fmt::Debug for DtlsHandshake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DtlsHandshake")
            .field("role", &self.role)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}

impl DtlsHandshake {
    /// A handshake with the peer whose SDP announced these certificates (one has to fit). Active: the first datagram is ready.
    ///
    /// # Errors
    /// No randomness, or a certificate that cannot sign.
    pub fn new(
        identity: &DtlsIdentity,
        role: DtlsRole,
        announced: Vec<Fingerprint>,
        now: Instant,
    ) -> Result<Self, DtlsFailure> {
        let cookies = CookieMaker::new(identity.provider.random()).map_err(|_| DtlsFailure::NotBegun)?;
        let mut handshake = Self {
            identity: identity.clone(),
            role,
            announced: announced.into(),
            cookies,
            address_proved: false,
            association: None,
            progress: DtlsProgress::Going,
            gives_up: now + PATIENCE,
            outgoing: std::collections::VecDeque::new(),
            dropped: 0,
        };
        if role == DtlsRole::Active {
            let (config, wrong_certificate) = handshake.config(identity.provider.clone(), true)?;
            let mut endpoint = Endpoint::new(PEER, Default::default(), None);
            endpoint.connect(now, PEER, config, None).map_err(|_| DtlsFailure::NotBegun)?;
            handshake.association =
                Some(Association { endpoint, client_random: [0; 32], wrong_certificate, answered: None });
            handshake.collect();
        }
        Ok(handshake)
    }

    /// A handshake over a path that ICE has proved: the address needs no cookie of ours any more, and a ClientHello in
    /// fragments, as browsers with large key shares send, is taken too.
    ///
    /// # Errors
    /// As for [`Self::new`].
    pub fn behind_ice(
        identity: &DtlsIdentity,
        role: DtlsRole,
        announced: Vec<Fingerprint>,
        now: Instant,
    ) -> Result<Self, DtlsFailure> {
        let mut handshake = Self::new(identity, role, announced, now)?;
        if role == DtlsRole::Passive {
            let (config, wrong_certificate) = handshake.config(identity.provider.clone(), false)?;
            let endpoint = Endpoint::new(PEER, Default::default(), Some(config));
            handshake.association =
                Some(Association { endpoint, client_random: [0; 32], wrong_certificate, answered: None });
            handshake.address_proved = true;
        }
        Ok(handshake)
    }

    /// Takes a datagram that [`kind_of`](crate::kind::kind_of) calls DTLS, from the address the peer signalled and no other.
    pub fn receive(&mut self, datagram: &[u8], now: Instant) {
        match self.progress {
            DtlsProgress::Failed(_) | DtlsProgress::Closed => return,
            DtlsProgress::Going | DtlsProgress::Keyed(_) => {}
        }
        if self.role == DtlsRole::Passive && !self.address_proved && is_client_hello(datagram) {
            self.receive_hello(datagram, now);
        } else {
            self.feed(datagram, now);
        }
        self.collect();
    }

    /// A hello costs one hash until it brings back the cookie it was given; only then does a handshake begin.
    fn receive_hello(&mut self, datagram: &[u8], now: Instant) {
        let Some(hello) = ClientHello::read(datagram) else {
            self.dropped += 1;
            return;
        };
        if hello.cookie().is_empty() {
            if self.progress == DtlsProgress::Going {
                self.outgoing.push_back(hello.verify_request(&self.cookies.make(&hello)));
                self.outgoing.truncate(MOST_WAITING);
            }
            return;
        }
        if !self.cookies.is_ours(&hello) {
            self.dropped += 1;
            return;
        }
        let repeated =
            self.association.as_ref().is_some_and(|association| association.client_random == hello.random());
        if !repeated && self.progress == DtlsProgress::Going {
            match self.begin(&hello, now) {
                Ok(association) => self.association = Some(association),
                Err(failure) => self.progress = DtlsProgress::Failed(failure),
            }
        }
        self.feed(datagram, now);
    }

    /// A server's side that stands where its hello exchange has just ended.
    fn begin(&self, hello: &ClientHello<'_>, now: Instant) -> Result<Association, DtlsFailure> {
        let provider = CookieProvider::new(self.identity.provider.clone(), self.cookies.make(hello));
        let (config, wrong_certificate) = self.config(Arc::new(provider), false)?;
        let mut endpoint = Endpoint::new(PEER, Default::default(), Some(config));
        let first = BytesMut::from(hello.without_cookie().as_slice());
        let _a_hello_it_dislikes = endpoint.read(now, PEER, None, first);
        // its own request for a cookie: the client has already answered ours
        while endpoint.poll_transmit().is_some() {}
        Ok(Association { endpoint, client_random: hello.random(), wrong_certificate, answered: None })
    }

    fn config(
        &self,
        provider: Arc<dyn RTCCryptoProvider>,
        is_client: bool,
    ) -> Result<(Arc<HandshakeConfig>, Arc<AtomicBool>), DtlsFailure> {
        let wrong = Arc::new(AtomicBool::new(false));
        let (announced, wrong_certificate) = (Arc::clone(&self.announced), Arc::clone(&wrong));
        let config = ConfigBuilder::default()
            .with_crypto_provider(provider)
            .with_certificates(vec![self.identity.certificate.clone()])
            .with_srtp_protection_profiles(vec![
                SrtpProtectionProfile::Srtp_Aead_Aes_256_Gcm,
                SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm,
                SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80,
                SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_32,
            ])
            .with_client_auth(ClientAuthType::RequireAnyClientCert)
            // no authority signs these certificates: the fingerprint in the SDP vouches for them
            .with_insecure_skip_verify(true)
            .with_verify_peer_certificate(Some(Arc::new(move |chain, _| {
                let fits = chain.first().is_some_and(|own| announced.iter().any(|one| one.fits(own)));
                if fits {
                    return Ok(());
                }
                wrong_certificate.store(true, Ordering::Relaxed);
                Err(Error::Other("the certificate was not announced".to_owned()))
            })))
            .build(is_client, None)
            .map_err(|_| DtlsFailure::NotBegun)?;
        Ok((Arc::new(config), wrong))
    }

    fn feed(&mut self, datagram: &[u8], now: Instant) {
        let Some(association) = &mut self.association else {
            self.dropped += 1;
            return;
        };
        // Repeats of a flight that was answered are not shown to the association, whose own repeats they would end. Our timer
        // repeats the answer. (A request for a cookie has no timer: a repeated first hello is answered.)
        let message = message_number(datagram);
        let first_hello = self.role == DtlsRole::Passive && message == Some(0);
        // Behind ICE the peer's repeats are left to the association: browsers repeat within 50 ms, flights half read among them.
        if self.progress == DtlsProgress::Going
            && !self.address_proved
            && message.is_some()
            && message <= association.answered
            && !first_hello
        {
            self.dropped += 1;
            return;
        }
        let events = association.endpoint.read(now, PEER, None, BytesMut::from(datagram));
        while let Some(answer) = association.endpoint.poll_transmit() {
            association.answered = association.answered.max(message);
            self.outgoing.push_back(answer.message.to_vec());
        }
        if association.wrong_certificate.load(Ordering::Relaxed) {
            self.progress = DtlsProgress::Failed(DtlsFailure::WrongFingerprint);
            return;
        }
        // an error is no end: a forged record or alert must not be one, and a true failure ends by time
        let Ok(events) = events else {
            self.dropped += 1;
            return;
        };
        for event in events {
            match event {
                EndpointEvent::HandshakeComplete => self.progress = keys(association),
                EndpointEvent::PeerClosed if self.progress != DtlsProgress::Going => {
                    self.progress = DtlsProgress::Closed;
                }
                // application data has no place beside media
                _ => {}
            }
        }
    }

    /// Says good-bye (`close_notify`): the datagram is ready; the keys stay good for what is still on its way.
    pub fn close(&mut self, now: Instant) {
        if let Some(association) = &mut self.association {
            let _never_established = association.endpoint.stop(now, PEER);
        }
        self.collect();
    }

    /// Repeats what is due; gives up when it has lasted too long.
    pub fn tick(&mut self, now: Instant) {
        if self.progress != DtlsProgress::Going {
            return;
        }
        if now >= self.gives_up {
            self.progress = DtlsProgress::Failed(DtlsFailure::TimedOut);
            return;
        }
        if let Some(association) = &mut self.association {
            let _ends_by_its_own_time = association.endpoint.handle_timeout(PEER, now);
        }
        self.collect();
    }

    /// When [`Self::tick`] is due next; none when nothing more will happen by itself.
    pub fn next_tick(&self) -> Option<Instant> {
        if self.progress != DtlsProgress::Going {
            return None;
        }
        let repeat =
            self.association.as_ref().and_then(|association| association.endpoint.poll_timeout(&PEER));
        Some(repeat.map_or(self.gives_up, |repeat| repeat.min(self.gives_up)))
    }

    /// The next datagram to send to the peer.
    pub fn next_datagram(&mut self) -> Option<Vec<u8>> {
        self.outgoing.pop_front()
    }

    /// How far it has come.
    pub const fn progress(&self) -> &DtlsProgress {
        &self.progress
    }

    /// Datagrams that were of no use: forged hellos, broken records.
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    fn collect(&mut self) {
        if let Some(association) = &mut self.association {
            while let Some(datagram) = association.endpoint.poll_transmit() {
                self.outgoing.push_back(datagram.message.to_vec());
            }
            self.outgoing.truncate(MOST_WAITING);
        }
    }
}

/// Datagrams kept until they are fetched; a flight is a handful.
const MOST_WAITING: usize = 64;

fn keys(association: &Association) -> DtlsProgress {
    let Some(state) = association.endpoint.get_connection_state(PEER) else {
        return DtlsProgress::Failed(DtlsFailure::NotBegun);
    };
    let made = Profile::from_dtls_number(state.srtp_protection_profile() as u16).and_then(|profile| {
        let length = MasterKey::exported_length(profile);
        let exported = state.export_keying_material("EXTRACTOR-dtls_srtp", &[], length).ok()?;
        MasterKey::from_dtls(profile, exported.as_ref()).ok()
    });
    match made {
        Some([client, server]) if state.is_client() => {
            DtlsProgress::Keyed(DtlsKeys { theirs: server, ours: client })
        }
        Some([client, server]) => DtlsProgress::Keyed(DtlsKeys { theirs: client, ours: server }),
        None => DtlsProgress::Failed(DtlsFailure::NoSrtp),
    }
}
