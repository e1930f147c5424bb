//! `GET /v1/jobs`: what the platform does by itself, and how far it is.

use rokuon_db::jobs;
use serde_json::json;

use crate::access::acts::{Act, JobList};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::problem::Problem;
use crate::routes::announcements::shown::Names;
use crate::routes::jobs::model::{Job, List};

/// What the platform does by itself, and how far it is
#[utoipa::path(
    get,
    path = "/v1/jobs",
    operation_id = "jobs_list",
    tag = "jobs",
    responses((status = 200, description = "Found", body = List)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(JobList::NAME)),
        ("x-rokuon-audit" = json!(JobList::EVENT)),
    ),
)]
pub async fn list(permitted: Permitted<JobList>) -> Result<Json<List>, Problem> {
    let mut tx = permitted.tx().await?;
    let jobs = jobs::list(&mut tx).await?;
    let mut names = Names::default();
    let people = jobs.iter().filter_map(|job| Some(job.released?.by));
    names.look_up(&mut tx, people.collect::<Vec<_>>()).await?;
    let event = permitted.repeated_event(json!({})).decided_by(&permitted.decision);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok(Json(List { items: jobs.into_iter().map(|job| Job::of(job, &names)).collect() }))
}
