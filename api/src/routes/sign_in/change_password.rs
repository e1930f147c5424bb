//! `POST /v1/password`: change one's own password.

use axum::http::StatusCode;

use crate::access::session::Session;
use crate::extract::json::Json;
use crate::problem::{Code, Problem};
use crate::routes::sign_in::model::PasswordChange;

/// Change one's own password
#[utoipa::path(
    post,
    path = "/v1/password",
    operation_id = "password_change",
    tag = "sign-in",
    request_body = PasswordChange,
    responses((status = 204, description = "Done")),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!("none: everybody may change their own password")),
        ("x-rokuon-audit" = json!("password.change")),
        ("x-rokuon-problems" = json!(["too-many-attempts"])),
    ),
)]
pub async fn change_password(
    session: Session,
    Json(body): Json<PasswordChange>,
) -> Result<StatusCode, Problem> {
    Err(Problem::new(Code::Unavailable))
}
