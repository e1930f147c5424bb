//! Cipher and tag of one direction and kind (RTP or RTCP), in place and without an allocation.

use aes::{Aes128, Aes256};
use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes128Gcm, Aes256Gcm};
use ctr::cipher::{BlockCipherEncrypt, BlockSizeUser, InnerIvInit, StreamCipher, consts::U16};
use ctr::{Ctr128BE, CtrCore, flavors};
use hmac::{Hmac, Mac};
use sha1::Sha1;

use crate::packet::Layout;
use crate::session_keys::SessionKeys;

/// The keyed ciphers of one kind of packet.
pub(crate) enum Transform {
    /// AES-128 counter mode and HMAC-SHA1.
    Counter128(Box<Counter<Aes128>>),
    /// AES-256 counter mode and HMAC-SHA1.
    Counter256(Box<Counter<Aes256>>),
    /// AES-128 in GCM, with its salt.
    Gcm128(Box<(Aes128Gcm, [u8; 12])>),
    /// AES-256 in GCM, with its salt.
    Gcm256(Box<(Aes256Gcm, [u8; 12])>),
}

/// A counter-mode cipher and the keyed hash beside it.
pub(crate) struct Counter<C> {
    cipher: C,
    hash: Hmac<Sha1>,
    salt: [u8; 14],
}

/// What a packet is numbered by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number {
    pub(crate) ssrc: u32,
    /// 48 bits: rollover counter and sequence number; for RTCP the 31-bit index.
    pub(crate) index: u64,
}

/// What is authenticated beside the packet's own octets.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Beside {
    /// RTP: the rollover counter, which no packet carries.
    Rollover(u32),
    /// RTCP: the index word, which stands in the packet behind the tag of a GCM packet; `encrypted` is its E bit.
    IndexWord { word: [u8; 4], encrypted: bool },
}

impl Transform {
    pub(crate) fn new(keys: &SessionKeys, aead: bool) -> Option<Self> {
        let key = keys.encryption.as_slice();
        let short_salt = || keys.salt.first_chunk::<12>().copied();
        Some(match (aead, key.len()) {
            (false, 16) => Self::Counter128(Box::new(Counter::new(keys)?)),
            (false, _) => Self::Counter256(Box::new(Counter::new(keys)?)),
            (true, 16) => Self::Gcm128(Box::new((Aes128Gcm::new_from_slice(key).ok()?, short_salt()?))),
            (true, _) => Self::Gcm256(Box::new((Aes256Gcm::new_from_slice(key).ok()?, short_salt()?))),
        })
    }

    /// Checks the tag, then decrypts in place. When it does not fit the packet stays as it was.
    pub(crate) fn open(
        &self,
        packet: &mut [u8],
        layout: &Layout,
        number: Number,
        beside: Beside,
    ) -> Option<()> {
        match self {
            Self::Counter128(counter) => counter.open(packet, layout, number, beside),
            Self::Counter256(counter) => counter.open(packet, layout, number, beside),
            Self::Gcm128(gcm) => open_gcm(&gcm.0, &gcm.1, packet, layout, number, beside),
            Self::Gcm256(gcm) => open_gcm(&gcm.0, &gcm.1, packet, layout, number, beside),
        }
    }

    /// Encrypts in place and writes the tag; trailer and key identifier stand already in the packet.
    pub(crate) fn seal(
        &self,
        packet: &mut [u8],
        layout: &Layout,
        number: Number,
        beside: Beside,
    ) -> Option<()> {
        match self {
            Self::Counter128(counter) => counter.seal(packet, layout, number, beside),
            Self::Counter256(counter) => counter.seal(packet, layout, number, beside),
            Self::Gcm128(gcm) => seal_gcm(&gcm.0, &gcm.1, packet, layout, number, beside),
            Self::Gcm256(gcm) => seal_gcm(&gcm.0, &gcm.1, packet, layout, number, beside),
        }
    }
}

impl<C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + KeyInit> Counter<C> {
    fn new(keys: &SessionKeys) -> Option<Self> {
        let cipher = C::new_from_slice(&keys.encryption).ok()?;
        let hash = Hmac::<Sha1>::new_from_slice(keys.authentication.as_slice()).ok()?;
        Some(Self { cipher, hash, salt: keys.salt })
    }

    /// HMAC over header, body and trailer, then the rollover counter (RFC 3711 §4.2).
    fn hash(&self, packet: &[u8], layout: &Layout, beside: Beside) -> Option<Hmac<Sha1>> {
        let mut hash = self.hash.clone();
        hash.update(packet.get(..layout.trailer.end)?);
        if let Beside::Rollover(counter) = beside {
            hash.update(&counter.to_be_bytes());
        }
        Some(hash)
    }

    fn open(&self, packet: &mut [u8], layout: &Layout, number: Number, beside: Beside) -> Option<()> {
        let hash = self.hash(packet, layout, beside)?;
        hash.verify_truncated_left(packet.get(layout.tag.clone())?).ok()?;
        if beside.is_encrypted() {
            self.apply(packet.get_mut(layout.body.clone())?, number);
        }
        Some(())
    }

