//! `GET /v1/workers`: the recorders and when they were last heard.

use chrono::TimeDelta;
use rokuon_db::worker_runs;
use rokuon_policy::alarm::WORKER_SILENT_AFTER;
use serde_json::json;

use crate::access::acts::{Act, WorkerList};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::problem::Problem;
use crate::routes::workers::model::{List, Worker, WorkerState};

/// The recorders and when they were last heard
///
/// They serve every tenant; how many calls they carry is nobody's business here.
#[utoipa::path(
    get,
    path = "/v1/workers",
    operation_id = "workers_list",
    tag = "alarms",
    responses((status = 200, description = "Found", body = List)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(WorkerList::NAME)),
        ("x-rokuon-audit" = json!(WorkerList::EVENT)),
    ),
)]
pub async fn list(permitted: Permitted<WorkerList>) -> Result<Json<List>, Problem> {
    let now = permitted.now;
    let mut tx = permitted.tx().await?;
    let runs = worker_runs::latest(&mut tx, now - TimeDelta::days(1)).await?;
    let event = permitted.repeated_event(json!({})).decided_by(&permitted.decision);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    let items = runs.into_iter().map(|run| Worker {
        id: run.worker,
        state: match run.stopped_at {
            Some(_) => WorkerState::Stopped,
            None if now - run.last_beat_at > WORKER_SILENT_AFTER => WorkerState::Silent,
            None => WorkerState::Running,
        },
        spool_percent: run.vitals.spool_percent(),
        software_version: run.software_version,
        started_at: run.started_at,
        last_heard_at: run.last_beat_at,
    });
    Ok(Json(List { items: items.collect() }))
}
