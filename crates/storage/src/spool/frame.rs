//! The frames a journal file is made of, and how they are found again in a file that was cut or damaged.
//!
//! A frame is 28 octets of header and a payload: magic (4), kind (1), zero (3), payload length (4), run (4), counter (8),
//! CRC-32 over all of that and the payload (4); numbers little-endian. The CRC finds torn and flipped octets without a key; what an
//! entry says is proved by its AES-GCM tag.

use rokuon_policy::ids::{RecordingId, TenantId};
use uuid::Uuid;

use super::MAX_ENTRY_LEN;
use crate::key_service::WrappedKey;

/// Octets of a frame's header.
pub const HEADER_LEN: usize = 28;
/// Octets of an entry's authentication tag.
pub const TAG_LEN: usize = 16;
/// Octets of a run's salt.
pub const SALT_LEN: usize = 32;
/// The version of the journal's form.
pub const FORMAT_VERSION: u32 = 1;

const MAGIC: [u8; 4] = [0xF5, b'R', b'S', b'1'];
const MAX_PAYLOAD: usize = MAX_ENTRY_LEN + TAG_LEN;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The first frame of a file: format version (4), file number (4).
    File,
    /// What is needed to read a run's entries; repeated, and once more in every file.
    Call,
    /// One encrypted entry and its tag.
    Entry,
    /// The recording whose runs up to this frame's are no longer needed.
    Release,
    /// The end of one commit.
    Commit,
    /// Of a later version; passed over.
    Unknown,
}

impl Kind {
    const fn code(self) -> u8 {
        match self {
            Kind::File => 1,
            Kind::Call => 2,
            Kind::Entry => 3,
            Kind::Release => 4,
            Kind::Commit => 5,
            Kind::Unknown => 0,
        }
    }

    const fn of(code: u8) -> Self {
        match code {
            1 => Kind::File,
            2 => Kind::Call,
            3 => Kind::Entry,
            4 => Kind::Release,
            5 => Kind::Commit,
            _ => Kind::Unknown,
        }
    }
}

/// A frame found in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What it is.
    pub kind: Kind,
    /// Whose.
    pub run: u32,
    /// An entry's number in its run, from 0.
    pub counter: u64,
    /// The rest.
    pub payload: &'a [u8],
}

impl<'a> Frame<'a> {
    /// The frame at the beginning of `octets`, if a sound one lies there.
    pub fn parse(octets: &'a [u8]) -> Option<Self> {
        let len = Self::len_at(octets)?;
        let payload = octets.get(HEADER_LEN..len)?;
        let header = &octets[..HEADER_LEN];
        let mut crc = crc32fast::Hasher::new();
        crc.update(&header[..24]);
        crc.update(payload);
        let sound = crc.finalize().to_le_bytes() == header[24..];
        sound.then(|| Frame {
            kind: Kind::of(header[4]),
            run: number(&header[12..]),
            counter: counter(header),
            payload,
        })
    }

    /// How long the frame at the beginning of `octets` says it is, header included; `None` if none begins there.
    pub fn len_at(octets: &[u8]) -> Option<usize> {
        let header = octets.get(..HEADER_LEN)?;
        let len = usize::try_from(number(&header[8..])).ok()?;
        (header.starts_with(&MAGIC) && len <= MAX_PAYLOAD).then_some(HEADER_LEN + len)
    }
}

fn number(octets: &[u8]) -> u32 {
    u32::from_le_bytes(octets[..4].try_into().expect("4 octets of a header"))
}

fn counter(header: &[u8]) -> u64 {
    u64::from_le_bytes(header[16..24].try_into().expect("8 octets of a header"))
}

/// Begins a frame at the end of `buffer`; the payload is pushed after it, then [`finish`] is called with its start.
pub fn begin(buffer: &mut Vec<u8>, kind: Kind, run: u32, counter: u64) -> usize {
    let start = buffer.len();
    buffer.extend_from_slice(&MAGIC);
    buffer.extend_from_slice(&[kind.code(), 0, 0, 0, 0, 0, 0, 0]);
    buffer.extend_from_slice(&run.to_le_bytes());
    buffer.extend_from_slice(&counter.to_le_bytes());
    buffer.extend_from_slice(&[0; 4]);
    start
}

