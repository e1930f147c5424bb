//! `GET /v1/policy/text`: the tenant's rules as written.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::access::acts::{Act, PolicyRead};
use crate::access::permitted::Permitted;
use crate::problem::Problem;

/// The tenant's rules as written
#[utoipa::path(
    get,
    path = "/v1/policy/text",
    operation_id = "policy_text",
    tag = "policy",
    responses((status = 200, description = "The document", body = String, content_type = "text/plain; charset=utf-8")),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(PolicyRead::NAME)),
        ("x-rokuon-audit" = json!(PolicyRead::EVENT)),
    ),
)]
pub async fn text(permitted: Permitted<PolicyRead>) -> Result<Response, Problem> {
    permitted.write(permitted.event(json!({ "form": "text" })).decided_by(&permitted.decision)).await?;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, plain)], permitted.rules.toml.clone()).into_response())
}
