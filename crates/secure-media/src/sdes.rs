//! Keys that stand in SDP: the value of an `a=crypto` line (RFC 4568 §9.1). Only fit for signalling over TLS.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use crate::master_key::{MasterKey, Mki};
use crate::profile::Profile;

/// Some peers leave the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// Keys one line may carry; a second one is rare.
const MOST_KEYS: usize = 8;

/// One `a=crypto` line that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CryptoLine {
    /// Its number, which the answer repeats.
    pub tag: u32,
    /// The crypto-suite.
    pub profile: Profile,
    /// One key, or several told apart by their identifier.
    pub keys: Vec<MasterKey>,
}

/// Why a line cannot be used; another line of the offer may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnusableLine {
    /// Not `tag suite inline:…`.
    #[error("not a crypto line")]
    Malformed,
    /// A suite that is not spoken.
    #[error("an unknown crypto suite")]
    UnknownSuite,
    /// The key is no base64, or has another length than the suite's.
    #[error("a key that does not fit its suite")]
    BadKey,
    /// A session parameter that takes protection away or changes the packets (such as UNENCRYPTED_SRTP or KDR).
    #[error("a session parameter that is not spoken")]
    Parameter,
}

impl CryptoLine {
    /// Reads what follows `a=crypto:`.
    ///
    /// # Errors
    /// Why this line cannot be used.
    pub fn parse(value: &str) -> Result<Self, UnusableLine> {
        let mut words = value.split_ascii_whitespace();
        let tag = words.next().filter(|tag| tag.len() <= 9).and_then(|tag| tag.parse().ok());
        let tag = tag.ok_or(UnusableLine::Malformed)?;
        let suite = words.next().ok_or(UnusableLine::Malformed)?;
        let profile = Profile::from_sdes_name(suite).ok_or(UnusableLine::UnknownSuite)?;
        let params = words.next().ok_or(UnusableLine::Malformed)?;
        let keys = params
            .split(';')
            .take(MOST_KEYS)
            .map(|param| key(profile, param))
            .collect::<Result<Vec<_>, _>>()?;
        let length = |key: &MasterKey| key.mki().map(|mki| mki.octets().len());
        let alike = keys
            .windows(2)
            .all(|pair| pair.iter().map(length).all(|one| one.is_some() && one == length(&pair[0])));
        if !alike {
            return Err(UnusableLine::BadKey);
        }
        words.all(is_harmless).then_some(Self { tag, profile, keys }).ok_or(UnusableLine::Parameter)
    }

    /// The line's value for an answer or an offer of our own: one key, no lifetime, no identifier.
    pub fn print(&self) -> Zeroizing<String> {
        let inline = self.keys.first().map(|key| BASE64.encode(key.expose().as_slice())).unwrap_or_default();
        Zeroizing::new(format!("{} {} inline:{inline}", self.tag, self.profile.sdes_name()))
    }
}

/// `inline:key||salt|lifetime|MKI:length`, the last two optional and in this order (RFC 4568 §6.1).
fn key(profile: Profile, param: &str) -> Result<MasterKey, UnusableLine> {
    let (method, value) = param.split_once(':').ok_or(UnusableLine::Malformed)?;
    if !method.eq_ignore_ascii_case("inline") {
        return Err(UnusableLine::Malformed);
    }
    let mut fields = value.split('|');
    let octets =
        Zeroizing::new(BASE64.decode(fields.next().unwrap_or_default()).map_err(|_| UnusableLine::BadKey)?);
    let key = MasterKey::new(profile, &octets).map_err(|_| UnusableLine::BadKey)?;
    match fields.find(|field| field.contains(':')) {
        None => Ok(key),
        Some(field) => {
            let (value, length) = field.split_once(':').ok_or(UnusableLine::Malformed)?;
            let value = value.parse().map_err(|_| UnusableLine::BadKey)?;
            let length = length.parse().map_err(|_| UnusableLine::BadKey)?;
            Ok(key.with_mki(Mki::new(value, length).ok_or(UnusableLine::BadKey)?))
        }
    }
}

/// A window-size hint and a forward-error order that is the default change nothing for a receiver.
fn is_harmless(parameter: &str) -> bool {
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    match name.to_ascii_uppercase().as_str() {
        "WSH" => true,
        "KDR" => value == "0",
        "FEC_ORDER" => value.eq_ignore_ascii_case("FEC_SRTP"),
        "UNENCRYPTED_SRTP" | "UNENCRYPTED_SRTCP" | "UNAUTHENTICATED_SRTP" | "FEC_KEY" => false,
        // RFC 4568 §6.3.7: an unknown one makes the line unusable, unless it says by a dash that it may be passed over
        name => name.starts_with('-'),
    }
}

#[cfg(test)]
mod tests;
