//! `GET /v1/people`: everybody who was issued an ID.

use crate::access::acts::{Act, PersonList};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::problem::{Code, Problem};
use crate::routes::people::model::List;

/// Everybody who was issued an ID
#[utoipa::path(
    get,
    path = "/v1/people",
    operation_id = "people_list",
    tag = "people",
    responses((status = 200, description = "Found", body = List)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(PersonList::NAME)),
        ("x-rokuon-audit" = json!(PersonList::EVENT)),
    ),
)]
pub async fn list(permitted: Permitted<PersonList>) -> Result<Json<List>, Problem> {
    Err(Problem::new(Code::Unavailable))
}
