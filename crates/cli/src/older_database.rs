//! Whether the database is older than what was witnessed of it: then somebody restored a backup, and nothing is served before it was
//! compared (F17).

use std::sync::Arc;
use std::time::Duration;

use rokuon_db::database::Database;
use rokuon_db::routing;
use rokuon_keeping::failure::KeepingError;
use rokuon_keeping::signed_note::NoteVerifier;
use rokuon_keeping::witness::mark::{Standing, standing};
use rokuon_policy::ids::TenantId;
use rokuon_storage::object_store::ObjectStore;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::database::of_database;
use crate::failure::Failure;

/// A store that is away keeps no call from being recorded: after this the start goes on, and the jobs ask again before they begin.
const PATIENCE: Duration = Duration::from_secs(5);
/// Tenants looked at at once.
const AT_ONCE: usize = 32;

/// Refuses to go on where a tenant's trail is shorter than it was, or another.
pub async fn refuse(
    db: &Database,
    store: &Arc<dyn ObjectStore>,
    verifier: Option<&NoteVerifier>,
) -> Result<(), Failure> {
    let tenants = routing::tenants(db).await.map_err(|error| of_database(&error))?;
    let looked = timeout(PATIENCE, older(db, store, verifier, tenants)).await;
    let older = match looked {
        Ok(Ok(older)) => older,
        Ok(Err(error)) => {
            tracing::warn!(%error, "whether the database is the newest there was is not known: its jobs wait until it is");
            return Ok(());
        }
        Err(_) => {
            tracing::warn!("the store is slow: whether the database is the newest there was is asked later");
            return Ok(());
        }
    };
    let Some((tenant, witnessed, events)) = older.first() else { return Ok(()) };
    let count = older.len();
    Err(Failure::new(
        format!(
            "データベースが、確認済みの時点より古いものです（{tenant} の操作記録 {events} 件、確認済み {witnessed} 件。該当 {count} 団体）。バックアップから復元したときは、rokuon restore check で比べ、rokuon restore finish で整えてから始めてください。"
        ),
        format!(
            "the database is older than what was witnessed (audit trail of {tenant}: {events} events, witnessed {witnessed}; {count} tenants): after a restore compare it with `rokuon restore check` and bring it up to date with `rokuon restore finish`, then start"
        ),
    ))
}

type Older = Vec<(TenantId, u64, u64)>;

async fn older(
    db: &Database,
    store: &Arc<dyn ObjectStore>,
    verifier: Option<&NoteVerifier>,
    tenants: Vec<TenantId>,
) -> Result<Older, KeepingError> {
    let seats = Arc::new(Semaphore::new(AT_ONCE));
    let mut looks = JoinSet::new();
    for tenant in tenants {
        let (db, store, seats, verifier) = (db.clone(), store.clone(), seats.clone(), verifier.cloned());
        looks.spawn(async move {
            let _seat = seats.acquire().await;
            let standing = standing(&db, &*store, &tenant, verifier.as_ref()).await;
            (tenant, standing)
        });
    }
    let mut found = Older::new();
    while let Some(looked) = looks.join_next().await {
        let Ok((tenant, standing)) = looked else { continue };
        if let Standing::Older { mark, events } = standing? {
            found.push((tenant, mark.events, events));
        }
    }
    found.sort();
    Ok(found)
}
