//! A master key with its salt: what a peer says it sends under.

use zeroize::Zeroizing;

use crate::profile::Profile;

/// Why these octets are no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key of {profile:?} has {wanted} octets, not {found}")]
pub struct WrongLength {
    /// For which profile.
    pub profile: Profile,
    /// Octets of key, or of key and salt.
    pub wanted: usize,
    /// As given.
    pub found: usize,
}

/// A master key identifier, sent in every packet when a line carries one (RFC 3711 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mki {
    octets: [u8; Self::LONGEST],
    length: u8,
}

impl Mki {
    /// RFC 4568 §6.1 allows 128; nobody numbers keys with more than this.
    pub const LONGEST: usize = 8;

    /// `value` in `length` octets, the highest first. None when it does not fit or has no length.
    pub fn new(value: u64, length: usize) -> Option<Self> {
        let fits = length >= Self::LONGEST || value >> (8 * length) == 0;
        if !(1..=Self::LONGEST).contains(&length) || !fits {
            return None;
        }
        let mut octets = [0; Self::LONGEST];
        let all = value.to_be_bytes();
        octets.get_mut(..length)?.copy_from_slice(all.get(Self::LONGEST - length..)?);
        Some(Self { octets, length: u8::try_from(length).ok()? })
    }

    /// As it stands in a packet.
    pub fn octets(&self) -> &[u8] {
        self.octets.get(..usize::from(self.length)).unwrap_or_default()
    }
}

/// Key and salt of one direction. Wiped when dropped, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey {
    profile: Profile,
    key: Zeroizing<[u8; 32]>,
    /// Padded with zeros on the right where the profile has 96 bits (RFC 7714 §11).
    salt: Zeroizing<[u8; 14]>,
    mki: Option<Mki>,
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MasterKey")
            .field("profile", &self.profile)
            .field("mki", &self.mki)
            .finish_non_exhaustive()
    }
}

impl MasterKey {
    /// From the key followed by the salt, as an `inline:` parameter carries them.
    ///
    /// # Errors
    /// Another number of octets than the profile has.
    pub fn new(profile: Profile, key_and_salt: &[u8]) -> Result<Self, WrongLength> {
        let (key_length, salt_length) = (profile.key_length(), profile.salt_length());
        let wrong = WrongLength { profile, wanted: key_length + salt_length, found: key_and_salt.len() };
        let (key, salt) = key_and_salt.split_at_checked(key_length).ok_or(wrong)?;
        Self::from_parts(profile, key, salt).ok_or(wrong)
    }

    /// Both directions from what DTLS exports under the label `EXTRACTOR-dtls_srtp` (RFC 5764 §4.2): the client's, the server's.
    ///
    /// # Errors
    /// Another number of octets than twice key and salt.
    pub fn from_dtls(profile: Profile, exported: &[u8]) -> Result<[Self; 2], WrongLength> {
        let (key_length, salt_length) = (profile.key_length(), profile.salt_length());
        let wrong = WrongLength { profile, wanted: Self::exported_length(profile), found: exported.len() };
        if exported.len() != wrong.wanted {
            return Err(wrong);
        }
        let (keys, salts) = exported.split_at(2 * key_length);
        let (client_key, server_key) = keys.split_at(key_length);
        let (client_salt, server_salt) = salts.split_at(salt_length);
        let client = Self::from_parts(profile, client_key, client_salt).ok_or(wrong)?;
        let server = Self::from_parts(profile, server_key, server_salt).ok_or(wrong)?;
        Ok([client, server])
    }

    /// How many octets DTLS has to export for a profile.
    pub const fn exported_length(profile: Profile) -> usize {
        2 * (profile.key_length() + profile.salt_length())
    }

    fn from_parts(profile: Profile, key: &[u8], salt: &[u8]) -> Option<Self> {
        if key.len() != profile.key_length() || salt.len() != profile.salt_length() {
            return None;
        }
        let mut made = Self { profile, key: Zeroizing::default(), salt: Zeroizing::default(), mki: None };
        made.key.get_mut(..key.len())?.copy_from_slice(key);
        made.salt.get_mut(..salt.len())?.copy_from_slice(salt);
        Some(made)
    }

    /// The same key under an identifier that each packet carries.
    pub fn with_mki(mut self, mki: Mki) -> Self {
        self.mki = Some(mki);
        self
    }

    /// Which profile it is for.
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// The identifier that each packet carries, if any.
    pub const fn mki(&self) -> Option<&Mki> {
        self.mki.as_ref()
    }

    /// Key, then salt: for an `inline:` parameter or a sealed journal, and for nothing else.
    pub fn expose(&self) -> Zeroizing<Vec<u8>> {
        [self.key(), self.salt.get(..self.profile.salt_length()).unwrap_or_default()].concat().into()
    }

    pub(crate) fn key(&self) -> &[u8] {
        self.key.get(..self.profile.key_length()).unwrap_or_default()
    }

    pub(crate) fn salt(&self) -> &[u8; 14] {
        &self.salt
    }
}
