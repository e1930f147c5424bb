//! How far a tenant's audit trail had come: by it a database that is older than what was witnessed is known, and not worked on.

use chrono::{DateTime, Utc};
use rokuon_db::audit_heads;
use rokuon_db::database::Database;
use rokuon_policy::ids::TenantId;
use rokuon_storage::object_store::{ObjectStore, StoreErrorKind};
use serde::{Deserialize, Serialize};

use crate::failure::KeepingError;
use crate::signed_note::{NoteSigner, NoteVerifier};

const KIND: &str = "mark";

/// A place of the trail that was reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Whose trail.
    pub tenant: TenantId,
    /// How often an older database was taken up: the trail goes on from an earlier place each time.
    pub generation: u32,
    /// How many events it had.
    pub events: u64,
    /// The leaf of the last of them, lower-case hex.
    pub leaf: Option<String>,
    /// When that was.
    pub at: DateTime<Utc>,
    /// In the first mark of a generation: how many events the trail had had before, of which some are lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events_before: Option<u64>,
}

impl Mark {
    fn name(&self) -> String {
        format!("{:06}-{:020}", self.generation, self.events)
    }
}

/// How the database stands to the newest mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// There is none.
    Unmarked,
    /// The trail leads through it.
    Follows(Mark),
    /// The trail is shorter than it was, or another at the mark's place: an older database was put in its place.
    Older {
        /// What was witnessed.
        mark: Mark,
        /// How many events the trail has.
        events: u64,
    },
}

/// The newest mark of a tenant. Without a key its signature is not looked at.
///
/// # Errors
/// [`KeepingError::Store`], [`KeepingError::Witness`].
pub async fn newest(
    store: &dyn ObjectStore,
    tenant: &TenantId,
    verifier: Option<&NoteVerifier>,
) -> Result<Option<Mark>, KeepingError> {
    match super::list(store, tenant, KIND).await?.last() {
        Some(key) => super::read(store, key, KIND, verifier).await.map(Some),
        None => Ok(None),
    }
}

/// Whether the database follows the newest mark.
///
/// # Errors
/// [`KeepingError`].
pub async fn standing(
    db: &Database,
    store: &dyn ObjectStore,
    tenant: &TenantId,
    verifier: Option<&NoteVerifier>,
) -> Result<Standing, KeepingError> {
    match newest(store, tenant, verifier).await? {
        Some(mark) => Ok(against(db, mark).await?.0),
        None => Ok(Standing::Unmarked),
    }
}

/// How the database stands to a mark, and where its trail ends now: how many events, and the last one's leaf.
pub(crate) async fn against(
    db: &Database,
    mark: Mark,
) -> Result<(Standing, (u64, Option<String>)), KeepingError> {
    let mut tx = db.tenant(&mark.tenant).await?;
    let events = audit_heads::events(&mut tx).await?;
    let mut leaves = Vec::new();
    for reached in [mark.events, events] {
        leaves.push(match reached.checked_sub(1) {
            Some(place) => audit_heads::leaf(&mut tx, place).await?.map(|leaf| hex(&leaf)),
            None => None,
        });
    }
    tx.commit_read_only().await?;
    let last = leaves.pop().flatten();
    let follows = events >= mark.events && leaves.pop().flatten() == mark.leaf;
    let standing = if follows { Standing::Follows(mark) } else { Standing::Older { mark, events } };
    Ok((standing, (events, last)))
}

/// Writes down that the trail has come so far, and erases the tenant's earlier marks.
///
/// # Errors
/// [`KeepingError::Store`]; `AlreadyExists` where another trail was marked at that place.
pub async fn put(store: &dyn ObjectStore, signer: &NoteSigner, mark: &Mark) -> Result<(), KeepingError> {
    let own = super::key(&mark.tenant, KIND, &mark.name())?;
    match super::put(store, signer, &mark.tenant, (KIND, &mark.name()), mark).await {
        Err(KeepingError::Store(error)) if error.kind == StoreErrorKind::AlreadyExists => {
            let there: Mark = super::read(store, &own, KIND, None).await?;
            // Another process came as far, a moment earlier or later.
            if there.leaf != mark.leaf {
                return Err(error.into());
            }
        }
        put => {
            put?;
        }
    }
    for earlier in super::list(store, &mark.tenant, KIND).await? {
        if earlier < own {
            super::erase(store, &earlier).await?;
        }
    }
    Ok(())
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
