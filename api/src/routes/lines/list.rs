//! `GET /v1/lines`: the tenant's lines.

use crate::access::caller::Caller;
use crate::extract::json::Json;
use crate::problem::Problem;
use crate::routes::lines::model::{Line, List};

/// The tenant's lines
#[utoipa::path(
    get,
    path = "/v1/lines",
    operation_id = "lines_list",
    tag = "lines",
    responses((status = 200, description = "Found", body = List)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!("none: everybody of the tenant may know its listed lines")),
        ("x-rokuon-audit" = json!("none: no personal data")),
    ),
)]
pub async fn list(caller: Caller) -> Result<Json<List>, Problem> {
    Ok(Json(List { items: caller.rules.lines.iter().map(|line| Line::of(line, &caller.rules)).collect() }))
}
