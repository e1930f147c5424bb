//! `POST /v1/connections`: connect a cloud PBX or trunk.

use axum::http::StatusCode;

use crate::access::acts::{Act, ConnectionConnect};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::problem::{Code, Problem};
use crate::routes::connections::model::{ConnectRequest, Connection};

/// Connect a cloud PBX or trunk
#[utoipa::path(
    post,
    path = "/v1/connections",
    operation_id = "connections_connect",
    tag = "connections",
    request_body = ConnectRequest,
    responses((status = 201, description = "Made", body = Connection)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(ConnectionConnect::NAME)),
        ("x-rokuon-audit" = json!(ConnectionConnect::EVENT)),
    ),
)]
pub async fn connect(
    permitted: Permitted<ConnectionConnect>,
    Json(body): Json<ConnectRequest>,
) -> Result<(StatusCode, Json<Connection>), Problem> {
    Err(Problem::new(Code::Unavailable))
}
