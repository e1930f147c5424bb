//! `POST /v1/policy-amendments/preview`: what would change if an amended policy took force.

use serde_json::json;

use crate::access::acts::{Act, PolicyAmendmentPreview};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::problem::Problem;
use crate::routes::policy_amendments::model::{Preview, PreviewRequest};
use crate::routes::policy_amendments::trying;

/// What would change if an amended policy took force
///
/// Nothing is changed by asking. Counted over what is kept now, as if nobody did anything until the day asked for.
#[utoipa::path(
    post,
    path = "/v1/policy-amendments/preview",
    operation_id = "policy_amendments_preview",
    tag = "policy-amendments",
    request_body = PreviewRequest,
    responses((status = 200, description = "Tried", body = Preview)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(PolicyAmendmentPreview::NAME)),
        ("x-rokuon-audit" = json!(PolicyAmendmentPreview::EVENT)),
    ),
)]
pub async fn preview(
    permitted: Permitted<PolicyAmendmentPreview>,
    Json(body): Json<PreviewRequest>,
) -> Result<Json<Preview>, Problem> {
    let new = trying::read(&body.toml, permitted.tenant())?;
    let day = body.day.unwrap_or(new.effective_from());
    let mut tx = permitted.tx().await?;
    let preview = trying::preview(&mut tx, &permitted.rules.policy, &new, day, permitted.now).await?;
    let detail = json!({
        "effective_from": preview.effective_from, "day": day, "more": preview.more, "fewer": preview.fewer,
        // By it an approval knows who saw what this very document does.
        "document_sha256": trying::document_sha256(&body.toml),
    });
    let event = permitted.event(detail).decided_by(&permitted.decision);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok(Json(preview))
}