/// Writes the length and CRC of the frame that began at `start` and ends the buffer.
pub fn finish(buffer: &mut [u8], start: usize) {
    let frame = &mut buffer[start..];
    let len = u32::try_from(frame.len() - HEADER_LEN).expect("a payload is at most 1 MiB and a tag");
    frame[8..12].copy_from_slice(&len.to_le_bytes());
    let (header, payload) = frame.split_at_mut(HEADER_LEN);
    let mut crc = crc32fast::Hasher::new();
    crc.update(&header[..24]);
    crc.update(payload);
    header[24..].copy_from_slice(&crc.finalize().to_le_bytes());
}

/// Pushes a whole frame.
pub fn push(buffer: &mut Vec<u8>, kind: Kind, run: u32, payload: &[u8]) {
    let start = begin(buffer, kind, run, 0);
    buffer.extend_from_slice(payload);
    finish(buffer, start);
}

/// What a [`Kind::Call`] frame carries, all of it in the clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallHeader {
    /// The salt this run's key is derived with.
    pub salt: [u8; SALT_LEN],
    /// Which recording.
    pub recording: RecordingId,
    /// Whose.
    pub tenant: TenantId,
    /// Its wrapped data key.
    pub wrapped: WrappedKey,
}

impl CallHeader {
    /// Its octets: salt (32), recording (16), length of the tenant (1), tenant, wrapped key.
    pub fn to_octets(&self) -> Vec<u8> {
        let tenant = self.tenant.as_str().as_bytes();
        let tenant_len = u8::try_from(tenant.len()).expect("a tenant's key has at most 40 octets");
        [&self.salt[..], self.recording.0.as_bytes(), &[tenant_len], tenant, self.wrapped.as_bytes()].concat()
    }

    /// Reads it back; `None` if it is not one.
    pub fn parse(octets: &[u8]) -> Option<Self> {
        let (salt, rest) = octets.split_first_chunk::<SALT_LEN>()?;
        let (recording, rest) = rest.split_first_chunk::<16>()?;
        let (tenant_len, rest) = rest.split_first()?;
        let (tenant, wrapped) = rest.split_at_checked(usize::from(*tenant_len))?;
        Some(Self {
            salt: *salt,
            recording: RecordingId(Uuid::from_bytes(*recording)),
            tenant: std::str::from_utf8(tenant).ok()?.parse().ok()?,
            wrapped: WrappedKey::from_bytes(wrapped.to_vec()),
        })
    }
}

/// What a walk through a file meets.
#[derive(Debug, PartialEq, Eq)]
pub enum Met<'a> {
    /// A sound frame at this offset.
    Frame(usize, Frame<'a>),
    /// A stretch from this offset that is no sound frame, with sound ones after it.
    Damaged(usize),
    /// From this offset to the end nothing sound lies: a commit that did not finish.
    Torn(usize),
}

/// Walks through a file's octets from frame to frame, finding the next sound one after damage. Never fails.
pub fn walk<'a>(octets: &'a [u8], mut meet: impl FnMut(Met<'a>)) {
    let mut at = 0;
    let mut bad = None;
    while at < octets.len() {
        if let Some(frame) = Frame::parse(&octets[at..]) {
            if let Some(from) = bad.take() {
                meet(Met::Damaged(from));
            }
            meet(Met::Frame(at, frame));
            at += HEADER_LEN + frame.payload.len();
        } else {
            bad.get_or_insert(at);
            let next = octets[at + 1..].windows(MAGIC.len()).position(|window| window == MAGIC);
            at = next.map_or(octets.len(), |skip| at + 1 + skip);
        }
    }
    if let Some(from) = bad {
        meet(Met::Torn(from));
    }
}
