//! `POST /v1/people/{id}/appointments`: appoint a person to a post.

use axum::http::StatusCode;
use rokuon_db::{appointments, people};
use rokuon_policy::access;
use rokuon_policy::appointment::Appointment as Held;
use rokuon_policy::ids::{AppointmentId, DepartmentId, PersonId};
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, Appoint};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::appointments::model::{AppointRequest, Appointment};
use crate::tenant_rules::TenantRules;

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
    let (person, now) = (PersonId(id), permitted.now);
    let new = check(&body, &permitted)?;
    let mut tx = permitted.tx().await?;
    let appointed = people::find(&mut tx, person).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let policy = &permitted.rules.policy;
    let (department, trained_on) = (new.department.as_ref(), new.trained_on);
    let decision = access::may_appoint(policy, &permitted.caller(), &new.post, department, trained_on, now);
    let detail = json!({ "appointment": new.id, "post": new.post, "department": new.department });
    let event = permitted.event(detail).on("person", person);
    if !decision.allowed {
        drop(tx);
        return Err(permitted.refuse(Code::AppointmentRefused, event, &decision).await);
    }
    if appointed.disabled_at.is_some() {
        return Err(Problem::new(Code::Conflict).detail("停止されたIDです。", "The ID is withdrawn."));
    }
    let single = policy.post(&new.post).is_some_and(|post| post.single);
    if single && appointments::list(&mut tx).await?.iter().any(|(_, held)| same_seat(held, &new)) {
        return Err(Problem::new(Code::Conflict).detail(
            "この職にはすでに別の人が指定されています。先にその指定を終了してください。",
            "The post is held by somebody else. End that appointment first.",
        ));
    }
    appointments::appoint(&mut tx, person, &new, Some(permitted.person.id)).await?;
    tx.commit_with(event.decided_by(&decision)).await.map_err(Problem::unavailable)?;
    Ok((StatusCode::CREATED, Json(Appointment::of(&new, &permitted.rules))))
}

/// Whether two appointments are to the one seat of a post at a common time.
fn same_seat(held: &Held, new: &Held) -> bool {
    let before_it_ends = |from, until: Option<_>| until.is_none_or(|until| from < until);
    held.post == new.post
        && held.department == new.department
        && before_it_ends(new.from, held.until)
        && before_it_ends(held.from, new.until)
}

/// The appointment asked for, when every field is right. Whether it is allowed is the policy's to say.
fn check(body: &AppointRequest, permitted: &Permitted<Appoint>) -> Result<Held, Problem> {
    let department = department(body, &permitted.rules)?;
    let from = body.from.unwrap_or(permitted.now);
    if body.until.is_some_and(|until| until <= from) {
        return Err(Problem::field("until", "開始より後にしてください", "must be later than the beginning"));
    }
    if from < permitted.now && body.from.is_some() {
        return Err(Problem::field("from", "過去にはできません", "must not lie in the past"));
    }
    Ok(Held {
        id: AppointmentId(Uuid::now_v7()),
        post: body.post.clone(),
        department,
        from,
        until: body.until,
        trained_on: body.trained_on,
    })
}

fn department(body: &AppointRequest, rules: &TenantRules) -> Result<Option<DepartmentId>, Problem> {
    let Some(key) = &body.department else { return Ok(None) };
    let known = rules.departments.iter().find(|department| department.id.as_str() == key);
    match known {
        Some(department) => Ok(Some(department.id.clone())),
        None => Err(Problem::field("department", "登録のない所属です", "is not a department")),
    }
}
