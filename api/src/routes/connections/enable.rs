//! `POST /v1/connections/{id}/enable`: enable a connection again.

use axum::http::StatusCode;
use rokuon_db::connection_terms::ConnectionState;
use uuid::Uuid;

use crate::access::acts::{Act, ConnectionEnable};
use crate::access::permitted::Permitted;
use crate::extract::path::Path;
use crate::problem::Problem;
use crate::routes::connections::switching::switch;

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
    let already = ("停止していません。", "It is not disabled.");
    switch(&permitted, id, ConnectionState::Active, already).await
}
