//! `POST /v1/sign-out`: sign out.

use axum::http::StatusCode;

use crate::access::session::Session;
use crate::problem::{Code, Problem};

/// Sign out
#[utoipa::path(
    post,
    path = "/v1/sign-out",
    operation_id = "sign_out",
    tag = "sign-in",
    responses((status = 204, description = "Done")),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!("none: everybody may end their own session")),
        ("x-rokuon-audit" = json!("sign_out")),
    ),
)]
pub async fn sign_out(session: Session) -> Result<StatusCode, Problem> {
    Err(Problem::new(Code::Unavailable))
}
