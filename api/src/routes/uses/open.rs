//! `POST /v1/recordings/{id}/uses`: state a purpose and open a recording.

use axum::http::StatusCode;
use uuid::Uuid;

use crate::access::acts::{Act, UseOpen};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::uses::model::{Use, UseRequest};

/// State a purpose and open a recording
///
/// The use belongs to this person, this recording and this session, and ends by itself after fifteen minutes.
#[utoipa::path(
    post,
    path = "/v1/recordings/{id}/uses",
    operation_id = "uses_open",
    tag = "uses",
    params(("id" = Uuid, Path, description = "The recording")),
    request_body = UseRequest,
    responses((status = 201, description = "Made", body = Use)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(UseOpen::NAME)),
        ("x-rokuon-audit" = json!(UseOpen::EVENT)),
        ("x-rokuon-problems" = json!(["purpose-refused", "not-playable", "erased"])),
    ),
)]
pub async fn open(
    permitted: Permitted<UseOpen>,
    Path(id): Path<Uuid>,
    Json(body): Json<UseRequest>,
) -> Result<(StatusCode, Json<Use>), Problem> {
    Err(Problem::new(Code::Unavailable))
}
