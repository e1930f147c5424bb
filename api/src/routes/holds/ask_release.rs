//! `POST /v1/holds/{id}/ask-release`: ask for the release of a preservation hold.

use rokuon_db::holds::releasing;
use rokuon_policy::keeping::hold_rules;
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, HoldAskRelease};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::extract::words::Words;
use crate::problem::{Code, Problem};
use crate::routes::holds::judged::{Judged, answer};
use crate::routes::holds::model::{Hold, ReleaseRequest};
use crate::routes::holds::shown::shown;

/// Ask for the release of a preservation hold
///
/// Where the rules want two persons for a release, one asks here and another releases. The hold rests on until then.
#[utoipa::path(
    post,
    path = "/v1/holds/{id}/ask-release",
    operation_id = "holds_ask_release",
    tag = "holds",
    params(("id" = Uuid, Path, description = "The hold")),
    request_body = ReleaseRequest,
    responses((status = 200, description = "Asked", body = Hold)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(HoldAskRelease::NAME)),
        ("x-rokuon-audit" = json!(HoldAskRelease::EVENT)),
        ("x-rokuon-problems" = json!(["conflict"])),
    ),
)]
pub async fn ask_release(
    permitted: Permitted<HoldAskRelease>,
    Path(id): Path<Uuid>,
    Json(body): Json<ReleaseRequest>,
) -> Result<Json<Hold>, Problem> {
    Words::default().text("reason", &body.reason, 1, 2_000).right()?;
    let (judged, mut tx) = Judged::lock(&permitted, id).await?;
    judged.open(&permitted)?;
    let (policy, caller, now) = (&permitted.rules.policy, permitted.caller(), permitted.now);
    let decision = judged
        .judge(|facts| hold_rules::may_ask_release(policy, &caller, facts, &body.reason, now))
        .ok_or_else(|| Problem::internal("a hold on nothing"))?;
    let event = permitted.event(json!({})).on("hold", id);
    if !decision.allowed {
        drop(tx);
        permitted.write(event.decided_by(&decision)).await?;
        return Err(answer(&decision));
    }
    let (reason, by) = (body.reason.trim(), permitted.person.id);
    if !releasing::ask_release(&mut tx, judged.hold.id, reason, by, now).await? {
        let problem = Problem::new(Code::Conflict).rule("hold.release_asked_already");
        return Err(problem.detail("すでに解除の申請が出ています。", "Its release was asked for already."));
    }
    let after = shown(&permitted, &mut tx, judged.hold.id).await?;
    tx.commit_with(event.decided_by(&decision)).await.map_err(Problem::unavailable)?;
    Ok(Json(after))
}
