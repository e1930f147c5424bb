//! `POST /v1/recordings/{id}/uses/{use_id}/heard`: say what was heard.

use axum::http::StatusCode;
use uuid::Uuid;

use crate::access::acts::{Act, PlayStop};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::uses::model::Heard;

/// Say what was heard
#[utoipa::path(
    post,
    path = "/v1/recordings/{id}/uses/{use_id}/heard",
    operation_id = "uses_heard",
    tag = "uses",
    params(("id" = Uuid, Path, description = "The recording"), ("use_id" = Uuid, Path, description = "The use")),
    request_body = Heard,
    responses((status = 204, description = "Done")),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(PlayStop::NAME)),
        ("x-rokuon-audit" = json!(PlayStop::EVENT)),
        ("x-rokuon-problems" = json!(["use-ended"])),
    ),
)]
pub async fn heard(
    permitted: Permitted<PlayStop>,
    Path((id, use_id)): Path<(Uuid, Uuid)>,
    Json(body): Json<Heard>,
) -> Result<StatusCode, Problem> {
    Err(Problem::new(Code::Unavailable))
}
