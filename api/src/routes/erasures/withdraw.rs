//! `POST /v1/erasures/{id}/withdraw`: take a request for erasure back.

use rokuon_db::erasures::ErasureState;
use rokuon_policy::keeping::erasure_rules;
use rokuon_policy::keeping::open_request::{RequestEnd, lets_go_at};
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, ErasureWithdraw};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::extract::words::Words;
use crate::problem::Problem;
use crate::routes::erasures::decided::{Decided, answer};
use crate::routes::erasures::model::{Erasure, WithdrawRequest};
use crate::routes::erasures::rules::basis;

/// Take a request for erasure back
///
/// By who entered it, or by who decides erasures, as long as it is not decided. Its hold is released.
#[utoipa::path(
    post,
    path = "/v1/erasures/{id}/withdraw",
    operation_id = "erasures_withdraw",
    tag = "erasures",
    params(("id" = Uuid, Path, description = "The request")),
    request_body = WithdrawRequest,
    responses((status = 200, description = "Taken back", body = Erasure)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(ErasureWithdraw::NAME)),
        ("x-rokuon-audit" = json!(ErasureWithdraw::EVENT)),
        ("x-rokuon-problems" = json!(["conflict"])),
    ),
)]
pub async fn withdraw(
    permitted: Permitted<ErasureWithdraw>,
    Path(id): Path<Uuid>,
    Json(body): Json<WithdrawRequest>,
) -> Result<Json<Erasure>, Problem> {
    Words::default().text("reason", &body.reason, 1, 2_000).right()?;
    let (decided, tx) = Decided::lock(&permitted, id).await?;
    decided.open()?;
    let (policy, caller, now) = (&permitted.rules.policy, permitted.caller(), permitted.now);
    let (rests_on, asked_by) = (basis(&decided.erasure.rests_on), decided.erasure.asked_by);
    let decision = decided
        .judge(|asked| {
            erasure_rules::may_withdraw(policy, &caller, asked_by, &asked.locked.facts, rests_on, now)
        })
        .ok_or_else(|| Problem::internal("an erasure of nothing"))?;
    if !decision.allowed {
        drop(tx);
        let event = permitted.event(json!({})).on("erasure", id).decided_by(&decision);
        permitted.write(event).await?;
        return Err(answer(&decision));
    }
    let until = lets_go_at(RequestEnd::Withdrawn, now);
    decided.settle(&permitted, tx, ErasureState::Withdrawn, &decision, &body.reason, until).await
}
