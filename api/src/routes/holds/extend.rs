//! `POST /v1/holds/{id}/extend`: keep a preservation hold on.

use rokuon_db::holds::releasing;
use rokuon_policy::keeping::hold_rules::{self, PlacedHold, WantedHold};
use rokuon_policy::keeping::two_persons::Actor;
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, HoldExtend};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::extract::words::Words;
use crate::problem::{Code, Problem};
use crate::routes::holds::judged::{Judged, answer};
use crate::routes::holds::model::{ExtendRequest, Hold};
use crate::routes::holds::shown::shown;

/// Keep a preservation hold on
///
/// A hold never ends by itself: this moves the day on which somebody looks at it again. A release that was asked for is off then.
#[utoipa::path(
    post,
    path = "/v1/holds/{id}/extend",
    operation_id = "holds_extend",
    tag = "holds",
    params(("id" = Uuid, Path, description = "The hold")),
    request_body = ExtendRequest,
    responses((status = 200, description = "Done", body = Hold)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(HoldExtend::NAME)),
        ("x-rokuon-audit" = json!(HoldExtend::EVENT)),
        ("x-rokuon-problems" = json!(["conflict"])),
    ),
)]
pub async fn extend(
    permitted: Permitted<HoldExtend>,
    Path(id): Path<Uuid>,
    Json(body): Json<ExtendRequest>,
) -> Result<Json<Hold>, Problem> {
    Words::default().text("reason", &body.reason, 1, 2_000).right()?;
    let (judged, mut tx) = Judged::lock(&permitted, id).await?;
    judged.open(&permitted)?;
    let hold = PlacedHold {
        placed_by: Some(Actor::in_own_right(judged.hold.placed_by)),
        review_on: judged.hold.review_on,
    };
    let wanted =
        WantedHold { ground: &judged.hold.ground.key, reason: &body.reason, review_on: Some(body.review_on) };
    let (policy, caller, now) = (&permitted.rules.policy, permitted.caller(), permitted.now);
    let decision = judged
        .judge(|facts| hold_rules::may_extend(policy, &caller, facts, &hold, &wanted, now))
        .ok_or_else(|| Problem::internal("a hold on nothing"))?;
    let event = permitted.event(json!({ "review_on": body.review_on })).on("hold", id);
    if !decision.allowed {
        drop(tx);
        permitted.write(event.decided_by(&decision)).await?;
        return Err(answer(&decision));
    }
    let (review_on, reason, by) = (Some(body.review_on), body.reason.trim(), permitted.person.id);
    if !releasing::extend(&mut tx, judged.hold.id, review_on, reason, by, now).await? {
        return Err(Problem::new(Code::Conflict));
    }
    let after = shown(&permitted, &mut tx, judged.hold.id).await?;
    tx.commit_with(event.decided_by(&decision)).await.map_err(Problem::unavailable)?;
    Ok(Json(after))
}
