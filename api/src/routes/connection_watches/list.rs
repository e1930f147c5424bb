//! `GET /v1/connection-watches`: what is expected of each connection.

use rokuon_db::connection_watches::{self, ConnectionWatch as KnownWatch};
use serde_json::json;

use crate::access::acts::{Act, ConnectionWatchList};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::problem::Problem;
use crate::routes::connection_watches::model::{Canary, ConnectionWatch, List};

/// What is expected of each connection
#[utoipa::path(
    get,
    path = "/v1/connection-watches",
    operation_id = "connection_watches_list",
    tag = "alarms",
    responses((status = 200, description = "Found", body = List)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(ConnectionWatchList::NAME)),
        ("x-rokuon-audit" = json!(ConnectionWatchList::EVENT)),
    ),
)]
pub async fn list(permitted: Permitted<ConnectionWatchList>) -> Result<Json<List>, Problem> {
    let mut tx = permitted.tx().await?;
    let watches = connection_watches::list(&mut tx).await?;
    let event = permitted.event(json!({})).decided_by(&permitted.decision);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok(Json(List { items: watches.iter().map(shown).collect() }))
}

/// What is expected of one.
pub fn shown(watch: &KnownWatch) -> ConnectionWatch {
    ConnectionWatch {
        connection_id: watch.connection.0,
        silent_after_minutes: watch.silent_after_minutes,
        announces: watch.announces,
        canary: watch.canary.as_ref().map(|canary| Canary {
            number: canary.digits.reveal().clone(),
            every_minutes: canary.every_minutes,
        }),
        canary_at: watch.canary_at,
    }
}
