//! What the jobs that keep and destroy said of themselves last, and what they are behind with.

use chrono::{DateTime, Utc};
use rokuon_db::error::DbError;
use rokuon_db::jobs::{self, Job, JobState};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_db::{keeping, scrubbing};
use rokuon_policy::alarm::keeping::KeepingSeen;
use rokuon_policy::job::JobKind;
use serde_json::Value;

pub(crate) async fn seen(tx: &mut TenantTx, now: DateTime<Utc>) -> Result<KeepingSeen, DbError> {
    let jobs = jobs::list(tx).await?;
    let figure = |job: &Job, name: &str| job.progress.figures.get(name).and_then(Value::as_u64).unwrap_or(0);
    let of = |kind: JobKind, name: &str| {
        jobs.iter().find(|job| job.kind == kind).map_or(0, |job| figure(job, name))
    };
    let doubts = jobs.iter().filter(|job| job.progress.figures.contains_key("clock_doubt"));
    let stopped = jobs.iter().filter(|job| job.state == JobState::Stopped);
    Ok(KeepingSeen {
        doubting: doubts.count() as u64,
        stopped: stopped.map(|job| figure(job, "planned").max(1)).sum(),
        late: keeping::late(tx, now).await?,
        broken: scrubbing::quarantined(tx).await?,
        mismatched: of(JobKind::Reconcile, "without_object") + of(JobKind::Reconcile, "came_back"),
        short_by_octets: of(JobKind::Capacity, "short_by_octets"),
    })
}
