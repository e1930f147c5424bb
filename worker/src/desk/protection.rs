//! How each stream of an offer is protected: what we take of what is offered, and what we show or give for it.

use rokuon_secure_media::dtls::identity::DtlsIdentity;
use rokuon_sip::sdp::crypto::{CryptoLine, CryptoSuite, KeySalt};
use rokuon_sip::sdp::dtls::{Fingerprint, Setup};
use rokuon_sip::sdp::offered_stream::OfferedStream;
use rokuon_sip::sdp::security::{OfferedSecurity, OwnSecurity};

use crate::rtp::protection::{HandshakeTerms, StreamProtection};

/// What an answer can rest on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Means<'a> {
    /// The offer came over TLS: keys in it are worth something (RFC 4568 §7).
    pub over_tls: bool,
    /// The certificate we show in handshakes.
    pub identity: Option<&'a DtlsIdentity>,
}

/// What was chosen for a stream.
#[derive(Debug, Clone, Default)]
pub struct Chosen {
    /// For our answer.
    pub own: OwnSecurity,
    /// For the recorder; `None` for a plain stream.
    pub protection: Option<StreamProtection>,
}

/// Chooses for one stream; `None` where it insists on a protection that cannot be had.
pub fn choose(stream: &OfferedStream, means: Means<'_>) -> Option<Chosen> {
    let chosen = match &stream.security {
        OfferedSecurity::Dtls { fingerprints, setup } => shake_hands(fingerprints, *setup, means.identity),
        OfferedSecurity::Sdes(lines) if means.over_tls => take_line(lines),
        OfferedSecurity::Sdes(_) | OfferedSecurity::Plain => None,
    };
    chosen.or_else(|| (!stream.secure_profile).then(Chosen::default))
}

fn shake_hands(announced: &[Fingerprint], setup: Setup, identity: Option<&DtlsIdentity>) -> Option<Chosen> {
    let fingerprint = Fingerprint::parse(&identity?.fingerprint().to_string())?;
    let role = setup.answered();
    let terms = HandshakeTerms {
        fingerprints: announced.iter().map(Fingerprint::value).collect(),
        active: role == Setup::Active,
    };
    let protection = StreamProtection { handshake: Some(terms), ..StreamProtection::default() };
    Some(Chosen { own: OwnSecurity::Dtls { fingerprint, setup: role }, protection: Some(protection) })
}

/// The strongest line, answered with a fresh key of ours.
fn take_line(lines: &[CryptoLine]) -> Option<Chosen> {
    let line = CryptoSuite::ALL.iter().find_map(|suite| lines.iter().find(|line| line.suite == *suite))?;
    let mut octets = vec![0; line.suite.key_octets() + line.suite.salt_octets()];
    getrandom::fill(&mut octets).ok()?;
    let own = line.answered(KeySalt::new(octets));
    let protection = StreamProtection {
        keys: Some(line.value()),
        own_keys: Some(own.value()),
        ..StreamProtection::default()
    };
    Some(Chosen { own: OwnSecurity::Sdes(vec![own]), protection: Some(protection) })
}
