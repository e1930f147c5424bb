//! The cell's own key in AWS KMS.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use rokuon_storage::cell_key::CellKey;
use rokuon_storage::key_service::{DataKey, KeyError, WrappedKey};
use uuid::Uuid;

use crate::data_key::data_key;
use crate::failure::of_keys;

/// One key of KMS, by its ARN or alias. What is wrapped is as KMS gave it.
pub struct KmsCellKey {
    client: Client,
    key: String,
}

impl KmsCellKey {
    /// The key of this ARN or alias.
    pub const fn new(client: Client, key: String) -> Self {
        Self { client, key }
    }
}

/// The encryption context of a spool key. It names no tenant, so that no tenant's key serves for it and it for none of theirs. Its words
/// are part of what is encrypted: never changed.
fn words_of(id: Uuid) -> HashMap<String, String> {
    let words = [("purpose", "spool".to_owned()), ("spool_key", id.to_string())];
    words.into_iter().map(|(word, value)| (word.to_owned(), value)).collect()
}

#[async_trait]
impl CellKey for KmsCellKey {
    async fn generate_spool_key(&self, id: Uuid) -> Result<(DataKey, WrappedKey), KeyError> {
        let request = self.client.generate_data_key().key_id(&self.key).key_spec(DataKeySpec::Aes256);
        let made = request.set_encryption_context(Some(words_of(id))).send().await.map_err(of_keys)?;
        let wrapped = made.ciphertext_blob.map(Blob::into_inner).unwrap_or_default();
        Ok((data_key(made.plaintext)?, WrappedKey::from_bytes(wrapped)))
    }

    async fn unwrap_spool_key(&self, id: Uuid, wrapped: &WrappedKey) -> Result<DataKey, KeyError> {
        let blob = Blob::new(wrapped.as_bytes());
        let request = self.client.decrypt().key_id(&self.key).ciphertext_blob(blob);
        let opened = request.set_encryption_context(Some(words_of(id))).send().await.map_err(of_keys)?;
        data_key(opened.plaintext)
    }
}
