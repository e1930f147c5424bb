//! Whether a tenant's jobs may run: not on a database that is older than what was witnessed, until somebody compared it (F17).

use std::time::{Duration, Instant};

use rokuon_policy::ids::TenantId;
use rokuon_policy::job::JobKind;

use crate::failure::KeepingError;
use crate::keeper::{Keeper, Ran};
use crate::witness::mark::{self, Mark, Standing};

/// How often a mark is compared, and a new one put where the trail has grown.
const EVERY: Duration = Duration::from_secs(60);

/// Compares the tenant's newest mark with its trail and marks how far that has come.
///
/// # Errors
/// [`KeepingError`] when it cannot be known: then nothing is done either.
pub(super) async fn admitted(keeper: &Keeper, tenant: &TenantId) -> Result<bool, KeepingError> {
    let seen = keeper.memory.marks.lock().await.get(tenant).cloned();
    let mark = match seen {
        Some((_, at)) if at.elapsed() < EVERY => return Ok(true),
        Some((mark, _)) => Some(mark),
        // Several processes may keep, each with a key of its own: what counts here is the place, not who says it.
        None => mark::newest(&*keeper.store, tenant, None).await?,
    };
    let known = mark.is_some();
    let mark = mark.unwrap_or_else(|| Mark {
        tenant: tenant.clone(),
        generation: 0,
        events: 0,
        leaf: None,
        at: keeper.times.now(),
        events_before: None,
    });
    let (standing, (events, leaf)) = mark::against(&keeper.db, mark).await?;
    let mark = match standing {
        Standing::Older { mark, events } => {
            keeper.memory.marks.lock().await.remove(tenant);
            tracing::error!(
                code = "database_older",
                %tenant,
                witnessed = mark.events,
                events,
                "the database is older than what was witnessed: nothing is destroyed before `rokuon restore finish`"
            );
            return Ok(false);
        }
        Standing::Follows(mark) if known && events == mark.events => mark,
        Standing::Follows(Mark { generation, .. }) => {
            let at = keeper.times.now();
            let mark = Mark { tenant: tenant.clone(), generation, events, leaf, at, events_before: None };
            mark::put(&*keeper.store, &keeper.signer, &mark).await?;
            mark
        }
        Standing::Unmarked => return Ok(true),
    };
    keeper.memory.marks.lock().await.insert(tenant.clone(), (mark, Instant::now()));
    Ok(true)
}

/// Whether what a run did is not to be forgotten by a restore for even a minute: something was destroyed or held.
pub(super) fn marks_at_once(ran: &Ran) -> bool {
    matches!(ran.kind, JobKind::Destroy | JobKind::ObjectHolds)
        && (ran.progress.done > 0 || ran.progress.figures.contains_key("held"))
}
