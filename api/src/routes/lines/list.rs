//! `GET /v1/lines`: the tenant's lines.

use rokuon_policy::recording_scope::LineSource as PolicySource;

use crate::access::caller::Caller;
use crate::extract::json::Json;
use crate::problem::Problem;
use crate::routes::lines::model::{Line, LineSource, List};

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
    let items = caller.rules.lines.iter().map(|line| Line {
        key: line.key.clone(),
        name: (&line.name).into(),
        number: line.pattern.is_none().then(|| line.number.clone()),
        pattern: line.pattern.clone(),
        department: line.department.as_ref().map(|id| caller.rules.department(id)),
        group: line.group.clone(),
        purpose: line.purpose.clone(),
        source: match line.source {
            PolicySource::Policy => LineSource::Policy,
            PolicySource::Register => LineSource::Register,
        },
    });
    Ok(Json(List { items: items.collect() }))
}
