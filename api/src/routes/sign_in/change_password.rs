//! `POST /v1/password`: change one's own password.

use axum::http::StatusCode;
use rokuon_db::{credentials, sessions};
use serde_json::json;

use crate::access::session::Session;
use crate::extract::json::Json;
use crate::layers::source::Source;
use crate::passwords;
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
    let login_id = &session.person.login_id;
    let source = session.source.unwrap_or(Source(std::net::Ipv4Addr::LOCALHOST.into()));
    let tenant = session.tenant().as_str();
    let attempt = session.app.throttle().attempt(tenant, login_id, source, session.now)?;
    let event = |outcome: serde_json::Value| {
        session.event("password.change", outcome).on("person", session.person.id)
    };
    let stored = session.credential.password_hash.clone();
    if !passwords::verify(body.current_password.clone(), Some(stored)).await? {
        let refused = event(json!({ "reason": "current_password" })).refused();
        session.tx().await?.commit_with(refused).await.map_err(Problem::unavailable)?;
        return Err(Problem::field(
            "current_password",
            "現在のパスワードが違います",
            "is not the present password",
        ));
    }
    session.app.throttle().succeeded(&attempt);
    let min_length = session.rules.policy.sign_in.password_min_length;
    if let Some((ja, en)) = passwords::fault(&body.new_password, &body.current_password, login_id, min_length)
    {
        return Err(Problem::field("new_password", ja, en));
    }
    let hash = passwords::hash(body.new_password).await?;
    let mut tx = session.tx().await?;
    let old = &session.credential.password_hash;
    if !credentials::change(&mut tx, session.person.id, old, &hash, session.now).await? {
        return Err(Problem::new(Code::Conflict));
    }
    sessions::end_all_of(&mut tx, session.person.id, Some(session.row.id), session.now).await?;
    tx.commit_with(event(json!({}))).await.map_err(Problem::unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}
