//! The encrypted container: C2SP chunked encryption (Cobblestone-256), bound to its place, opened anywhere in the middle.
//!
//! 56 octets of header (24 salt, 32 commitment), then chunks of 16 KiB plaintext with a 16-octet tag each; the last is
//! shorter than the others and may be empty. Chunk *k* begins at octet 56 + k · 16,400. Key, base nonce and commitment are
//! HKDF-Expand (SHA-512) of the data key over the salt and the context. Key and context are checked by the commitment before
//! the first octet of plaintext; a container can only be read to its true end because a full chunk is never the last.
//!
//! Written here over `aes-gcm` and `hmac` rather than taken from the `cobblestone` crate: that crate reads soundly, but opens
//! ranges only through a blocking `Read + Seek` over the whole object, while we hold just the chunks a range needs.

use std::ops::Range;

use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce, Tag};
use hmac::{Hmac, Mac};
use sha2::Sha512;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::container_context::ContainerContext;
use crate::key_service::{DataKey, fill_random};

/// Octets before the first chunk: salt and commitment.
pub const HEADER_LEN: usize = SALT_LEN + COMMITMENT_LEN;
/// Octets of plaintext in every chunk but the last.
pub const CHUNK_LEN: usize = 16 * 1024;
/// Octets a full chunk takes in the container.
pub const SEALED_CHUNK_LEN: usize = CHUNK_LEN + TAG_LEN;

const SALT_LEN: usize = 24;
const COMMITMENT_LEN: usize = 32;
const TAG_LEN: usize = 16;
const NONCE_LEN: usize = 12;
const MAX_CHUNKS: u64 = 1 << 38;
const LABEL: &[u8] = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00";

/// Why a container was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContainerError {
    /// The key or the context is another, or the header was altered.
    #[error("the container belongs to another key or place")]
    WrongKeyOrContext,
    /// No container has this length: it was cut or extended.
    #[error("the container has been cut or extended")]
    WrongLength,
    /// A chunk is not what was sealed.
    #[error("chunk {chunk} of the container has been altered")]
    Altered {
        /// The chunk's number, from 0.
        chunk: u64,
    },
    /// The range reaches past the end of the plaintext, or the octets handed in are not those of the range.
    #[error("the range does not lie in the container")]
    OutOfRange,
}

/// The length of the container that holds `plaintext_len` octets, both in octets.
pub const fn sealed_len(plaintext_len: u64) -> u64 {
    HEADER_LEN as u64 + plaintext_len + (plaintext_len / CHUNK_LEN as u64 + 1) * TAG_LEN as u64
}

/// Encrypts `plaintext` into a container under a fresh salt.
pub fn seal(key: &DataKey, context: &ContainerContext, plaintext: &[u8]) -> Vec<u8> {
    seal_octets(key, &context.to_octets(), plaintext)
}

/// Decrypts a whole container that is in memory.
pub fn unseal(
    key: &DataKey,
    context: &ContainerContext,
    container: &[u8],
) -> Result<Vec<u8>, ContainerError> {
    unseal_octets(key, &context.to_octets(), container)
}

fn seal_octets(key: &DataKey, context: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let mut salt = [0; SALT_LEN];
    fill_random(&mut salt);
    let (chunks, commitment) = Chunks::derive(key, &salt, context);
    let len = usize::try_from(sealed_len(plaintext.len() as u64))
        .expect("a container fits in memory beside its plaintext");
    let mut container = Vec::with_capacity(len);
    container.extend_from_slice(&salt);
    container.extend_from_slice(&commitment);
    let last = plaintext.len() / CHUNK_LEN;
    for number in 0..=last {
        let start = container.len();
        let end = plaintext.len().min((number + 1) * CHUNK_LEN);
        container.extend_from_slice(&plaintext[number * CHUNK_LEN..end]);
        let tag = chunks
            .cipher
            .encrypt_inout_detached(
                &chunks.nonce(number as u64),
                &[],
                InOutBuf::from(&mut container[start..]),
            )
            .expect("a chunk is far below AES-GCM's limit");
        container.extend_from_slice(&tag);
    }
    container
}

