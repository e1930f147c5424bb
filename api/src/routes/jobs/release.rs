//! `POST /v1/jobs/{id}/release`: let a job go on that had stopped and asked (standards I19).

use axum::http::StatusCode;
use rokuon_db::jobs::{self, JobState, Released};
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, JobRelease};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::jobs::model::ReleaseRequest;

/// Let a job go on that had stopped and asked
///
/// It had found far more to destroy than is usual. The word counts for this civil day and for so many recordings.
#[utoipa::path(
    post,
    path = "/v1/jobs/{id}/release",
    operation_id = "jobs_release",
    tag = "jobs",
    params(("id" = Uuid, Path, description = "The job")),
    request_body = ReleaseRequest,
    responses((status = 204, description = "Done")),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(JobRelease::NAME)),
        ("x-rokuon-audit" = json!(JobRelease::EVENT)),
        ("x-rokuon-problems" = json!(["conflict"])),
    ),
)]
pub async fn release(
    permitted: Permitted<JobRelease>,
    Path(id): Path<Uuid>,
    Json(body): Json<ReleaseRequest>,
) -> Result<StatusCode, Problem> {
    let reason = body.reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(Problem::field("reason", "1〜500文字です", "must have 1 to 500 characters"));
    }
    if !(1..=100_000_000).contains(&body.up_to) {
        return Err(Problem::field(
            "up_to",
            "1から100,000,000までの数です",
            "must be between 1 and 100,000,000",
        ));
    }
    let mut tx = permitted.tx().await?;
    let job = jobs::list(&mut tx).await?.into_iter().find(|job| job.id == id);
    let job = job.ok_or_else(|| Problem::new(Code::NotFound))?;
    let released = Released { by: permitted.person.id, at: permitted.now, up_to: body.up_to };
    if job.state != JobState::Stopped || !jobs::release(&mut tx, id, &released).await? {
        return Err(Problem::new(Code::Conflict)
            .detail("この処理は確認を待っていません。", "This job does not wait for a person."));
    }
    let detail =
        json!({ "kind": job.kind, "up_to": body.up_to, "reason": reason, "figures": job.progress.figures });
    let event = permitted.event(detail).decided_by(&permitted.decision).on("job", id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}
