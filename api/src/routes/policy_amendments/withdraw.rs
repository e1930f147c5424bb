//! `POST /v1/policy-amendments/{id}/withdraw`: take an amended policy back before it is approved.

use axum::http::StatusCode;
use rokuon_db::policy_amendments::{self, AmendmentState};
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, PolicyAmendmentWithdraw};
use crate::access::permitted::Permitted;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::policy_amendments::approve::decided_already;

/// Take an amended policy back before it is approved
///
/// What was approved is amended by another amendment.
#[utoipa::path(
    post,
    path = "/v1/policy-amendments/{id}/withdraw",
    operation_id = "policy_amendments_withdraw",
    tag = "policy-amendments",
    params(("id" = Uuid, Path, description = "The amendment")),
    responses((status = 204, description = "Done")),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(PolicyAmendmentWithdraw::NAME)),
        ("x-rokuon-audit" = json!(PolicyAmendmentWithdraw::EVENT)),
        ("x-rokuon-problems" = json!(["conflict"])),
    ),
)]
pub async fn withdraw(
    permitted: Permitted<PolicyAmendmentWithdraw>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    let mut tx = permitted.tx().await?;
    policy_amendments::find(&mut tx, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let (by, now) = (permitted.person.id, permitted.now);
    if !policy_amendments::decide(&mut tx, id, AmendmentState::Withdrawn, by, now, None).await? {
        return Err(decided_already());
    }
    let event = permitted.event(json!({})).decided_by(&permitted.decision).on("policy_amendment", id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}
