//! `POST /v1/erasures/{id}/approve`: approve an erasure.

use rokuon_db::erasures::ErasureState;
use rokuon_policy::keeping::erasure_rules::{self, ErasureRequest};
use rokuon_policy::keeping::open_request::{RequestEnd, lets_go_at};
use serde_json::json;
use uuid::Uuid;

use crate::access::actors::actor;
use crate::access::acts::{Act, ErasureApprove};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::extract::words::Words;
use crate::problem::Problem;
use crate::routes::erasures::decided::{Decided, answer};
use crate::routes::erasures::model::{ApproveRequest, Erasure};
use crate::routes::erasures::rules::basis;

/// Approve an erasure
///
/// By another person than the one who entered it. What nothing else holds is due at once, cannot be heard any more, and is destroyed
/// a day later; what other holds rest on waits for their release. While a ground of the rules stands against it, the answer is 409
/// with its article.
#[utoipa::path(
    post,
    path = "/v1/erasures/{id}/approve",
    operation_id = "erasures_approve",
    tag = "erasures",
    params(("id" = Uuid, Path, description = "The request")),
    request_body = ApproveRequest,
    responses((status = 200, description = "Approved", body = Erasure)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(ErasureApprove::NAME)),
        ("x-rokuon-audit" = json!(ErasureApprove::EVENT)),
        ("x-rokuon-problems" = json!(["conflict"])),
    ),
)]
pub async fn approve(
    permitted: Permitted<ErasureApprove>,
    Path(id): Path<Uuid>,
    Json(body): Json<ApproveRequest>,
) -> Result<Json<Erasure>, Problem> {
    Words::default().text("reason", &body.reason, 1, 2_000).right()?;
    let (decided, mut tx) = Decided::lock(&permitted, id).await?;
    decided.open()?;
    let (policy, caller, now) = (&permitted.rules.policy, permitted.caller(), permitted.now);
    let approving = actor(&mut tx, policy, permitted.person.id, now).await?;
    let asked_by = actor(&mut tx, policy, decided.erasure.asked_by, now).await?;
    let decision = decided
        .judge(|asked| {
            let request =
                ErasureRequest { basis: basis(&decided.erasure.rests_on), asked_by, held_on: &asked.held_on };
            let facts = &asked.locked.facts;
            erasure_rules::may_approve(policy, &caller, &approving, facts, &asked.kept, &request, now)
        })
        .ok_or_else(|| Problem::internal("an erasure of nothing"))?;
    if !decision.allowed {
        drop(tx);
        let event = permitted.event(json!({})).on("erasure", id).decided_by(&decision);
        permitted.write(event).await?;
        return Err(answer(&decision));
    }
    let until = lets_go_at(RequestEnd::Granted, now);
    decided.settle(&permitted, tx, ErasureState::Approved, &decision, &body.reason, until).await
}
