//! `GET /v1/connections`: the tenant's connections and their health.

use rokuon_db::connections;
use rokuon_policy::civil::{civil_day, day_begins};
use serde_json::json;

use crate::access::acts::{Act, ConnectionList};
use crate::access::permitted::Permitted;
use crate::access::session::Session;
use crate::extract::json::Json;
use crate::problem::Problem;
use crate::routes::connections::model::{Connection, List};

/// The tenant's connections and their health
#[utoipa::path(
    get,
    path = "/v1/connections",
    operation_id = "connections_list",
    tag = "connections",
    responses((status = 200, description = "Found", body = List)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(ConnectionList::NAME)),
        ("x-rokuon-audit" = json!(ConnectionList::EVENT)),
    ),
)]
pub async fn list(permitted: Permitted<ConnectionList>) -> Result<Json<List>, Problem> {
    let (today, began) = today(&permitted);
    let mut tx = permitted.tx().await?;
    let connections = connections::list(&mut tx, today, began).await?;
    let event = permitted.event(json!({ "found": connections.len() })).decided_by(&permitted.decision);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    let shown = |connection| Connection::of(connection, permitted.app.config(), permitted.now);
    Ok(Json(List { items: connections.into_iter().map(shown).collect() }))
}

/// The civil day in Japan and its first instant.
pub fn today(session: &Session) -> (chrono::NaiveDate, chrono::DateTime<chrono::Utc>) {
    let today = civil_day(session.now);
    (today, day_begins(today))
}
