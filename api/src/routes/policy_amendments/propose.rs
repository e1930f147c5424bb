//! `POST /v1/policy-amendments`: propose an amended policy.

use axum::http::StatusCode;
use rokuon_db::policy_amendments::{self, AmendmentState, PolicyAmendment as Known};
use rokuon_policy::civil::civil_day;
use rokuon_policy::keeping::policy_change::shortened;
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, PolicyAmendmentPropose};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::problem::Problem;
use crate::routes::announcements::shown::Names;
use crate::routes::policy_amendments::model::{PolicyAmendment, ProposeRequest};
use crate::routes::policy_amendments::trying;

/// Propose an amended policy
///
/// It changes nothing until another person approves it, and then takes force on its own day by itself.
#[utoipa::path(
    post,
    path = "/v1/policy-amendments",
    operation_id = "policy_amendments_propose",
    tag = "policy-amendments",
    request_body = ProposeRequest,
    responses((status = 201, description = "Proposed", body = PolicyAmendment)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(PolicyAmendmentPropose::NAME)),
        ("x-rokuon-audit" = json!(PolicyAmendmentPropose::EVENT)),
    ),
)]
pub async fn propose(
    permitted: Permitted<PolicyAmendmentPropose>,
    Json(body): Json<ProposeRequest>,
) -> Result<(StatusCode, Json<PolicyAmendment>), Problem> {
    let reason = body.reason.trim();
    if reason.is_empty() || reason.chars().count() > 1_000 {
        return Err(Problem::field("reason", "1〜1000文字です", "must have 1 to 1000 characters"));
    }
    let new = trying::read(&body.toml, permitted.tenant())?;
    if new.effective_from() <= civil_day(permitted.now) {
        return Err(Problem::field(
            "toml",
            "施行日（effective_from）は明日以降です",
            "effective_from must be tomorrow or later",
        ));
    }
    let amendment = Known {
        id: Uuid::now_v7(),
        effective_from: new.effective_from(),
        shortens: !shortened(&permitted.rules.policy, &new).is_empty(),
        toml: body.toml,
        proposed_by: permitted.person.id,
        proposed_at: permitted.now,
        reason: reason.to_owned(),
        state: AmendmentState::Proposed,
        decided: None,
        policy_version: None,
    };
    let mut tx = permitted.tx().await?;
    policy_amendments::propose(&mut tx, &amendment).await?;
    let mut names = Names::default();
    names.look_up(&mut tx, [amendment.proposed_by]).await?;
    let detail = json!({
        "effective_from": amendment.effective_from, "shortens": amendment.shortens, "reason": amendment.reason,
    });
    let event = permitted.event(detail).decided_by(&permitted.decision).on("policy_amendment", amendment.id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok((StatusCode::CREATED, Json(PolicyAmendment::of(amendment, &names))))
}
