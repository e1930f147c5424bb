//! `POST /v1/connections/{id}/disable`: disable a connection.

use axum::http::StatusCode;
use rokuon_db::connection_terms::ConnectionState;
use uuid::Uuid;

use crate::access::acts::{Act, ConnectionDisable};
use crate::access::permitted::Permitted;
use crate::extract::path::Path;
use crate::problem::Problem;
use crate::routes::connections::switching::switch;

/// Disable a connection
///
/// New calls are refused at once; live ones end as usual.
#[utoipa::path(
    post,
    path = "/v1/connections/{id}/disable",
    operation_id = "connections_disable",
    tag = "connections",
    params(("id" = Uuid, Path, description = "The connection")),
    responses((status = 204, description = "Done")),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(ConnectionDisable::NAME)),
        ("x-rokuon-audit" = json!(ConnectionDisable::EVENT)),
        ("x-rokuon-problems" = json!(["conflict"])),
    ),
)]
pub async fn disable(
    permitted: Permitted<ConnectionDisable>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    let already = ("すでに停止しています。", "It is disabled already.");
    switch(&permitted, id, ConnectionState::Disabled, already).await
}
