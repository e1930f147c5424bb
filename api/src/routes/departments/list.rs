//! `GET /v1/departments`: the tenant's departments.

use crate::access::caller::Caller;
use crate::extract::json::Json;
use crate::problem::Problem;
use crate::routes::departments::model::List;

/// The tenant's departments
#[utoipa::path(
    get,
    path = "/v1/departments",
    operation_id = "departments_list",
    tag = "departments",
    responses((status = 200, description = "Found", body = List)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!("none: everybody of the tenant may know its departments")),
        ("x-rokuon-audit" = json!("none: no personal data")),
    ),
)]
pub async fn list(caller: Caller) -> Result<Json<List>, Problem> {
    let departments = caller.rules.departments.iter();
    Ok(Json(List { items: departments.map(|department| caller.rules.department(&department.id)).collect() }))
}
