//! `GET /v1/connections/{id}`: one connection.

use rokuon_db::{connection_credentials, connections, registration_accounts};
use rokuon_policy::ids::ConnectionId;
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, ConnectionView};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::connections::list::today;
use crate::routes::connections::model::{Account, Connection, Credential, Detail};

/// One connection
#[utoipa::path(
    get,
    path = "/v1/connections/{id}",
    operation_id = "connections_show",
    tag = "connections",
    params(("id" = Uuid, Path, description = "The connection")),
    responses((status = 200, description = "Found", body = Detail)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(ConnectionView::NAME)),
        ("x-rokuon-audit" = json!(ConnectionView::EVENT)),
    ),
)]
pub async fn show(
    permitted: Permitted<ConnectionView>,
    Path(id): Path<Uuid>,
) -> Result<Json<Detail>, Problem> {
    let id = ConnectionId(id);
    let (day, began) = today(&permitted);
    let mut tx = permitted.tx().await?;
    let found = connections::find(&mut tx, id, day, began).await?;
    let found = found.ok_or_else(|| Problem::new(Code::NotFound))?;
    let account = registration_accounts::find(&mut tx, id).await?;
    let credential = connection_credentials::dates(&mut tx, id, permitted.now).await?;
    let event = permitted.event(json!({})).decided_by(&permitted.decision).on("connection", id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok(Json(Detail {
        connection: Connection::of(found, permitted.app.config(), permitted.now),
        account: account.map(Account::of),
        credential: credential.map(Credential::of),
    }))
}
