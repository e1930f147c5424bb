//! What KMS gives as a data key.

use aws_sdk_kms::primitives::Blob;
use rokuon_storage::key_service::{DataKey, KeyError, KeyErrorKind};
use zeroize::Zeroizing;

/// The plaintext of an answer, wiped but for the key made of it.
pub fn data_key(plain: Option<Blob>) -> Result<DataKey, KeyError> {
    let octets = Zeroizing::new(plain.map(Blob::into_inner).unwrap_or_default());
    let octets = Zeroizing::new(
        <[u8; 32]>::try_from(octets.as_slice())
            .map_err(|_| KeyError::new(KeyErrorKind::Refused, "the key service gave no key of 256 bits"))?,
    );
    Ok(DataKey::from_bytes(*octets))
}
