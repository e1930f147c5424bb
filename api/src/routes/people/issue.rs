//! `POST /v1/people`: issue an ID.

use axum::http::StatusCode;

use crate::access::acts::{Act, PersonIssue};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::problem::{Code, Problem};
use crate::routes::people::model::{IssueRequest, IssuedPerson};

/// Issue an ID
#[utoipa::path(
    post,
    path = "/v1/people",
    operation_id = "people_issue",
    tag = "people",
    request_body = IssueRequest,
    responses((status = 201, description = "Made", body = IssuedPerson)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(PersonIssue::NAME)),
        ("x-rokuon-audit" = json!(PersonIssue::EVENT)),
        ("x-rokuon-problems" = json!(["conflict"])),
    ),
)]
pub async fn issue(
    permitted: Permitted<PersonIssue>,
    Json(body): Json<IssueRequest>,
) -> Result<(StatusCode, Json<IssuedPerson>), Problem> {
    Err(Problem::new(Code::Unavailable))
}
