//! What is held, told outside the database as soon as the store's own holds are on: a hold placed after the backup stands again by it.
//!
//! The words of who placed it (reason, authority) stay in the database alone: they may name people.

use chrono::{DateTime, Utc};
use rokuon_db::holds::{Hold, HoldOrigin};
use rokuon_policy::article::Article;
use rokuon_policy::ids::{HoldId, PersonId, RecordingId, TenantId};
use rokuon_policy::text::Text;
use rokuon_storage::object_store::ObjectStore;
use serde::{Deserialize, Serialize};

use crate::failure::KeepingError;
use crate::signed_note::{NoteSigner, NoteVerifier};

const KIND: &str = "hold";

/// A hold that was placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessedHold {
    /// Which.
    pub hold: HoldId,
    /// The kind of request it came with, if it did.
    pub request: Option<String>,
    /// The ground's key.
    pub ground: String,
    /// Its article.
    pub article: Article,
    /// Its name.
    pub name: Text,
    /// The version of the policy it was placed under.
    pub policy_version: i32,
    /// Who placed it.
    pub placed_by: PersonId,
    /// When.
    pub placed_at: DateTime<Utc>,
    /// On which recordings.
    pub recordings: Vec<RecordingId>,
}

impl WitnessedHold {
    pub(crate) fn of(hold: &Hold, recordings: Vec<RecordingId>) -> Self {
        let request = match &hold.origin {
            HoldOrigin::Person => None,
            HoldOrigin::Request { kind, .. } => Some(kind.clone()),
        };
        Self {
            hold: hold.id,
            request,
            ground: hold.ground.key.clone(),
            article: hold.ground.article.clone(),
            name: hold.ground.name.clone(),
            policy_version: hold.policy_version,
            placed_by: hold.placed_by,
            placed_at: hold.placed_at,
            recordings,
        }
    }
}

/// Says that it was placed.
pub(crate) async fn put(
    store: &dyn ObjectStore,
    signer: &NoteSigner,
    tenant: &TenantId,
    hold: &WitnessedHold,
) -> Result<(), KeepingError> {
    super::put(store, signer, tenant, (KIND, &hold.hold.to_string()), hold).await?;
    Ok(())
}

/// It was released: nothing needs to place it again.
pub(crate) async fn erase(
    store: &dyn ObjectStore,
    tenant: &TenantId,
    hold: HoldId,
) -> Result<(), KeepingError> {
    super::erase(store, &super::key(tenant, KIND, &hold.to_string())?).await
}

/// Every hold that was witnessed and not released.
///
/// # Errors
/// [`KeepingError`].
pub async fn all(
    store: &dyn ObjectStore,
    tenant: &TenantId,
    verifier: &NoteVerifier,
) -> Result<Vec<WitnessedHold>, KeepingError> {
    let mut all = Vec::new();
    for key in super::list(store, tenant, KIND).await? {
        all.push(super::read(store, &key, KIND, Some(verifier)).await?);
    }
    Ok(all)
}
