//! `GET /v1/connections`: the tenant's connections and their health.

use crate::access::acts::{Act, ConnectionList};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::problem::{Code, Problem};
use crate::routes::connections::model::List;

/// The tenant's connections and their health
#[utoipa::path(
    get,
    path = "/v1/connections",
    operation_id = "connections_list",
    tag = "connections",
    responses((status = 200, description = "Found", body = List)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(ConnectionList::NAME)),
        ("x-rokuon-audit" = json!(ConnectionList::EVENT)),
    ),
)]
pub async fn list(permitted: Permitted<ConnectionList>) -> Result<Json<List>, Problem> {
    Err(Problem::new(Code::Unavailable))
}
