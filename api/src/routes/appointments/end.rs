//! `POST /v1/appointments/{id}/end`: end an appointment.

use axum::http::StatusCode;
use uuid::Uuid;

use crate::access::acts::{Act, AppointmentEnd};
use crate::access::permitted::Permitted;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};

/// End an appointment
#[utoipa::path(
    post,
    path = "/v1/appointments/{id}/end",
    operation_id = "appointments_end",
    tag = "appointments",
    params(("id" = Uuid, Path, description = "The appointment")),
    responses((status = 204, description = "Done")),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(AppointmentEnd::NAME)),
        ("x-rokuon-audit" = json!(AppointmentEnd::EVENT)),
        ("x-rokuon-problems" = json!(["appointment-refused", "conflict"])),
    ),
)]
pub async fn end(permitted: Permitted<AppointmentEnd>, Path(id): Path<Uuid>) -> Result<StatusCode, Problem> {
    Err(Problem::new(Code::Unavailable))
}
