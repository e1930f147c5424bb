//! `POST /v1/connections/{id}/test`: begin a test of a connection.

use chrono::TimeDelta;
use rokuon_db::{connection_edits, connections};
use rokuon_policy::ids::ConnectionId;
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, ConnectionTest};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::connections::list::today;
use crate::routes::connections::test_model::Test;

/// A test ends by itself after so long.
const LASTS: TimeDelta = TimeDelta::minutes(30);

/// Begin a test of a connection
///
/// For half an hour everything that arrives by the connection, or fails to, is noted step by step. Calls are recorded as ever.
/// Beginning again lets the checklist begin anew.
#[utoipa::path(
    post,
    path = "/v1/connections/{id}/test",
    operation_id = "connections_begin_test",
    tag = "connections",
    params(("id" = Uuid, Path, description = "The connection")),
    responses((status = 200, description = "Begun", body = Test)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(ConnectionTest::NAME)),
        ("x-rokuon-audit" = json!(ConnectionTest::EVENT)),
    ),
)]
pub async fn begin_test(
    permitted: Permitted<ConnectionTest>,
    Path(id): Path<Uuid>,
) -> Result<Json<Test>, Problem> {
    let (id, now) = (ConnectionId(id), permitted.now);
    let (day, began) = today(&permitted);
    let mut tx = permitted.tx().await?;
    connections::find(&mut tx, id, day, began).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    connection_edits::begin_test(&mut tx, id, now, now + LASTS).await?;
    let begun = connections::find(&mut tx, id, day, began).await?;
    let begun = begun.ok_or_else(|| Problem::internal("a connection just found"))?;
    let event =
        permitted.event(json!({ "until": now + LASTS })).decided_by(&permitted.decision).on("connection", id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok(Json(Test::of(&begun, Vec::new(), now)))
}
