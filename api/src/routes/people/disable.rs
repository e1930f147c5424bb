//! `POST /v1/people/{id}/disable`: withdraw an ID.

use axum::http::StatusCode;
use uuid::Uuid;

use crate::access::acts::{Act, PersonDisable};
use crate::access::permitted::Permitted;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};

/// Withdraw an ID
///
/// Ends the person's sessions at once.
#[utoipa::path(
    post,
    path = "/v1/people/{id}/disable",
    operation_id = "people_disable",
    tag = "people",
    params(("id" = Uuid, Path, description = "The person")),
    responses((status = 204, description = "Done")),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(PersonDisable::NAME)),
        ("x-rokuon-audit" = json!(PersonDisable::EVENT)),
        ("x-rokuon-problems" = json!(["conflict"])),
    ),
)]
pub async fn disable(
    permitted: Permitted<PersonDisable>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    Err(Problem::new(Code::Unavailable))
}
