//! ICE lite (RFC 8445 §2.5): we only answer connectivity checks. A recorder stands at a known address and never needs to reach
//! out, so a full agent's checks, candidates pairs and timers would only be more to go wrong.

use std::net::SocketAddr;

use rtc_crypto::RTCCrypto;
use rtc_stun::attributes::{ATTR_ICE_CONTROLLED, ATTR_MESSAGE_INTEGRITY, ATTR_USE_CANDIDATE, ATTR_USERNAME};
use rtc_stun::error_code::ErrorCode;
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{
    BINDING_ERROR, BINDING_REQUEST, BINDING_SUCCESS, CLASS_INDICATION, METHOD_BINDING, Message, Setter,
};
use rtc_stun::xoraddr::XorMappedAddress;

/// Largest STUN message that is read; checks are about 100 octets.
const MOST_OCTETS: usize = 1_200;
/// RFC 8445 §7.3.1.1.
const ROLE_CONFLICT: ErrorCode = ErrorCode(487);

/// A user fragment and its password (RFC 8839 §5.4).
#[derive(Clone, PartialEq, Eq)]
pub struct IceCredentials {
    /// The user fragment.
    pub ufrag: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for IceCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IceCredentials").field("ufrag", &self.ufrag).finish_non_exhaustive()
    }
}

impl IceCredentials {
    /// What a peer signalled, where it has the form it must have: ufrag of 4 to 256 and password of 22 to 256 characters.
    pub fn received(ufrag: &str, password: &str) -> Option<Self> {
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/-_=".contains(&b));
        let fits = (4..=256).contains(&ufrag.len()) && (22..=256).contains(&password.len());
        (fits && plain(ufrag) && plain(password))
            .then(|| Self { ufrag: ufrag.to_owned(), password: password.to_owned() })
    }

    /// Credentials of ours from 24 random octets: 64 bits of ufrag, which also finds the session, and 128 of password.
    pub fn from_entropy(octets: &[u8; 24]) -> Self {
        let (ufrag, password) = octets.split_at(8);
        Self { ufrag: hex(ufrag), password: hex(password) }
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// The local user fragment that a check is addressed to: it finds the session of a datagram from an unknown address.
pub fn addressed_ufrag(datagram: &[u8]) -> Option<String> {
    let message = read(datagram)?;
    let name = message.get(ATTR_USERNAME).ok()?;
    let name = std::str::from_utf8(&name).ok()?;
    name.split_once(':').map(|(ours, _)| ours.to_owned())
}

/// What a datagram of the STUN kind was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// Authentic: the address may be used from now on. `nominated` when the client chose it.
    Valid {
        /// What to send back.
        response: Vec<u8>,
        /// Whether the client nominates this path.
        nominated: bool,
    },
    /// Well meant but not to be done: send this back and trust nothing.
    Refused(Vec<u8>),
    /// A keep-alive that asks for nothing and proves nothing.
    Indication,
    /// Forged, damaged or for someone else: silence.
    Ignored,
}

/// Judges a check under our credentials.
pub fn judge(
    ours: &IceCredentials,
    theirs: &IceCredentials,
    from: SocketAddr,
    datagram: &[u8],
    crypto: &dyn RTCCrypto,
) -> Check {
    let Some(mut message) = read(datagram) else { return Check::Ignored };
    if message.typ.method != METHOD_BINDING {
        return Check::Ignored;
    }
    if message.typ.class == CLASS_INDICATION {
        return Check::Indication;
    }
    let expected = format!("{}:{}", ours.ufrag, theirs.ufrag);
    let named = message.get(ATTR_USERNAME).is_ok_and(|name| name == expected.as_bytes());
    if message.typ != BINDING_REQUEST || !named || !message.contains(ATTR_MESSAGE_INTEGRITY) {
        return Check::Ignored;
    }
    // Where a fingerprint is there it must hold; RFC 8445 §7.1.1 demands one, some clients leave it out.
    if message.contains(rtc_stun::attributes::ATTR_FINGERPRINT) && FINGERPRINT.check(&message).is_err() {
        return Check::Ignored;
    }
    if MessageIntegrity::check(&mut message, ours.password.as_bytes(), crypto).is_err() {
        return Check::Ignored;
    }
    if message.contains(ATTR_ICE_CONTROLLED) {
        // A lite agent is always controlled; a full peer that thinks so too must switch (RFC 8445 §6.1.1).
        return answer(&message, Box::new(BINDING_ERROR), Box::new(ROLE_CONFLICT), ours, crypto)
            .map_or(Check::Ignored, Check::Refused);
    }
    let address = XorMappedAddress { ip: from.ip(), port: from.port() };
    let nominated = message.contains(ATTR_USE_CANDIDATE);
    answer(&message, Box::new(BINDING_SUCCESS), Box::new(address), ours, crypto)
        .map_or(Check::Ignored, |response| Check::Valid { response, nominated })
}

fn answer(
    request: &Message,
    kind: Box<dyn Setter>,
    what: Box<dyn Setter>,
    ours: &IceCredentials,
    crypto: &dyn RTCCrypto,
) -> Option<Vec<u8>> {
    let integrity = MessageIntegrity::new_short_term_integrity_with_provider(ours.password.clone(), crypto);
    let mut response = Message::new();
    response
        .build(&[kind, Box::new(request.transaction_id), what, Box::new(integrity), Box::new(FINGERPRINT)])
        .ok()?;
    Some(response.raw)
}

fn read(datagram: &[u8]) -> Option<Message> {
    if datagram.len() > MOST_OCTETS || !datagram.len().is_multiple_of(4) {
        return None;
    }
    // The length says where the message ends; anything behind it would be outside of what the checks cover.
    let said = usize::from(u16::from_be_bytes([*datagram.get(2)?, *datagram.get(3)?]));
    if datagram.len() != said + 20 {
        return None;
    }
    let mut message = Message::new();
    message.unmarshal_binary(datagram).ok()?;
    Some(message)
}

#[cfg(test)]
pub(crate) mod tests;
