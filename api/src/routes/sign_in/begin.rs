//! `POST /v1/sign-in`: sign in with an issued ID.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::audit_events::{Actor, AuditEvent};
use rokuon_db::credentials::Credential;
use rokuon_db::people::Person;
use rokuon_db::sessions::SessionId;
use rokuon_db::{appointments, credentials, people, sessions, sign_in_throttle};
use rokuon_policy::ids::{PersonId, TenantId};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::access::session::Session;
use crate::access::sign_in_throttle::{MOST, WINDOW};
use crate::access::token::SessionToken;
use crate::access::{csrf, token};
use crate::app::App;
use crate::extract::json::Json;
use crate::layers::request_id::RequestId;
use crate::layers::source::Source;
use crate::passwords;
use crate::problem::{Code, Problem};
use crate::routes::sign_in::me::me_of;
use crate::routes::sign_in::model::{Me, SignInRequest};
use crate::tenant_rules::{TenantRules, hex};

/// Sign in with an issued ID
///
/// The answer is the same for an unknown municipality, an unknown ID and a wrong password. Ten failures in fifteen minutes from one source close that source for the account.
#[utoipa::path(
    post,
    path = "/v1/sign-in",
    operation_id = "sign_in",
    tag = "sign-in",
    request_body = SignInRequest,
    responses((status = 200, description = "Found", body = Me)),
    extensions(
        ("x-rokuon-capability" = json!("none: this is how a person becomes known")),
        ("x-rokuon-audit" = json!("sign_in.attempt")),
        ("x-rokuon-problems" = json!(["sign-in-refused", "too-many-attempts"])),
    ),
)]
pub async fn sign_in(
    State(app): State<App>,
    Extension(source): Extension<Source>,
    Extension(request): Extension<RequestId>,
    headers: HeaderMap,
    Json(body): Json<SignInRequest>,
) -> Result<Response, Problem> {
    csrf::check_site(&headers)?;
    let now = app.now();
    let attempt = app.throttle().attempt(&body.tenant, &body.login_id, source, now)?;
    let account = account_digest(&body);
    let known = match body.tenant.parse::<TenantId>() {
        Ok(tenant) => known(&app, &tenant, &body.login_id, source, now).await?,
        Err(_) => None,
    };
    let found = known.as_ref().and_then(|known| known.found.as_ref());
    let fits =
        passwords::verify(body.password, found.map(|(_, credential)| credential.password_hash.clone()))
            .await?;
    let Some(known) = known else { return Err(Problem::new(Code::SignInRefused)) };
    let tried = json!({ "account": account, "source": source.0, "request": request.0 });
    let (person, credential) = match known.found {
        Some(found) if fits => found,
        found => {
            let mut event = AuditEvent::new("sign_in.attempt", Actor::Nobody, now).refused().with(tried);
            if let Some((person, _)) = found {
                event = event.on("person", person.id);
            }
            let mut tx = app.db().tenant(known.rules.policy.tenant()).await?;
            sign_in_throttle::failed(&mut tx, &body.login_id, source.0, now).await?;
            sign_in_throttle::forget(&mut tx, now - WINDOW).await?;
            tx.commit_with(event).await.map_err(Problem::unavailable)?;
            return Err(Problem::new(Code::SignInRefused));
        }
    };
    app.throttle().succeeded(&attempt);
    let session = start(&app, known.rules, person, credential, &headers, (source, request), now).await?;
    let cookie = token::cookie(session.tenant(), &session.token);
    let cookie = HeaderValue::try_from(cookie).map_err(Problem::internal)?;
    Ok(([(header::SET_COOKIE, cookie)], Json(me_of(&session))).into_response())
}

/// What is known of a tenant and an ID.
struct Known {
    rules: Arc<TenantRules>,
    found: Option<(Person, Credential)>,
}

/// Looks the ID up, with the same queries whether it exists or not. A withdrawn ID is none.
async fn known(
    app: &App,
    tenant: &TenantId,
    login_id: &str,
    source: Source,
    now: DateTime<Utc>,
) -> Result<Option<Known>, Problem> {
    let rules = match app.rules(tenant).await {
        Ok(rules) => rules,
        Err(problem) if problem.code() == Code::NotFound => return Ok(None),
        Err(problem) => return Err(problem),
    };
    let mut tx = app.db().tenant(tenant).await?;
    // what other processes saw, and this one before it was restarted
    let failures =
        sign_in_throttle::count(&mut tx, login_id, source.0, now - WINDOW + TimeDelta::milliseconds(1))
            .await?;
    if failures.of_both >= i64::try_from(MOST).unwrap_or(i64::MAX) {
        return Err(
            Problem::new(Code::TooManyAttempts).header(header::RETRY_AFTER, HeaderValue::from_static("900"))
        );
    }
    let person = people::find_by_login_id(&mut tx, login_id).await?;
    let person = person.filter(|person| person.disabled_at.is_none());
    let id = person.as_ref().map_or(PersonId(Uuid::nil()), |person| person.id);
    let credential = credentials::find(&mut tx, id).await?;
    tx.commit_read_only().await?;
    Ok(Some(Known { rules, found: person.zip(credential) }))
}

/// What was typed as ID, as a digest: people type passwords there by mistake.
fn account_digest(body: &SignInRequest) -> String {
    hex(&Sha256::digest(body.login_id.to_lowercase().as_bytes())[..8])
}

/// Starts a session with a fresh secret, and ends the one this browser had.
async fn start(
    app: &App,
    rules: Arc<TenantRules>,
    person: Person,
    credential: Credential,
    headers: &HeaderMap,
    (source, request): (Source, RequestId),
    now: DateTime<Utc>,
) -> Result<Session, Problem> {
    let token = SessionToken::fresh();
    let mut tx = app.db().tenant(rules.policy.tenant()).await?;
    if let Some((tenant, old)) = token::of_request(headers)
        && tenant == *rules.policy.tenant()
        && let Some(old) = sessions::find(&mut tx, &old.stored(), now).await?
    {
        sessions::end(&mut tx, old.id, now).await?;
    }
    let row = sessions::Session {
        id: SessionId(Uuid::now_v7()),
        person: person.id,
        csrf_token: token.csrf(),
        created_at: now,
        last_seen_at: now,
        expires_at: now + TimeDelta::hours(i64::from(rules.policy.sign_in.absolute_hours)),
    };
    sessions::begin(&mut tx, &row, &token.stored()).await?;
    sign_in_throttle::succeeded(&mut tx, &person.login_id, source.0).await?;
    people::signed_in(&mut tx, person.id, now).await?;
    let appointments = appointments::of_person(&mut tx, person.id).await?;
    let session = Session {
        app: app.clone(),
        rules,
        person,
        appointments,
        credential,
        row,
        token,
        now,
        source: Some(source),
        request: Some(request),
    };
    let event = session.event("sign_in.attempt", json!({})).on("person", session.person.id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok(session)
}
