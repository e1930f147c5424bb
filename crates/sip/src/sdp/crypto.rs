//! SDES: keys for SRTP in the description itself, `a=crypto` (RFC 4568, RFC 6188, RFC 7714). Only over TLS.

use std::fmt;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

/// Some peers leave the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What encrypts and authenticates a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CryptoSuite {
    /// AES-CM, 128-bit key, 80-bit tag; the one everybody has.
    AesCm128HmacSha1_80,
    /// AES-CM, 128-bit key, 32-bit tag.
    AesCm128HmacSha1_32,
    /// AES-CM, 256-bit key, 80-bit tag (RFC 6188).
    Aes256CmHmacSha1_80,
    /// AES-GCM, 128-bit key (RFC 7714).
    AeadAes128Gcm,
    /// AES-GCM, 256-bit key (RFC 7714).
    AeadAes256Gcm,
}

impl CryptoSuite {
    /// All suites, in the order a recorder's own offer lists them.
    pub const ALL: [CryptoSuite; 5] = [
        CryptoSuite::AeadAes256Gcm,
        CryptoSuite::AeadAes128Gcm,
        CryptoSuite::Aes256CmHmacSha1_80,
        CryptoSuite::AesCm128HmacSha1_80,
        CryptoSuite::AesCm128HmacSha1_32,
    ];

    /// Reads a suite's name; `None` for those we lack.
    pub fn parse(name: &str) -> Option<CryptoSuite> {
        let name = name.to_ascii_uppercase();
        // Written before RFC 6188 gave the suite its name, and still sent.
        if name == "AES_CM_256_HMAC_SHA1_80" {
            return Some(CryptoSuite::Aes256CmHmacSha1_80);
        }
        CryptoSuite::ALL.into_iter().find(|suite| suite.as_str() == name)
    }

    /// The registered name.
    pub fn as_str(self) -> &'static str {
        match self {
            CryptoSuite::AesCm128HmacSha1_80 => "AES_CM_128_HMAC_SHA1_80",
            CryptoSuite::AesCm128HmacSha1_32 => "AES_CM_128_HMAC_SHA1_32",
            CryptoSuite::Aes256CmHmacSha1_80 => "AES_256_CM_HMAC_SHA1_80",
            CryptoSuite::AeadAes128Gcm => "AEAD_AES_128_GCM",
            CryptoSuite::AeadAes256Gcm => "AEAD_AES_256_GCM",
        }
    }

    /// Octets of the master key.
    pub fn key_octets(self) -> usize {
        match self {
            CryptoSuite::AesCm128HmacSha1_80
            | CryptoSuite::AesCm128HmacSha1_32
            | CryptoSuite::AeadAes128Gcm => 16,
            CryptoSuite::Aes256CmHmacSha1_80 | CryptoSuite::AeadAes256Gcm => 32,
        }
    }

    /// Octets of the master salt.
    pub fn salt_octets(self) -> usize {
        match self {
            CryptoSuite::AeadAes128Gcm | CryptoSuite::AeadAes256Gcm => 12,
            _ => 14,
        }
    }

    fn has_short_tag(self) -> bool {
        self == CryptoSuite::AesCm128HmacSha1_32
    }
}

/// A master key with its salt behind it; it shows its length only.
#[derive(Clone, PartialEq, Eq)]
pub struct KeySalt(Zeroizing<Vec<u8>>);

impl KeySalt {
    /// Key and salt, one behind the other.
    pub fn new(octets: Vec<u8>) -> KeySalt {
        KeySalt(Zeroizing::new(octets))
    }

    /// Key and salt, one behind the other.
    pub fn octets(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for KeySalt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeySalt({} octets)", self.0.len())
    }
}

/// One `inline:` key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CryptoKey {
    /// Master key and salt, as long as the suite asks.
    pub key_salt: KeySalt,
    /// How many packets it may serve, if said.
    pub lifetime: Option<u64>,
    /// The master key identifier as it stands in packets, most significant octet first; empty where there is none.
    pub mki: Vec<u8>,
}

/// One `a=crypto` line that we can serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CryptoLine {
    /// The number that joins offer and answer.
    pub tag: u32,
    /// The suite.
    pub suite: CryptoSuite,
    /// One key, or several told apart by MKIs of one length.
    pub keys: Vec<CryptoKey>,
}

/// No real peer offers more than a dozen lines; beyond it they are not read.
const MOST_LINES: usize = 32;
const MOST_KEYS: usize = 8;
const LONGEST_MKI: usize = 128;

