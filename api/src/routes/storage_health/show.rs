//! `GET /v1/storage-health`: how the stores and the keys are.

use chrono::TimeDelta;
use rokuon_db::{deletion_forecast, jobs, keeping, scrubbing};
use rokuon_policy::ids::RecordingId;
use rokuon_storage::key_service::KeyErrorKind;
use rokuon_storage::recording_reader::ReadError;
use serde_json::json;

use crate::access::acts::{Act, StorageHealthView};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::problem::Problem;
use crate::routes::announcements::shown::Names;
use crate::routes::deletion_forecast::show::gauge;
use crate::routes::jobs::model::Job;
use crate::routes::storage_health::model::{Health, KeyState, StorageTier, TierUse};

/// How the stores and the keys are
///
/// Sizes are octets of sealed media by the rows. The key's state is that of the newest recording's key, at most five minutes old.
#[utoipa::path(
    get,
    path = "/v1/storage-health",
    operation_id = "storage_health_show",
    tag = "keeping",
    responses((status = 200, description = "Found", body = Health)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(StorageHealthView::NAME)),
        ("x-rokuon-audit" = json!(StorageHealthView::EVENT)),
    ),
)]
pub async fn show(permitted: Permitted<StorageHealthView>) -> Result<Json<Health>, Problem> {
    let now = permitted.now;
    let mut tx = permitted.tx().await?;
    let used = keeping::used(&mut tx).await?;
    let capacity = gauge(&mut tx, &permitted.rules.policy, now).await?;
    let (kept, held, newest) = deletion_forecast::standing(&mut tx).await?;
    let (_, read, oldest) = scrubbing::standing(&mut tx, now - TimeDelta::days(28)).await?;
    let quarantined = scrubbing::quarantined(&mut tx).await?;
    let late = keeping::late(&mut tx, now).await?;
    let jobs = jobs::list(&mut tx).await?;
    let mut names = Names::default();
    names.look_up(&mut tx, jobs.iter().filter_map(|job| Some(job.released?.by)).collect::<Vec<_>>()).await?;
    let event = permitted.repeated_event(json!({})).decided_by(&permitted.decision);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    let tier = |(bucket, recordings, octets): (String, u64, u64)| TierUse {
        tier: if bucket == "secondary" { StorageTier::Secondary } else { StorageTier::Primary },
        recordings,
        octets,
    };
    Ok(Json(Health {
        at: now,
        keys: keys(&permitted, newest).await,
        tiers: used.into_iter().map(tier).collect(),
        capacity,
        kept,
        held,
        quarantined,
        late,
        read_within_28_days: read,
        oldest_read_at: oldest,
        jobs: jobs.into_iter().map(|job| Job::of(job, &names)).collect(),
    }))
}

/// Tries to have the key of the newest recording; nothing of it is read.
async fn keys(permitted: &Permitted<StorageHealthView>, newest: Option<RecordingId>) -> KeyState {
    let Some(recording) = newest else { return KeyState::Untried };
    match permitted.app.reader().open(permitted.tenant(), recording).await {
        Ok(_) => KeyState::Available,
        Err(ReadError::Key(error)) if error.kind == KeyErrorKind::KeyGone => KeyState::Dark,
        Err(error) if error.retryable() => KeyState::Away,
        Err(_) => KeyState::Broken,
    }
}