fn unseal_octets(key: &DataKey, context: &[u8], container: &[u8]) -> Result<Vec<u8>, ContainerError> {
    let reader = ContainerReader::open_octets(key, context, container, container.len() as u64)?;
    let whole = 0..reader.plaintext_len();
    reader.authenticate_end(&container[octets(&reader.last_chunk())])?;
    reader.decrypt(whole.clone(), &container[octets(&reader.ciphertext_range(whole))])
}

fn octets(range: &Range<u64>) -> Range<usize> {
    let narrow = |n: u64| usize::try_from(n).expect("the range lies in a slice");
    narrow(range.start)..narrow(range.end)
}

/// The cipher of one container.
struct Chunks {
    cipher: Aes256Gcm,
    base_nonce: [u8; NONCE_LEN],
}

impl Chunks {
    fn derive(key: &DataKey, salt: &[u8], context: &[u8]) -> (Self, [u8; COMMITMENT_LEN]) {
        // HKDF-Expand with the data key as the pseudo-random key. The `hkdf` crate refuses one that is shorter than the hash.
        let mut output = Zeroizing::new([0; 128]);
        for block in 0..2 {
            let mut mac =
                Hmac::<Sha512>::new_from_slice(key.expose()).expect("HMAC takes a key of any length");
            let (before, rest) = output.split_at_mut(block * 64);
            mac.update(before);
            for part in [LABEL, salt, context] {
                mac.update(part);
            }
            mac.update(&[u8::try_from(block + 1).expect("two blocks")]);
            rest[..64].copy_from_slice(&mac.finalize().into_bytes());
        }
        let (aead_key, rest) = output.split_at(32);
        let (nonce, rest) = rest.split_at(NONCE_LEN);
        let cipher = Aes256Gcm::new_from_slice(aead_key).expect("32 octets");
        let base_nonce = nonce.try_into().expect("12 octets");
        (Self { cipher, base_nonce }, rest[..COMMITMENT_LEN].try_into().expect("32 octets"))
    }

    fn nonce(&self, chunk: u64) -> Nonce<aes_gcm::aead::consts::U12> {
        let mut nonce = self.base_nonce;
        for (octet, count) in nonce[NONCE_LEN - 5..].iter_mut().zip(&chunk.to_be_bytes()[3..]) {
            *octet ^= count;
        }
        nonce.into()
    }

    /// Decrypts one sealed chunk (with its tag) onto the end of `into`.
    fn open(&self, chunk: u64, sealed: &[u8], into: &mut Vec<u8>) -> Result<(), ContainerError> {
        let altered = ContainerError::Altered { chunk };
        let (body, tag) = sealed.split_last_chunk::<TAG_LEN>().ok_or(altered)?;
        let start = into.len();
        into.extend_from_slice(body);
        let opened = self.cipher.decrypt_inout_detached(
            &self.nonce(chunk),
            &[],
            InOutBuf::from(&mut into[start..]),
            &Tag::<aes_gcm::aead::consts::U16>::from(*tag),
        );
        opened.map_err(|_| {
            into.truncate(start);
            altered
        })
    }
}

/// One container, opened by its header: says which octets a range needs and decrypts them.
pub struct ContainerReader {
    chunks: Chunks,
    total_len: u64,
    plaintext_len: u64,
}

impl ContainerReader {
    /// Opens a container by its first octets (at least 56) and its total length, without reading the rest.
    ///
    /// The length is only proved once the last chunk has been read: see [`Self::authenticate_end`].
    pub fn open(
        key: &DataKey,
        context: &ContainerContext,
        first_octets: &[u8],
        total_len: u64,
    ) -> Result<Self, ContainerError> {
        Self::open_octets(key, &context.to_octets(), first_octets, total_len)
    }

