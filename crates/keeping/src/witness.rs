//! What is known of keeping outside the database: signed notes beside the media, by which a restored database is compared (I20, F17).
//!
//! A backup is older than what was done since. What may not be undone by restoring one stands here: how far the audit trail had come
//! ([`mark`]), what was destroyed ([`destruction`]), what was held ([`hold`]). Notes name people and recordings by their ids only.

use bytes::Bytes;
use rokuon_policy::ids::TenantId;
use rokuon_storage::object_store::{
    Bucket, ObjectKey, ObjectStore, StoreError, StoreErrorKind, StoredObject,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::KeepingError;
use crate::signed_note::{NoteError, NoteSigner, NoteVerifier};

pub mod destruction;
pub mod hold;
pub mod mark;

/// Where they lie: the one bucket into which whoever destroys may put.
const BUCKET: Bucket = Bucket::Secondary;
/// Names a listing.
const PAGE: usize = 1_000;

/// What all notes of a tenant begin with, for whoever lists everything of it.
pub(crate) fn prefix(tenant: &TenantId) -> String {
    format!("{tenant}/witness/")
}

fn key(tenant: &TenantId, kind: &str, name: &str) -> Result<ObjectKey, KeepingError> {
    let key = format!("{}{kind}-{name}", prefix(tenant));
    Ok(key.parse().map_err(|error| StoreError::new(StoreErrorKind::Refused, error))?)
}

/// Puts a note. The same again is the one that is there.
async fn put<T: Serialize + Sync>(
    store: &dyn ObjectStore,
    signer: &NoteSigner,
    tenant: &TenantId,
    (kind, name): (&str, &str),
    body: &T,
) -> Result<StoredObject, KeepingError> {
    let json = serde_json::to_string(body).expect("plain structs are JSON");
    let note = signer.sign(&format!("{}{json}\n", heading(kind)));
    Ok(store.put_new(BUCKET, &key(tenant, kind, name)?, Bytes::from(note)).await?)
}

fn heading(kind: &str) -> String {
    format!("rokuon witness {kind} 1\n")
}

/// The notes of a kind, in order of their names.
async fn list(
    store: &dyn ObjectStore,
    tenant: &TenantId,
    kind: &str,
) -> Result<Vec<ObjectKey>, KeepingError> {
    let prefix = format!("{}{kind}-", prefix(tenant));
    let mut found: Vec<ObjectKey> = Vec::new();
    loop {
        let after = found.last().map(|key| key.as_str().to_owned());
        let page = store.list(BUCKET, &prefix, after.as_deref(), PAGE).await?;
        let whole = page.len() < PAGE;
        found.extend(page);
        if whole {
            return Ok(found);
        }
    }
}

/// Reads a note. Without a key its signature is not looked at.
async fn read<T: DeserializeOwned>(
    store: &dyn ObjectStore,
    key: &ObjectKey,
    kind: &str,
    verifier: Option<&NoteVerifier>,
) -> Result<T, KeepingError> {
    let octets = store.get(BUCKET, key, None).await?;
    let wrong = |why: String| KeepingError::Witness { note: key.to_string(), why };
    let note = std::str::from_utf8(&octets).map_err(|_| wrong(NoteError::NotANote.to_string()))?;
    let text = match verifier {
        Some(verifier) => verifier.open(note).map_err(|error| wrong(error.to_string()))?,
        None => note.rsplit_once("\n\n").map_or(note, |(text, _)| text),
    };
    let json = text.strip_prefix(&heading(kind)).ok_or_else(|| wrong("it is of another kind".to_owned()))?;
    serde_json::from_str(json.trim_end()).map_err(|error| wrong(error.to_string()))
}

/// Erases a note that is needed no more.
async fn erase(store: &dyn ObjectStore, key: &ObjectKey) -> Result<(), KeepingError> {
    for version in store.list_versions(BUCKET, key.as_str(), None, PAGE).await? {
        if version.key == *key {
            store.erase_version(BUCKET, key, &version.version_id).await?;
        }
    }
    Ok(())
}
