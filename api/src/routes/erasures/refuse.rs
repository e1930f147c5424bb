//! `POST /v1/erasures/{id}/refuse`: refuse an erasure.

use rokuon_db::erasures::ErasureState;
use rokuon_policy::keeping::erasure_rules;
use rokuon_policy::keeping::open_request::{RequestEnd, lets_go_at};
use serde_json::json;
use uuid::Uuid;

use crate::access::actors::actor;
use crate::access::acts::{Act, ErasureRefuse};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::extract::words::Words;
use crate::problem::Problem;
use crate::routes::erasures::decided::{Decided, answer};
use crate::routes::erasures::model::{Erasure, RefuseRequest};
use crate::routes::erasures::rules::basis;

/// Refuse an erasure
///
/// By another person than the one who entered it, on a ground of the rules or for a reason of their own. The recordings are held
/// until no appeal is left.
#[utoipa::path(
    post,
    path = "/v1/erasures/{id}/refuse",
    operation_id = "erasures_refuse",
    tag = "erasures",
    params(("id" = Uuid, Path, description = "The request")),
    request_body = RefuseRequest,
    responses((status = 200, description = "Refused", body = Erasure)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(ErasureRefuse::NAME)),
        ("x-rokuon-audit" = json!(ErasureRefuse::EVENT)),
        ("x-rokuon-problems" = json!(["conflict"])),
    ),
)]
pub async fn refuse(
    permitted: Permitted<ErasureRefuse>,
    Path(id): Path<Uuid>,
    Json(body): Json<RefuseRequest>,
) -> Result<Json<Erasure>, Problem> {
    Words::default().text("reason", &body.reason, 1, 2_000).right()?;
    let (decided, mut tx) = Decided::lock(&permitted, id).await?;
    decided.open()?;
    let (policy, caller, now) = (&permitted.rules.policy, permitted.caller(), permitted.now);
    let refusing = actor(&mut tx, policy, permitted.person.id, now).await?;
    let asked_by = actor(&mut tx, policy, decided.erasure.asked_by, now).await?;
    let (rests_on, ground) = (basis(&decided.erasure.rests_on), body.ground.as_deref());
    let decision = decided
        .judge(|asked| {
            let two = (&asked_by, &refusing);
            erasure_rules::may_refuse(policy, &caller, two, &asked.locked.facts, rests_on, ground, now)
        })
        .ok_or_else(|| Problem::internal("an erasure of nothing"))?;
    if !decision.allowed {
        drop(tx);
        let event = permitted.event(json!({})).on("erasure", id).decided_by(&decision);
        permitted.write(event).await?;
        return Err(answer(&decision));
    }
    let until = lets_go_at(RequestEnd::Refused, now);
    decided.settle(&permitted, tx, ErasureState::Refused, &decision, &body.reason, until).await
}
