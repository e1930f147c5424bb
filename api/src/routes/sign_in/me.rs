//! `GET /v1/me`: who is signed in.

use rokuon_policy::access;

use crate::access::session::Session;
use crate::extract::json::Json;
use crate::problem::Problem;
use crate::routes::appointments::model::Appointment;
use crate::routes::sign_in::model::{Me, SignedInPerson, TenantName};

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
    Ok(Json(me_of(&session)))
}

/// What the signed-in person is told of themselves.
pub fn me_of(session: &Session) -> Me {
    let policy = &session.rules.policy;
    let held = session.appointments.iter().filter(|appointment| appointment.holds_at(session.now));
    let capabilities = access::capabilities(policy, &session.caller(), session.now);
    let purposes = access::purposes(policy, &session.caller(), session.now);
    Me {
        tenant: TenantName {
            id: policy.tenant().to_string(),
            name: policy.name().into(),
            name_short: policy.name_short().into(),
        },
        person: SignedInPerson {
            id: session.person.id.0,
            login_id: session.person.login_id.clone(),
            display_name: session.person.display_name.reveal().clone(),
        },
        appointments: held.map(|appointment| Appointment::of(appointment, &session.rules)).collect(),
        capabilities: capabilities.iter().map(ToString::to_string).collect(),
        csrf_token: session.token.csrf(),
        password_change_required: session.password_change_required(),
        password_expires_at: session.password_expires_at(),
        idle_lock_minutes: policy.sign_in.idle_lock_minutes,
        session_expires_at: session.row.expires_at,
        purposes: purposes.into_iter().map(Into::into).collect(),
    }
}
