//! `POST /v1/connections/{id}/watch`: say what is expected of a connection.

use rokuon_db::connection_watches::{self, Canary, ConnectionWatch as KnownWatch};
use rokuon_db::connections;
use rokuon_policy::ids::ConnectionId;
use rokuon_policy::pii::Pii;
use rokuon_policy::recording_scope::normalise_number;
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, ConnectionWatchSet};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::connection_watches::list::shown;
use crate::routes::connection_watches::model::{ConnectionWatch, Request};
use crate::routes::connections::list::today;

/// The longest time: a week.
const MOST_MINUTES: u32 = 10_080;

/// Say what is expected of a connection
#[utoipa::path(
    post,
    path = "/v1/connections/{id}/watch",
    operation_id = "connection_watches_set",
    tag = "alarms",
    params(("id" = Uuid, Path, description = "The connection")),
    request_body = Request,
    responses((status = 200, description = "Set", body = ConnectionWatch)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(ConnectionWatchSet::NAME)),
        ("x-rokuon-audit" = json!(ConnectionWatchSet::EVENT)),
    ),
)]
pub async fn set(
    permitted: Permitted<ConnectionWatchSet>,
    Path(id): Path<Uuid>,
    Json(body): Json<Request>,
) -> Result<Json<ConnectionWatch>, Problem> {
    let fits = |minutes: u32| (1..=MOST_MINUTES).contains(&minutes);
    let out_of_range = |field| Problem::field(field, "1〜10080分です", "must be 1 to 10080 minutes");
    if body.silent_after_minutes.is_some_and(|minutes| !fits(minutes)) {
        return Err(out_of_range("silent_after_minutes"));
    }
    let canary = match &body.canary {
        None => None,
        Some(canary) if !fits(canary.every_minutes) => return Err(out_of_range("canary.every_minutes")),
        Some(canary) => {
            let digits = normalise_number(&canary.number)
                .filter(|digits| digits.len() >= 2 && !digits.starts_with('+'));
            let wrong = || Problem::field("canary.number", "電話番号ではありません", "is not a number");
            Some(Canary { digits: Pii::new(digits.ok_or_else(wrong)?), every_minutes: canary.every_minutes })
        }
    };
    let (day, began) = today(&permitted);
    let mut tx = permitted.tx().await?;
    let connection = ConnectionId(id);
    let found = connections::find(&mut tx, connection, day, began).await?;
    found.ok_or_else(|| Problem::new(Code::NotFound))?;
    let watch = KnownWatch {
        silent_after_minutes: body.silent_after_minutes,
        announces: body.announces,
        canary,
        ..KnownWatch::usual(connection)
    };
    connection_watches::set(&mut tx, &watch, permitted.now).await?;
    let watches = connection_watches::list(&mut tx).await?;
    let detail = json!({
        "silent_after_minutes": watch.silent_after_minutes,
        "announces": watch.announces,
        "canary_every_minutes": watch.canary.as_ref().map(|canary| canary.every_minutes),
    });
    let event = permitted.event(detail).decided_by(&permitted.decision).on("connection", id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    let now = watches.iter().find(|watch| watch.connection == connection);
    now.map(|watch| Json(shown(watch))).ok_or_else(|| Problem::internal("a watch just set"))
}
