//! The 64 octets after an object's own: magic (8), version (16), length (8, big-endian), SHA-256 (32).

use uuid::Uuid;

use crate::object_store::StoredObject;

/// Octets of a trailer.
pub const TRAILER_LEN: usize = 64;
const MAGIC: &[u8; 8] = b"RKNOBJ1\n";

/// What the trailer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trailer {
    /// The version's name.
    pub version: Uuid,
    /// Octets of the object.
    pub len: u64,
    /// Their SHA-256.
    pub sha256: [u8; 32],
}

impl Trailer {
    /// Its octets.
    pub fn to_octets(self) -> [u8; TRAILER_LEN] {
        let mut octets = [0; TRAILER_LEN];
        octets[..8].copy_from_slice(MAGIC);
        octets[8..24].copy_from_slice(self.version.as_bytes());
        octets[24..32].copy_from_slice(&self.len.to_be_bytes());
        octets[32..].copy_from_slice(&self.sha256);
        octets
    }

    /// Reads a trailer; `None` if these octets are none or speak of another length than the file has.
    pub fn parse(octets: &[u8; TRAILER_LEN], file_len: u64) -> Option<Self> {
        let len = u64::from_be_bytes(octets[24..32].try_into().expect("8 octets"));
        let sound = octets[..8] == *MAGIC && len.checked_add(TRAILER_LEN as u64) == Some(file_len);
        let version = Uuid::from_bytes(octets[8..24].try_into().expect("16 octets"));
        let sha256 = octets[32..].try_into().expect("32 octets");
        sound.then_some(Self { version, len, sha256 })
    }
}

impl From<Trailer> for StoredObject {
    fn from(trailer: Trailer) -> Self {
        StoredObject { version_id: trailer.version.to_string(), len: trailer.len, sha256: trailer.sha256 }
    }
}
