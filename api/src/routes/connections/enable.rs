//! `POST /v1/connections/{id}/enable`: enable a connection again.

use axum::http::StatusCode;
use rokuon_db::connection_terms::ConnectionState;
use rokuon_db::{connection_edits, connections};
use rokuon_policy::ids::ConnectionId;
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, ConnectionEnable};
use crate::access::permitted::Permitted;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::connections::list::today;

/// Enable a connection again
///
/// With the address and the credentials it had.
#[utoipa::path(
    post,
    path = "/v1/connections/{id}/enable",
    operation_id = "connections_enable",
    tag = "connections",
    params(("id" = Uuid, Path, description = "The connection")),
    responses((status = 204, description = "Done")),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(ConnectionEnable::NAME)),
        ("x-rokuon-audit" = json!(ConnectionEnable::EVENT)),
        ("x-rokuon-problems" = json!(["conflict"])),
    ),
)]
pub async fn enable(
    permitted: Permitted<ConnectionEnable>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    let id = ConnectionId(id);
    let (day, began) = today(&permitted);
    let mut tx = permitted.tx().await?;
    connections::find(&mut tx, id, day, began).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    if !connection_edits::switch(&mut tx, id, ConnectionState::Active).await? {
        return Err(Problem::new(Code::Conflict).detail("停止していません。", "It is not disabled."));
    }
    let event = permitted.event(json!({})).decided_by(&permitted.decision).on("connection", id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}
