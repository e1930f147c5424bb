//! `GET /v1/devices`: the device register.

use rokuon_db::devices;

use crate::access::caller::Caller;
use crate::extract::json::Json;
use crate::problem::Problem;
use crate::routes::devices::model::List;

/// The device register
///
/// Every recorder, telephone, handset and camera with its place, and what may be entered.
#[utoipa::path(
    get,
    path = "/v1/devices",
    operation_id = "devices_list",
    tag = "devices",
    responses((status = 200, description = "Found", body = List)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!("none: everybody of the tenant may know where recorders and cameras stand")),
        ("x-rokuon-audit" = json!("none: no personal data")),
    ),
)]
pub async fn list(caller: Caller) -> Result<Json<List>, Problem> {
    let mut tx = caller.tx().await?;
    let found = devices::list(&mut tx).await?;
    tx.commit_read_only().await?;
    Ok(Json(List::of(found, &caller.rules)))
}