impl CryptoLine {
    /// Reads the value of an `a=crypto`; `None` for what is broken or asks for what we do not do.
    pub fn parse(value: &str) -> Option<CryptoLine> {
        let mut words = value.split_ascii_whitespace();
        let tag = words.next().filter(|tag| tag.len() <= 9)?;
        let tag = tag.bytes().all(|octet| octet.is_ascii_digit()).then(|| tag.parse().ok())??;
        let suite = CryptoSuite::parse(words.next()?)?;
        let mut keys = Vec::new();
        for key in words.next()?.split(';').filter(|key| !key.is_empty()) {
            if keys.len() >= MOST_KEYS {
                return None;
            }
            keys.push(inline_key(key, suite)?);
        }
        let mki_length = keys.first().map(|key| key.mki.len())?;
        let told_apart = keys.len() == 1 || mki_length > 0;
        if !told_apart || keys.iter().any(|key| key.mki.len() != mki_length) {
            return None;
        }
        words.all(is_bearable).then_some(CryptoLine { tag, suite, keys })
    }

    /// The value of the line.
    pub fn value(&self) -> String {
        let keys: Vec<String> = self.keys.iter().map(CryptoKey::value).collect();
        format!("{} {} {}", self.tag, self.suite.as_str(), keys.join(";"))
    }

    /// The line of our answer to this one, with a key of ours: `key_salt` is as long as the suite asks.
    pub fn answered(&self, key_salt: KeySalt) -> CryptoLine {
        let key = CryptoKey { key_salt, lifetime: None, mki: Vec::new() };
        CryptoLine { tag: self.tag, suite: self.suite, keys: vec![key] }
    }
}

impl CryptoKey {
    fn value(&self) -> String {
        let mut value = format!("inline:{}", BASE64.encode(self.key_salt.octets()));
        if let Some(lifetime) = self.lifetime {
            value.push_str(&format!("|{lifetime}"));
        }
        if !self.mki.is_empty() {
            let number = self.mki.iter().fold(0u128, |number, octet| (number << 8) | u128::from(*octet));
            value.push_str(&format!("|{number}:{}", self.mki.len()));
        }
        value
    }
}

/// The lines of a media description that we can serve, in the offer's order; of two with one tag the first.
pub fn crypto_lines<'a>(values: impl Iterator<Item = &'a str>) -> Vec<CryptoLine> {
    let mut lines: Vec<CryptoLine> = Vec::new();
    for line in values.take(MOST_LINES).filter_map(CryptoLine::parse) {
        if lines.iter().all(|known| known.tag != line.tag) {
            lines.push(line);
        }
    }
    lines
}

/// The line to answer: the peer's first choice among those with a full tag, else its first (RFC 3711 §5.2: 80 bits
/// unless there is need to save).
pub fn preferred(lines: &[CryptoLine]) -> Option<&CryptoLine> {
    lines.iter().find(|line| !line.suite.has_short_tag()).or_else(|| lines.first())
}

/// `inline:<key>[|lifetime][|MKI:length]`
fn inline_key(text: &str, suite: CryptoSuite) -> Option<CryptoKey> {
    let (method, rest) = text.split_once(':')?;
    if !method.eq_ignore_ascii_case("inline") {
        return None;
    }
    let mut pieces = rest.split('|');
    let octets = BASE64.decode(pieces.next()?).ok()?;
    if octets.len() != suite.key_octets() + suite.salt_octets() {
        return None;
    }
    let mut key = CryptoKey { key_salt: KeySalt::new(octets), lifetime: None, mki: Vec::new() };
    for piece in pieces {
        match piece.split_once(':') {
            Some((number, length)) if key.mki.is_empty() => key.mki = mki(number, length)?,
            None if key.lifetime.is_none() && key.mki.is_empty() => key.lifetime = Some(lifetime(piece)?),
            _ => return None,
        }
    }
    Some(key)
}

fn lifetime(text: &str) -> Option<u64> {
    let packets = match text.strip_prefix("2^") {
        Some(power) => 2u64.checked_pow(power.parse().ok()?)?,
        None => text.parse().ok()?,
    };
    (packets > 0).then_some(packets)
}

fn mki(number: &str, length: &str) -> Option<Vec<u8>> {
    let length: usize = length.parse().ok().filter(|length| (1..=LONGEST_MKI).contains(length))?;
    let number: u128 = number.parse().ok()?;
    let octets = number.to_be_bytes();
    if length >= octets.len() {
        let mut padded = vec![0; length - octets.len()];
        padded.extend_from_slice(&octets);
        return Some(padded);
    }
    let (above, kept) = octets.split_at_checked(octets.len() - length)?;
    above.iter().all(|octet| *octet == 0).then(|| kept.to_vec())
}

/// Whether a session parameter leaves a stream we can read. Those beginning with `-` may be passed over
/// (RFC 4568 §6.3.7); a window hint and a key rate of 0 change nothing; all others do, or are unknown.
fn is_bearable(parameter: &str) -> bool {
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    match name.to_ascii_uppercase().as_str() {
        "KDR" => value == "0",
        "WSH" => value.parse::<u32>().is_ok(),
        name => name.starts_with('-'),
    }
}

#[cfg(test)]
mod tests;
