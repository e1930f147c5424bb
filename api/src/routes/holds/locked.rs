//! The recordings a request names, locked before the rules are asked about them.

use std::collections::BTreeSet;

use rokuon_db::holds::placing::{self, LockedRecording};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_policy::ids::RecordingId;
use uuid::Uuid;

use crate::problem::{Code, Problem};

/// Locks each of the recordings once, however often it was named: from here on no destruction of them can be committed before
/// the request has been answered.
///
/// # Errors
/// `not-found` if only one of them is not there; `unavailable`.
pub async fn lock_each(
    tx: &mut TenantTx,
    named: &[Uuid],
) -> Result<(Vec<RecordingId>, Vec<LockedRecording>), Problem> {
    let ids: BTreeSet<RecordingId> = named.iter().copied().map(RecordingId).collect();
    let ids: Vec<RecordingId> = ids.into_iter().collect();
    let locked = placing::lock(tx, &ids).await?;
    if locked.len() != ids.len() {
        return Err(Problem::new(Code::NotFound));
    }
    Ok((ids, locked))
}
