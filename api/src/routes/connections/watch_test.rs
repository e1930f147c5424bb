//! `GET /v1/connections/{id}/test`: watch a test of a connection.

use std::time::Duration;

use chrono::TimeDelta;
use rokuon_db::{connection_observations, connections};
use rokuon_policy::ids::ConnectionId;
use serde::Deserialize;
use tokio::time::{Instant, sleep_until};
use utoipa::IntoParams;
use uuid::Uuid;

use crate::access::acts::{Act, ConnectionWatch};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::extract::query::Query;
use crate::problem::{Code, Problem};
use crate::routes::connections::list::today;
use crate::routes::connections::test_model::Test;

/// The longest a watcher is let wait.
const LONGEST_WAIT: u32 = 20;
/// How often the table is looked at meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(700);
/// Without a test so much of the past is shown.
const LATELY: TimeDelta = TimeDelta::minutes(30);

/// What to wait for.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WatchQuery {
    /// The last observation that is known: the answer comes when there is a later one.
    pub after: Option<Uuid>,
    /// For how many seconds to wait for that, 0 to 20; 0 when absent.
    pub wait: Option<u32>,
}

/// Watch a test of a connection
///
/// Answers at once, or waits until something more was seen.
#[utoipa::path(
    get,
    path = "/v1/connections/{id}/test",
    operation_id = "connections_watch_test",
    tag = "connections",
    params(("id" = Uuid, Path, description = "The connection"), WatchQuery),
    responses((status = 200, description = "Found", body = Test)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(ConnectionWatch::NAME)),
        ("x-rokuon-audit" = json!("none: asked again every few seconds while a test runs; beginning the test is in the trail")),
    ),
)]
pub async fn watch_test(
    permitted: Permitted<ConnectionWatch>,
    Path(id): Path<Uuid>,
    Query(query): Query<WatchQuery>,
) -> Result<Json<Test>, Problem> {
    let wait = query.wait.unwrap_or_default();
    if wait > LONGEST_WAIT {
        return Err(Problem::field("wait", "0〜20秒です", "must be 0 to 20"));
    }
    let id = ConnectionId(id);
    let (day, began) = today(&permitted);
    let until = Instant::now() + Duration::from_secs(u64::from(wait));
    loop {
        let now = permitted.app.now();
        // Each look is a transaction of its own: nobody holds one while they wait.
        let mut tx = permitted.tx().await?;
        let found = connections::find(&mut tx, id, day, began).await?;
        let found = found.ok_or_else(|| Problem::new(Code::NotFound))?;
        let since = found.test_began_at.unwrap_or(now - LATELY).max(now - LATELY * 2);
        let seen = connection_observations::since(&mut tx, id, since).await?;
        tx.commit_read_only().await?;
        let later = seen.last().is_some_and(|last| query.after.is_none_or(|after| last.id > after));
        if later || Instant::now() >= until {
            return Ok(Json(Test::of(&found, seen, now)));
        }
        sleep_until((Instant::now() + LOOK_EVERY).min(until)).await;
    }
}
