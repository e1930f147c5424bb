//! The last words of the recorders, as their heartbeats wrote them down.

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_db::worker_runs::{self, WorkerRun};
use rokuon_policy::keeping::spools::LastWord;

use crate::failure::KeepingError;

/// A recorder that was not heard for longer than this is counted no more: its machine is gone, and whoever took it away knew.
const FORGOTTEN: TimeDelta = TimeDelta::days(90);

/// The newest life of each recorder, by its last word.
pub(crate) async fn last_words(tx: &mut TenantTx, now: DateTime<Utc>) -> Result<Vec<LastWord>, KeepingError> {
    let newest = worker_runs::latest(tx, now - FORGOTTEN).await?;
    let word = |run: &WorkerRun| LastWord {
        at: run.last_beat_at,
        stopped: run.stopped_at.is_some(),
        to_seal: run.vitals.to_seal,
        live_calls: run.vitals.live_calls,
        frames_since: run.vitals.frames_since,
        frames_gone: run.vitals.frames_gone,
    };
    Ok(newest.iter().map(word).collect())
}
