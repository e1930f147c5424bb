//! `GET /v1/posts`: the posts of the tenant's rules.

use crate::access::caller::Caller;
use crate::extract::json::Json;
use crate::problem::{Code, Problem};
use crate::routes::posts::model::List;

/// The posts of the tenant's rules
#[utoipa::path(
    get,
    path = "/v1/posts",
    operation_id = "posts_list",
    tag = "posts",
    responses((status = 200, description = "Found", body = List)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!("none: everybody of the tenant may know its posts")),
        ("x-rokuon-audit" = json!("none: a public ordinance's posts, no personal data")),
    ),
)]
pub async fn list(caller: Caller) -> Result<Json<List>, Problem> {
    Err(Problem::new(Code::Unavailable))
}
