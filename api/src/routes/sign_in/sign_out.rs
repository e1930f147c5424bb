//! `POST /v1/sign-out`: sign out.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rokuon_db::sessions;
use serde_json::json;

use crate::access::session::Session;
use crate::access::token;
use crate::problem::Problem;

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
pub async fn sign_out(session: Session) -> Result<Response, Problem> {
    let mut tx = session.tx().await?;
    sessions::end(&mut tx, session.row.id, session.now).await?;
    let event = session.event("sign_out", json!({})).on("person", session.person.id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    let cookie = HeaderValue::try_from(token::no_cookie()).map_err(Problem::internal)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}