    fn open_octets(
        key: &DataKey,
        context: &[u8],
        first: &[u8],
        total_len: u64,
    ) -> Result<Self, ContainerError> {
        let body = total_len.checked_sub(HEADER_LEN as u64).ok_or(ContainerError::WrongLength)?;
        let full = body / SEALED_CHUNK_LEN as u64;
        if body % (SEALED_CHUNK_LEN as u64) < TAG_LEN as u64 || full >= MAX_CHUNKS {
            return Err(ContainerError::WrongLength);
        }
        let header = first.get(..HEADER_LEN).ok_or(ContainerError::WrongLength)?;
        let (salt, commitment) = header.split_at(SALT_LEN);
        let (chunks, expected) = Chunks::derive(key, salt, context);
        if !bool::from(expected.ct_eq(commitment)) {
            return Err(ContainerError::WrongKeyOrContext);
        }
        Ok(Self { chunks, total_len, plaintext_len: body - (full + 1) * TAG_LEN as u64 })
    }

    /// Octets of plaintext inside.
    pub const fn plaintext_len(&self) -> u64 {
        self.plaintext_len
    }

    /// Where in the container the chunks lie that hold this range of the plaintext (clamped at its end).
    ///
    /// At most 32 KiB and a tag per chunk more than asked.
    pub fn ciphertext_range(&self, plain: Range<u64>) -> Range<u64> {
        let end = plain.end.min(self.plaintext_len);
        if plain.start >= end {
            return HEADER_LEN as u64..HEADER_LEN as u64;
        }
        let first = plain.start / CHUNK_LEN as u64;
        let after = (end - 1) / CHUNK_LEN as u64 + 1;
        place(first)..place(after).min(self.total_len)
    }

    /// Where the last chunk lies in the container; at least 16, under 16,400 octets.
    pub const fn last_chunk(&self) -> Range<u64> {
        place(self.plaintext_len / CHUNK_LEN as u64)..self.total_len
    }

    /// Proves the container's length by its last chunk: a container cut at a chunk fails here.
    pub fn authenticate_end(&self, last_chunk: &[u8]) -> Result<(), ContainerError> {
        let expected = self.last_chunk();
        if last_chunk.len() as u64 != expected.end - expected.start {
            return Err(ContainerError::OutOfRange);
        }
        self.chunks.open(self.plaintext_len / CHUNK_LEN as u64, last_chunk, &mut Vec::new())
    }

    /// Decrypts a range of the plaintext from exactly the octets of [`Self::ciphertext_range`].
    pub fn decrypt(&self, plain: Range<u64>, ciphertext: &[u8]) -> Result<Vec<u8>, ContainerError> {
        let place = self.ciphertext_range(plain.clone());
        if plain.start > plain.end
            || plain.end > self.plaintext_len
            || ciphertext.len() as u64 != place.end - place.start
        {
            return Err(ContainerError::OutOfRange);
        }
        if plain.is_empty() {
            return Ok(Vec::new());
        }
        let first = plain.start / CHUNK_LEN as u64;
        let mut plaintext = Vec::with_capacity(ciphertext.len());
        for (chunk, sealed) in (first..).zip(ciphertext.chunks(SEALED_CHUNK_LEN)) {
            self.chunks.open(chunk, sealed, &mut plaintext)?;
        }
        let wanted = octets(&(plain.start - first * CHUNK_LEN as u64..plain.end - first * CHUNK_LEN as u64));
        plaintext.truncate(wanted.end);
        plaintext.drain(..wanted.start);
        Ok(plaintext)
    }
}

/// Where a chunk begins in the container.
const fn place(chunk: u64) -> u64 {
    HEADER_LEN as u64 + chunk * SEALED_CHUNK_LEN as u64
}

#[cfg(test)]
mod tests;
