//! What was destroyed, told outside the database: before the first key goes that it will, and its certificates before the rows say so.

use chrono::{DateTime, Utc};
use rokuon_db::certificates::Certificate;
use rokuon_db::keeping::KeptRow;
use rokuon_policy::article::Article;
use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_policy::keeping::DueReason;
use rokuon_storage::object_store::{ObjectKey, ObjectStore};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::certificate::{self, CertificateBody};
use crate::failure::KeepingError;
use crate::signed_note::{NoteSigner, NoteVerifier};

const COMMITTED: &str = "committed";
const CERTIFICATES: &str = "certificates";

/// A destruction that was committed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Committed {
    /// Of which recording.
    pub recording: RecordingId,
    /// Why.
    pub reason: DueReason,
    /// By which article.
    pub article: Article,
    /// When it became due.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was committed.
    pub at: DateTime<Utc>,
}

/// Says that these will be destroyed, whatever happens: from here on their keys may go. Gives the note's name.
pub(crate) async fn put_committed(
    store: &dyn ObjectStore,
    signer: &NoteSigner,
    tenant: &TenantId,
    rows: &[KeptRow],
) -> Result<Option<ObjectKey>, KeepingError> {
    let committed = rows.iter().filter_map(|row| {
        let cause = row.kept.cause.as_ref()?;
        Some(Committed {
            recording: row.id,
            reason: cause.reason,
            article: cause.article.clone(),
            due_at: row.due_at,
            at: row.destroying_at?,
        })
    });
    let mut committed: Vec<Committed> = committed.collect();
    if committed.is_empty() {
        return Ok(None);
    }
    committed.sort_by_key(|one| one.recording);
    // Named by what it says: the same batch again is the same note.
    let mut digest = Sha256::new();
    committed.iter().for_each(|one| digest.update(one.recording.0.as_bytes()));
    let name: String = digest.finalize()[..16].iter().map(|octet| format!("{octet:02x}")).collect();
    super::put(store, signer, tenant, (COMMITTED, &name), &committed).await?;
    super::key(tenant, COMMITTED, &name).map(Some)
}

/// The certificates are there and say more: the note that came before them goes.
pub(crate) async fn erase_committed(store: &dyn ObjectStore, note: &ObjectKey) -> Result<(), KeepingError> {
    super::erase(store, note).await
}

/// Puts the certificates of a batch, each as it was signed.
pub(crate) async fn put_certificates(
    store: &dyn ObjectStore,
    signer: &NoteSigner,
    tenant: &TenantId,
    issued: &[Certificate],
) -> Result<(), KeepingError> {
    let Some(first) = issued.first() else { return Ok(()) };
    let notes: Vec<&str> = issued.iter().map(|one| one.note.as_str()).collect();
    super::put(store, signer, tenant, (CERTIFICATES, &first.id.to_string()), &notes).await?;
    Ok(())
}

/// What was committed and, as far as the store says, not certified yet.
///
/// # Errors
/// [`KeepingError`].
pub async fn committed(
    store: &dyn ObjectStore,
    tenant: &TenantId,
    verifier: &NoteVerifier,
) -> Result<Vec<Committed>, KeepingError> {
    let mut all = Vec::new();
    for key in super::list(store, tenant, COMMITTED).await? {
        let some: Vec<Committed> = super::read(store, &key, COMMITTED, Some(verifier)).await?;
        all.extend(some);
    }
    Ok(all)
}

/// The notes of commits that are there, and of which recordings each is.
pub(crate) async fn committed_notes(
    store: &dyn ObjectStore,
    tenant: &TenantId,
    verifier: &NoteVerifier,
) -> Result<Vec<(ObjectKey, Vec<RecordingId>)>, KeepingError> {
    let mut notes = Vec::new();
    for key in super::list(store, tenant, COMMITTED).await? {
        let some: Vec<Committed> = super::read(store, &key, COMMITTED, Some(verifier)).await?;
        notes.push((key, some.into_iter().map(|one| one.recording).collect()));
    }
    Ok(notes)
}

/// The notes that hold certificates, the oldest first.
///
/// # Errors
/// [`KeepingError::Store`].
pub async fn certificate_notes(
    store: &dyn ObjectStore,
    tenant: &TenantId,
) -> Result<Vec<ObjectKey>, KeepingError> {
    super::list(store, tenant, CERTIFICATES).await
}

/// The certificates of one note, each checked: what it says, and its signed text.
///
/// # Errors
/// [`KeepingError`].
pub async fn certificates_in(
    store: &dyn ObjectStore,
    note: &ObjectKey,
    verifier: &NoteVerifier,
) -> Result<Vec<(CertificateBody, String)>, KeepingError> {
    let notes: Vec<String> = super::read(store, note, CERTIFICATES, Some(verifier)).await?;
    let checked = notes.into_iter().map(|text| match certificate::verify(&text, verifier) {
        Ok(body) => Ok((body, text)),
        Err(error) => Err(KeepingError::Witness { note: note.to_string(), why: error.to_string() }),
    });
    checked.collect()
}
