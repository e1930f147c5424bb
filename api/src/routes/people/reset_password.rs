//! `POST /v1/people/{id}/password-reset`: reset a password.

use uuid::Uuid;

use crate::access::acts::{Act, PersonReset};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::people::model::ResetPassword;

/// Reset a password
///
/// Ends the person's sessions.
#[utoipa::path(
    post,
    path = "/v1/people/{id}/password-reset",
    operation_id = "people_reset_password",
    tag = "people",
    params(("id" = Uuid, Path, description = "The person")),
    responses((status = 200, description = "Found", body = ResetPassword)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(PersonReset::NAME)),
        ("x-rokuon-audit" = json!(PersonReset::EVENT)),
        ("x-rokuon-problems" = json!(["conflict"])),
    ),
)]
pub async fn reset_password(
    permitted: Permitted<PersonReset>,
    Path(id): Path<Uuid>,
) -> Result<Json<ResetPassword>, Problem> {
    Err(Problem::new(Code::Unavailable))
}
