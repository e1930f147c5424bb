//! `POST /v1/appointments/{id}/end`: end an appointment.

use axum::http::StatusCode;
use rokuon_db::appointments;
use rokuon_policy::access;
use rokuon_policy::civil::civil_day;
use rokuon_policy::ids::AppointmentId;
use serde_json::json;
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
    let (id, now) = (AppointmentId(id), permitted.now);
    let mut tx = permitted.tx().await?;
    let found = appointments::find(&mut tx, id).await?;
    let (person, held) = found.ok_or_else(|| Problem::new(Code::NotFound))?;
    // who may appoint may end; training is asked for at the beginning only
    let department = held.department.as_ref();
    let trained = Some(civil_day(now));
    let policy = &permitted.rules.policy;
    let decision = access::may_appoint(policy, &permitted.caller(), &held.post, department, trained, now);
    let detail = json!({ "person": person, "post": held.post, "department": held.department });
    let event = permitted.event(detail).on("appointment", id);
    if !decision.allowed {
        drop(tx);
        return Err(permitted.refuse(Code::AppointmentRefused, event, &decision).await);
    }
    if !appointments::end(&mut tx, id, now).await? {
        return Err(Problem::new(Code::Conflict).detail("すでに終了しています。", "It has ended already."));
    }
    tx.commit_with(event.decided_by(&decision)).await.map_err(Problem::unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}
