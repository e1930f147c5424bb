//! One call's way into the spool: its key for this run of the program, and its counter.

use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce, Tag};
use hkdf::Hkdf;
use rokuon_policy::ids::{RecordingId, TenantId};
use sha2::Sha512;
use zeroize::Zeroizing;

use super::frame::{self, CallHeader, Kind, SALT_LEN, TAG_LEN};
use crate::key_service::{DataKey, WrappedKey, fill_random};

/// One call's way into the spool for this run of the program. Cannot be cloned: its counter is used once.
pub struct SpoolCall {
    run: u32,
    header: CallHeader,
    cipher: RunCipher,
    counter: u64,
    /// The file the header was last written for, and how often it was written for that.
    header_in: Option<(u32, u8)>,
}

impl SpoolCall {
    pub(super) fn new(
        run: u32,
        tenant: TenantId,
        recording: RecordingId,
        wrapped: WrappedKey,
        key: &DataKey,
    ) -> Self {
        let mut salt = [0; SALT_LEN];
        fill_random(&mut salt);
        let cipher = RunCipher::derive(key, &salt, &tenant, recording);
        Self {
            run,
            header: CallHeader { salt, recording, tenant, wrapped },
            cipher,
            counter: 0,
            header_in: None,
        }
    }

    /// Which recording.
    pub const fn recording(&self) -> RecordingId {
        self.header.recording
    }

    /// How many entries were appended in this run.
    pub const fn entries(&self) -> u64 {
        self.counter
    }

    /// Its number, rising through the life of the spool.
    pub const fn run(&self) -> u32 {
        self.run
    }

    pub(super) const fn header(&self) -> &CallHeader {
        &self.header
    }

    /// A file gets the header before the first entry, and once more behind it: one damaged spot must not cost a call.
    pub(super) fn wants_header(&self, file: u32) -> bool {
        match self.header_in {
            Some((written, times)) if written == file => times < 2 && self.counter > 0,
            _ => true,
        }
    }

    pub(super) fn header_written(&mut self, file: u32) {
        let times = self.header_in.filter(|(written, _)| *written == file).map_or(0, |(_, times)| times);
        self.header_in = Some((file, times + 1));
    }

    /// Pushes a whole entry frame, encrypting in place.
    pub(super) fn encrypt_into(&mut self, buffer: &mut Vec<u8>, plaintext: &[u8]) {
        let start = frame::begin(buffer, Kind::Entry, self.run, self.counter);
        buffer.reserve(plaintext.len() + TAG_LEN);
        buffer.extend_from_slice(plaintext);
        let tag = self.cipher.encrypt(self.counter, &mut buffer[start + frame::HEADER_LEN..]);
        buffer.extend_from_slice(&tag);
        frame::finish(buffer, start);
        self.counter += 1;
    }
}

/// The cipher of one run of one recording.
pub(super) struct RunCipher {
    aead: Aes256Gcm,
    recording: RecordingId,
}

impl RunCipher {
    pub(super) fn derive(
        key: &DataKey,
        salt: &[u8; SALT_LEN],
        tenant: &TenantId,
        recording: RecordingId,
    ) -> Self {
        let parts: [&[u8]; 3] = [b"rokuon spool 1\0", recording.0.as_bytes(), tenant.as_str().as_bytes()];
        let mut run_key = Zeroizing::new([0; 32]);
        Hkdf::<Sha512>::new(Some(salt), key.expose())
            .expand_multi_info(&parts, &mut *run_key)
            .expect("32 octets are below HKDF's limit");
        let aead = Aes256Gcm::new_from_slice(&*run_key).expect("32 octets");
        Self { aead, recording }
    }

    fn encrypt(&self, counter: u64, octets: &mut [u8]) -> [u8; TAG_LEN] {
        self.aead
            .encrypt_inout_detached(&nonce(counter), &self.associated(counter), InOutBuf::from(octets))
            .expect("an entry is far below AES-GCM's limit")
            .into()
    }

    /// Decrypts an entry's payload; `None` if it is not what was appended under this counter.
    pub(super) fn decrypt(&self, counter: u64, payload: &[u8]) -> Option<Vec<u8>> {
        let (body, tag) = payload.split_last_chunk::<TAG_LEN>()?;
        let mut plaintext = body.to_vec();
        let tag = Tag::<aes_gcm::aead::consts::U16>::from(*tag);
        self.aead
            .decrypt_inout_detached(
                &nonce(counter),
                &self.associated(counter),
                InOutBuf::from(&mut plaintext[..]),
                &tag,
            )
            .ok()?;
        Some(plaintext)
    }

    fn associated(&self, counter: u64) -> [u8; 24] {
        let mut octets = [0; 24];
        octets[..16].copy_from_slice(self.recording.0.as_bytes());
        octets[16..].copy_from_slice(&counter.to_be_bytes());
        octets
    }
}

fn nonce(counter: u64) -> Nonce<aes_gcm::aead::consts::U12> {
    let mut octets = [0; 12];
    octets[4..].copy_from_slice(&counter.to_be_bytes());
    octets.into()
}
