//! `GET /v1/calls`: search the call log.

use crate::access::acts::{Act, CallSearch};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::query::Query;
use crate::problem::{Code, Problem};
use crate::routes::calls::model::Page;
use crate::routes::recordings::filter::Filter;

/// Search the call log
#[utoipa::path(
    get,
    path = "/v1/calls",
    operation_id = "calls_search",
    tag = "calls",
    params(Filter),
    responses((status = 200, description = "Found", body = Page)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(CallSearch::NAME)),
        ("x-rokuon-audit" = json!(CallSearch::EVENT)),
    ),
)]
pub async fn search(
    permitted: Permitted<CallSearch>,
    Query(query): Query<Filter>,
) -> Result<Json<Page>, Problem> {
    Err(Problem::new(Code::Unavailable))
}