    fn seal(&self, packet: &mut [u8], layout: &Layout, number: Number, beside: Beside) -> Option<()> {
        if beside.is_encrypted() {
            self.apply(packet.get_mut(layout.body.clone())?, number);
        }
        let tag = self.hash(packet, layout, beside)?.finalize().into_bytes();
        let place = packet.get_mut(layout.tag.clone())?;
        place.copy_from_slice(tag.get(..place.len())?);
        Some(())
    }

    /// The key stream from salt, SSRC and index (RFC 3711 §4.1.1).
    fn apply(&self, body: &mut [u8], number: Number) {
        let mut counter = [0; 16];
        let [_, _, index @ ..] = number.index.to_be_bytes();
        let parts = [0; 4].into_iter().chain(number.ssrc.to_be_bytes()).chain(index);
        for ((octet, salt), part) in counter.iter_mut().zip(self.salt).zip(parts) {
            *octet = salt ^ part;
        }
        let core = CtrCore::<&C, flavors::Ctr128BE>::inner_iv_init(&self.cipher, &counter.into());
        Ctr128BE::<&C>::from_core(core).apply_keystream(body);
    }
}

impl Beside {
    const fn is_encrypted(self) -> bool {
        !matches!(self, Self::IndexWord { encrypted: false, .. })
    }
}

/// RFC 7714 §8.1 for RTP and §9.1 for RTCP. An SRTCP packet that is only authenticated is associated data as a whole.
fn open_gcm<C: AeadInOut<NonceSize = aes_gcm::aead::consts::U12, TagSize = aes_gcm::aead::consts::U16>>(
    cipher: &C,
    salt: &[u8; 12],
    packet: &mut [u8],
    layout: &Layout,
    number: Number,
    beside: Beside,
) -> Option<()> {
    let tag: [u8; 16] = packet.get(layout.tag.clone())?.try_into().ok()?;
    let nonce = nonce(salt, number).into();
    let tag = tag.into();
    if !beside.is_encrypted() {
        return with_word_behind_body(packet, layout, |plain| {
            cipher.decrypt_inout_detached(&nonce, plain, InOutBuf::from(&mut [][..]), &tag).ok()
        });
    }
    let (header, body) = packet.get_mut(..layout.body.end)?.split_at_mut_checked(layout.body.start)?;
    let mut associated = [0; 12];
    let associated = associated_octets(&mut associated, header, beside)?;
    cipher.decrypt_inout_detached(&nonce, associated, InOutBuf::from(body), &tag).ok()
}

fn seal_gcm<C: AeadInOut<NonceSize = aes_gcm::aead::consts::U12, TagSize = aes_gcm::aead::consts::U16>>(
    cipher: &C,
    salt: &[u8; 12],
    packet: &mut [u8],
    layout: &Layout,
    number: Number,
    beside: Beside,
) -> Option<()> {
    let nonce = nonce(salt, number).into();
    let (header, body) = packet.get_mut(..layout.body.end)?.split_at_mut_checked(layout.body.start)?;
    let mut associated = [0; 12];
    let associated = associated_octets(&mut associated, header, beside)?;
    let tag = cipher.encrypt_inout_detached(&nonce, associated, InOutBuf::from(body)).ok()?;
    packet.get_mut(layout.tag.clone())?.copy_from_slice(&tag);
    Some(())
}

/// RTP: the header. RTCP: its first eight octets and the index word.
fn associated_octets<'a>(room: &'a mut [u8; 12], header: &'a [u8], beside: Beside) -> Option<&'a [u8]> {
    match beside {
        Beside::Rollover(_) => Some(header),
        Beside::IndexWord { word, .. } => {
            let (first, last) = room.split_at_mut_checked(8)?;
            first.copy_from_slice(header.get(..8)?);
            last.copy_from_slice(&word);
            Some(room)
        }
    }
}

/// Moves the index word in front of the tag for as long as `check` looks at the packet.
fn with_word_behind_body<T>(
    packet: &mut [u8],
    layout: &Layout,
    check: impl FnOnce(&[u8]) -> Option<T>,
) -> Option<T> {
    let (tag, trailer) = (layout.tag.len(), layout.trailer.len());
    packet.get_mut(layout.tag.start..layout.trailer.end)?.rotate_left(tag);
    let found = packet.get(..layout.body.end + trailer).and_then(check);
    packet.get_mut(layout.tag.start..layout.trailer.end)?.rotate_right(tag);
    found
}

fn nonce(salt: &[u8; 12], number: Number) -> [u8; 12] {
    let [_, _, counter @ ..] = number.index.to_be_bytes();
    let mut parts = [0; 12];
    let (first, last) = parts.split_at_mut(6);
    if let Some(place) = first.get_mut(2..) {
        place.copy_from_slice(&number.ssrc.to_be_bytes());
    }
    // RTP: rollover counter and sequence number; RTCP: two zeros and the index, which has 31 bits — the same six octets
    last.copy_from_slice(&counter);
    for (part, salt) in parts.iter_mut().zip(salt) {
        *part ^= salt;
    }
    parts
}
