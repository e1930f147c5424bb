//! `POST /v1/devices/{id}/retire`: take a device out of use.

use rokuon_db::devices;
use rokuon_policy::ids::DeviceId;
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, DeviceRetire};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::devices::entry::conflict;
use crate::routes::devices::model::{Device, RetireRequest};

/// Take a device out of use
///
/// It stays in the register. What it sends from that day on is refused.
#[utoipa::path(
    post,
    path = "/v1/devices/{id}/retire",
    operation_id = "devices_retire",
    tag = "devices",
    params(("id" = Uuid, Path, description = "The device")),
    request_body = RetireRequest,
    responses((status = 200, description = "Done", body = Device)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(DeviceRetire::NAME)),
        ("x-rokuon-audit" = json!(DeviceRetire::EVENT)),
        ("x-rokuon-problems" = json!(["conflict"])),
    ),
)]
pub async fn retire(
    permitted: Permitted<DeviceRetire>,
    Path(id): Path<Uuid>,
    Json(body): Json<RetireRequest>,
) -> Result<Json<Device>, Problem> {
    let id = DeviceId(id);
    let mut tx = permitted.tx().await?;
    devices::find(&mut tx, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    if !devices::retire(&mut tx, id, body.from).await.map_err(conflict)? {
        return Err(
            Problem::new(Code::Conflict).detail("すでに使用を終えています。", "It is out of use already.")
        );
    }
    let after =
        devices::find(&mut tx, id).await?.ok_or_else(|| Problem::internal("a device just retired"))?;
    let event =
        permitted.event(json!({ "from": body.from })).decided_by(&permitted.decision).on("device", id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok(Json(Device::of(after, &permitted.rules)))
}
