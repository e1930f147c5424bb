//! `POST /v1/devices/{id}/change`: correct or move a device.

use rokuon_db::devices;
use rokuon_policy::device::{self, DeviceFacts};
use rokuon_policy::ids::DeviceId;
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, DeviceChange};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::devices::entry::{checked, conflict};
use crate::routes::devices::model::{ChangeRequest, Device};

/// Change a device of the register
#[utoipa::path(
    post,
    path = "/v1/devices/{id}/change",
    operation_id = "devices_change",
    tag = "devices",
    params(("id" = Uuid, Path, description = "The device")),
    request_body = ChangeRequest,
    responses((status = 200, description = "Changed", body = Device)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(DeviceChange::NAME)),
        ("x-rokuon-audit" = json!(DeviceChange::EVENT)),
        ("x-rokuon-problems" = json!(["conflict"])),
    ),
)]
pub async fn change(
    permitted: Permitted<DeviceChange>,
    Path(id): Path<Uuid>,
    Json(body): Json<ChangeRequest>,
) -> Result<Json<Device>, Problem> {
    let id = DeviceId(id);
    let mut tx = permitted.tx().await?;
    let before = devices::find(&mut tx, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let entry = checked(body.entry, &permitted.rules)?;
    let facts = DeviceFacts { rule: &before.rule, department: entry.department.as_ref(), start: entry.start };
    let decision = device::may_register(&permitted.rules.policy, &facts);
    // Places and names are no personal data; numbers stand in the row alone.
    let seen = |one: &devices::DeviceEntry| {
        json!({
            "number": one.number, "name": one.name, "place": one.place, "department": one.department,
            "start": one.start, "notice_place": one.notice_place, "in_use_from": one.in_use_from,
        })
    };
    let event = permitted.event(json!({ "from": seen(&before.entry), "to": seen(&entry) })).on("device", id);
    if !decision.allowed {
        drop(tx);
        return Err(permitted.refuse(Code::NotPermitted, event, &decision).await);
    }
    if !devices::change(&mut tx, id, body.version, &entry).await.map_err(conflict)? {
        return Err(Problem::new(Code::Conflict).detail(
            "ほかの人が先に変更しました。読み直してからやり直してください。",
            "Somebody else changed it first; read it again.",
        ));
    }
    let after =
        devices::find(&mut tx, id).await?.ok_or_else(|| Problem::internal("a device just changed"))?;
    tx.commit_with(event.decided_by(&decision)).await.map_err(Problem::unavailable)?;
    Ok(Json(Device::of(after, &permitted.rules)))
}
