//! The protection profiles that are spoken: what each is called in SDP and in DTLS, and how long its parts are.

/// Cipher and authentication of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    /// AES-128 in counter mode, HMAC-SHA1 tag of 80 bits (RFC 3711; the one every peer has).
    Aes128CmSha1_80,
    /// The same with a tag of 32 bits on RTP; RTCP keeps 80 (RFC 4568 §6.2.2).
    Aes128CmSha1_32,
    /// AES-256 in counter mode, HMAC-SHA1 tag of 80 bits (RFC 6188).
    Aes256CmSha1_80,
    /// AES-128 in GCM, tag of 128 bits (RFC 7714).
    AeadAes128Gcm,
    /// AES-256 in GCM, tag of 128 bits (RFC 7714).
    AeadAes256Gcm,
}

impl Profile {
    /// All of them, the strongest first: the order in which an answer chooses.
    pub const BY_STRENGTH: [Self; 5] = [
        Self::AeadAes256Gcm,
        Self::AeadAes128Gcm,
        Self::Aes256CmSha1_80,
        Self::Aes128CmSha1_80,
        Self::Aes128CmSha1_32,
    ];

    /// The crypto-suite of an `a=crypto` line (RFC 4568 §6.2, RFC 6188 §6, RFC 7714 §14.2).
    pub const fn sdes_name(self) -> &'static str {
        match self {
            Self::Aes128CmSha1_80 => "AES_CM_128_HMAC_SHA1_80",
            Self::Aes128CmSha1_32 => "AES_CM_128_HMAC_SHA1_32",
            Self::Aes256CmSha1_80 => "AES_256_CM_HMAC_SHA1_80",
            Self::AeadAes128Gcm => "AEAD_AES_128_GCM",
            Self::AeadAes256Gcm => "AEAD_AES_256_GCM",
        }
    }

    /// Reads a crypto-suite; some peers write the RFC 6188 names in the older order `AES_CM_256_…`.
    pub fn from_sdes_name(name: &str) -> Option<Self> {
        let name = if name.eq_ignore_ascii_case("AES_CM_256_HMAC_SHA1_80") {
            "AES_256_CM_HMAC_SHA1_80"
        } else {
            name
        };
        Self::BY_STRENGTH.into_iter().find(|profile| profile.sdes_name().eq_ignore_ascii_case(name))
    }

    /// The number in the `use_srtp` extension (RFC 5764 §4.1.2, RFC 7714 §14.2); AES-256 in counter mode has none.
    pub const fn dtls_number(self) -> Option<u16> {
        match self {
            Self::Aes128CmSha1_80 => Some(1),
            Self::Aes128CmSha1_32 => Some(2),
            Self::Aes256CmSha1_80 => None,
            Self::AeadAes128Gcm => Some(7),
            Self::AeadAes256Gcm => Some(8),
        }
    }

    /// The profile of a `use_srtp` number.
    pub fn from_dtls_number(number: u16) -> Option<Self> {
        Self::BY_STRENGTH.into_iter().find(|profile| profile.dtls_number() == Some(number))
    }

    /// Octets of the master key, and of the session key.
    pub const fn key_length(self) -> usize {
        match self {
            Self::Aes128CmSha1_80 | Self::Aes128CmSha1_32 | Self::AeadAes128Gcm => 16,
            Self::Aes256CmSha1_80 | Self::AeadAes256Gcm => 32,
        }
    }

    /// Octets of the master salt.
    pub const fn salt_length(self) -> usize {
        if self.is_aead() { 12 } else { 14 }
    }

    /// Octets of the tag on an RTP packet.
    pub const fn rtp_tag_length(self) -> usize {
        match self {
            Self::Aes128CmSha1_80 | Self::Aes256CmSha1_80 => 10,
            Self::Aes128CmSha1_32 => 4,
            Self::AeadAes128Gcm | Self::AeadAes256Gcm => 16,
        }
    }

    /// Octets of the tag on an RTCP packet.
    pub const fn rtcp_tag_length(self) -> usize {
        if self.is_aead() { 16 } else { 10 }
    }

    /// Whether one cipher both encrypts and authenticates.
    pub const fn is_aead(self) -> bool {
        matches!(self, Self::AeadAes128Gcm | Self::AeadAes256Gcm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_lead_back_to_their_profile() {
        for profile in Profile::BY_STRENGTH {
            assert_eq!(Profile::from_sdes_name(profile.sdes_name()), Some(profile));
            if let Some(number) = profile.dtls_number() {
                assert_eq!(Profile::from_dtls_number(number), Some(profile));
            }
        }
        assert_eq!(Profile::from_sdes_name("AES_CM_256_HMAC_SHA1_80"), Some(Profile::Aes256CmSha1_80));
        assert_eq!(Profile::from_sdes_name("F8_128_HMAC_SHA1_80"), None);
        assert_eq!(Profile::from_dtls_number(5), None, "NULL ciphers are not spoken");
    }
}
