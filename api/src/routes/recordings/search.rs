//! `GET /v1/recordings`: search recordings.

use crate::access::acts::{Act, RecordingSearch};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::query::Query;
use crate::problem::{Code, Problem};
use crate::routes::recordings::filter::Filter;
use crate::routes::recordings::model::Page;

/// Search recordings
///
/// Newest first, in pages. Only recordings of the departments the person's posts reach are found.
#[utoipa::path(
    get,
    path = "/v1/recordings",
    operation_id = "recordings_search",
    tag = "recordings",
    params(Filter),
    responses((status = 200, description = "Found", body = Page)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(RecordingSearch::NAME)),
        ("x-rokuon-audit" = json!(RecordingSearch::EVENT)),
    ),
)]
pub async fn search(
    permitted: Permitted<RecordingSearch>,
    Query(query): Query<Filter>,
) -> Result<Json<Page>, Problem> {
    Err(Problem::new(Code::Unavailable))
}
