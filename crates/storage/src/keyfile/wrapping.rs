//! How a data key is wrapped: `RKW1`, key id (16), nonce (12), AES-256-GCM ciphertext and tag (48); 80 octets.
//!
//! Authenticated beside it: a label for the kind of subject, the key id, the subject, the tenant. Nonces are random: a tenant key may
//! wrap 2^32 times.

use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce, Tag};
use zeroize::Zeroizing;

use crate::key_service::{DataKey, KeyContext, KeySubject, WrappedKey, fill_random};

const MAGIC: &[u8; 4] = b"RKW1";
const LEN: usize = 4 + 16 + 12 + 32 + 16;

/// Wraps a data key.
pub fn wrap(key: &[u8; 32], key_id: &[u8; 16], context: &KeyContext, data_key: &DataKey) -> WrappedKey {
    let mut wrapped = vec![0; LEN];
    wrapped[..4].copy_from_slice(MAGIC);
    wrapped[4..20].copy_from_slice(key_id);
    fill_random(&mut wrapped[20..32]);
    wrapped[32..64].copy_from_slice(data_key.expose());
    let nonce = nonce(&wrapped);
    let tag = cipher(key)
        .encrypt_inout_detached(&nonce, &associated(key_id, context), InOutBuf::from(&mut wrapped[32..64]))
        .expect("32 octets are below AES-GCM's limit");
    wrapped[64..].copy_from_slice(&tag);
    WrappedKey::from_bytes(wrapped)
}

/// The id of the key that wrapped it; `None` if this is no such wrapped key.
pub fn key_id(wrapped: &WrappedKey) -> Option<[u8; 16]> {
    let octets = wrapped.as_bytes();
    (octets.len() == LEN && octets.starts_with(MAGIC)).then(|| octets[4..20].try_into().expect("16 octets"))
}

/// Unwraps a data key; `None` if it was altered or the context is another.
pub fn unwrap(key: &[u8; 32], context: &KeyContext, wrapped: &WrappedKey) -> Option<DataKey> {
    let key_id = key_id(wrapped)?;
    let octets = wrapped.as_bytes();
    let mut data_key = Zeroizing::new([0; 32]);
    data_key.copy_from_slice(&octets[32..64]);
    let tag: [u8; 16] = octets[64..].try_into().expect("16 octets");
    cipher(key)
        .decrypt_inout_detached(
            &nonce(octets),
            &associated(&key_id, context),
            InOutBuf::from(&mut data_key[..]),
            &Tag::<aes_gcm::aead::consts::U16>::from(tag),
        )
        .ok()?;
    Some(DataKey::from_bytes(*data_key))
}

fn cipher(key: &[u8; 32]) -> Aes256Gcm {
    Aes256Gcm::new_from_slice(key).expect("32 octets")
}

fn nonce(wrapped: &[u8]) -> Nonce<aes_gcm::aead::consts::U12> {
    <[u8; 12]>::try_from(&wrapped[20..32]).expect("12 octets").into()
}

fn associated(key_id: &[u8; 16], context: &KeyContext) -> Vec<u8> {
    let tenant = context.tenant.as_str().as_bytes();
    match &context.subject {
        KeySubject::Recording(recording) => {
            [b"rokuon wrapped key 1\0", &key_id[..], recording.0.as_bytes(), tenant].concat()
        }
        KeySubject::WrappingKey(id) => {
            [b"rokuon wrapped wrapping key 1\0", &key_id[..], id.as_bytes(), tenant].concat()
        }
        // No label is the beginning of another, and a purpose holds no NUL: no two subjects read the same.
        KeySubject::ConnectionSecret { connection, purpose } => {
            let purpose = purpose.as_str().as_bytes();
            let label = b"rokuon wrapped connection secret key 1\0";
            [label, &key_id[..], connection.0.as_bytes(), purpose, b"\0", tenant].concat()
        }
    }
}
