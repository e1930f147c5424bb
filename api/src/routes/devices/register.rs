//! `POST /v1/devices`: enter a device in the register.

use axum::http::StatusCode;
use rokuon_db::devices;
use rokuon_policy::device::{self, DeviceFacts};
use rokuon_policy::ids::DeviceId;
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, DeviceRegister};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::problem::{Code, Problem};
use crate::routes::devices::entry::{checked, conflict};
use crate::routes::devices::model::{Device, RegisterRequest};

/// Enter a device in the register
///
/// Only devices that the rules name; one that runs only when needed only where the rules know it.
#[utoipa::path(
    post,
    path = "/v1/devices",
    operation_id = "devices_register",
    tag = "devices",
    request_body = RegisterRequest,
    responses((status = 201, description = "Entered", body = Device)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(DeviceRegister::NAME)),
        ("x-rokuon-audit" = json!(DeviceRegister::EVENT)),
    ),
)]
pub async fn register(
    permitted: Permitted<DeviceRegister>,
    Json(body): Json<RegisterRequest>,
) -> Result<(StatusCode, Json<Device>), Problem> {
    let entry = checked(body.entry, &permitted.rules)?;
    let policy = &permitted.rules.policy;
    let facts = DeviceFacts { rule: &body.rule, department: entry.department.as_ref(), start: entry.start };
    let id = DeviceId(Uuid::now_v7());
    let detail = json!({ "rule": body.rule, "number": entry.number, "department": entry.department, "start": entry.start });
    let event = permitted.event(detail).on("device", id);
    let decision = device::may_register(policy, &facts);
    let Some(rule) = policy.devices.iter().find(|rule| rule.key == body.rule).filter(|_| decision.allowed)
    else {
        return Err(permitted.refuse(Code::NotPermitted, event, &decision).await);
    };
    let mut tx = permitted.tx().await?;
    devices::register(&mut tx, id, &rule.key, rule.kind, &entry, permitted.now).await.map_err(conflict)?;
    let made = devices::find(&mut tx, id).await?.ok_or_else(|| Problem::internal("a device just entered"))?;
    tx.commit_with(event.decided_by(&decision)).await.map_err(Problem::unavailable)?;
    Ok((StatusCode::CREATED, Json(Device::of(made, &permitted.rules))))
}
