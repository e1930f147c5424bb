//! What SDP says of the peer's certificate: `a=fingerprint:sha-256 4A:AD:…` (RFC 8122).

use hmac::digest::Digest as _;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq as _;

/// The hash that a fingerprint is made with; MD5 and MD2 are not accepted (RFC 8122 §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hash {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

/// A certificate's hash, as signalled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    hash: Hash,
    octets: Vec<u8>,
}

impl Fingerprint {
    /// Reads `sha-256 4A:AD:…`; the hash's name and the digits in either case.
    pub fn parse(value: &str) -> Option<Self> {
        let (name, digits) = value.trim().split_once(' ')?;
        let hash = match name.to_ascii_lowercase().as_str() {
            "sha-1" => Hash::Sha1,
            "sha-224" => Hash::Sha224,
            "sha-256" => Hash::Sha256,
            "sha-384" => Hash::Sha384,
            "sha-512" => Hash::Sha512,
            _ => return None,
        };
        let digits = digits.trim().split(':');
        let octet = |pair: &str| (pair.len() == 2).then(|| u8::from_str_radix(pair, 16).ok())?;
        let octets: Vec<u8> = digits.map(octet).collect::<Option<_>>()?;
        (octets.len() == hash.of(b"").len()).then_some(Self { hash, octets })
    }

    /// The SHA-256 fingerprint of a certificate (DER).
    pub fn of(certificate: &[u8]) -> Self {
        Self { hash: Hash::Sha256, octets: Hash::Sha256.of(certificate) }
    }

    /// Whether this is the certificate that was announced.
    pub fn fits(&self, certificate: &[u8]) -> bool {
        self.hash.of(certificate).ct_eq(&self.octets).into()
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self.hash {
            Hash::Sha1 => "sha-1",
            Hash::Sha224 => "sha-224",
            Hash::Sha256 => "sha-256",
            Hash::Sha384 => "sha-384",
            Hash::Sha512 => "sha-512",
        };
        write!(f, "{name} ")?;
        for (place, octet) in self.octets.iter().enumerate() {
            let colon = if place == 0 { "" } else { ":" };
            write!(f, "{colon}{octet:02X}")?;
        }
        Ok(())
    }
}

impl Hash {
    fn of(self, octets: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(octets).to_vec(),
            Self::Sha224 => Sha224::digest(octets).to_vec(),
            Self::Sha256 => Sha256::digest(octets).to_vec(),
            Self::Sha384 => Sha384::digest(octets).to_vec(),
            Self::Sha512 => Sha512::digest(octets).to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: RT13
    #[test]
    fn a_fingerprint_is_read_printed_and_fits_one_certificate() {
        let own = Fingerprint::of(b"certificate");
        let read = Fingerprint::parse(&own.to_string().to_lowercase()).expect("its own print");
        assert_eq!(read, own);
        assert!(read.fits(b"certificate") && !read.fits(b"another"));
        for wrong in ["", "sha-256", "md5 00:11", "sha-256 00:11", "sha-256 zz", "sha-1 +1:00"] {
            assert_eq!(Fingerprint::parse(wrong), None, "{wrong}");
        }
    }
}
