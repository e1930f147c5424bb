//! `POST /v1/people/{id}/appointments`: appoint a person to a post.

use axum::http::StatusCode;
use uuid::Uuid;

use crate::access::acts::{Act, Appoint};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::appointments::model::{AppointRequest, Appointment};

/// Appoint a person to a post
#[utoipa::path(
    post,
    path = "/v1/people/{id}/appointments",
    operation_id = "appointments_appoint",
    tag = "appointments",
    params(("id" = Uuid, Path, description = "The person")),
    request_body = AppointRequest,
    responses((status = 201, description = "Made", body = Appointment)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(Appoint::NAME)),
        ("x-rokuon-audit" = json!(Appoint::EVENT)),
        ("x-rokuon-problems" = json!(["appointment-refused", "conflict"])),
    ),
)]
pub async fn appoint(
    permitted: Permitted<Appoint>,
    Path(id): Path<Uuid>,
    Json(body): Json<AppointRequest>,
) -> Result<(StatusCode, Json<Appointment>), Problem> {
    Err(Problem::new(Code::Unavailable))
}
