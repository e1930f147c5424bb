//! `GET /v1/me`: who is signed in.

use crate::access::session::Session;
use crate::extract::json::Json;
use crate::problem::{Code, Problem};
use crate::routes::sign_in::model::Me;

/// Who is signed in
///
/// Sent with `X-Rokuon-Background: 1` it does not count as activity, so that a page left open still locks itself.
#[utoipa::path(
    get,
    path = "/v1/me",
    operation_id = "me_show",
    tag = "sign-in",
    responses((status = 200, description = "Found", body = Me)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!("none: about the person asking only")),
        ("x-rokuon-audit" = json!("none: about the person asking only")),
    ),
)]
pub async fn me(session: Session) -> Result<Json<Me>, Problem> {
    Err(Problem::new(Code::Unavailable))
}
