//! `GET /v1/policy`: the tenant's rules, readable and as data.

use crate::access::acts::{Act, PolicyRead};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::problem::{Code, Problem};
use crate::routes::policy::model::Policy;

/// The tenant's rules, readable and as data
#[utoipa::path(
    get,
    path = "/v1/policy",
    operation_id = "policy_show",
    tag = "policy",
    responses((status = 200, description = "Found", body = Policy)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(PolicyRead::NAME)),
        ("x-rokuon-audit" = json!(PolicyRead::EVENT)),
    ),
)]
pub async fn show(permitted: Permitted<PolicyRead>) -> Result<Json<Policy>, Problem> {
    Err(Problem::new(Code::Unavailable))
}
