//! `POST /v1/alarms/{id}/acknowledge`: take an alarm up.

use axum::http::StatusCode;
use rokuon_db::alarms::{self, Acknowledged};
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, AlarmAcknowledge};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::alarms::model::AcknowledgeRequest;

/// Take an alarm up
///
/// It stays open until what is wrong is over; a later note takes the place of an earlier one.
#[utoipa::path(
    post,
    path = "/v1/alarms/{id}/acknowledge",
    operation_id = "alarms_acknowledge",
    tag = "alarms",
    params(("id" = Uuid, Path, description = "The alarm")),
    request_body = AcknowledgeRequest,
    responses((status = 204, description = "Done")),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(AlarmAcknowledge::NAME)),
        ("x-rokuon-audit" = json!(AlarmAcknowledge::EVENT)),
    ),
)]
pub async fn acknowledge(
    permitted: Permitted<AlarmAcknowledge>,
    Path(id): Path<Uuid>,
    Json(body): Json<AcknowledgeRequest>,
) -> Result<StatusCode, Problem> {
    let note = body.note.trim();
    if note.is_empty() || note.chars().count() > 500 {
        return Err(Problem::field("note", "1〜500文字です", "must have 1 to 500 characters"));
    }
    let by = permitted.person.id;
    let acknowledged = Acknowledged { by, at: permitted.now, note: note.to_owned() };
    let mut tx = permitted.tx().await?;
    if !alarms::acknowledge(&mut tx, id, &acknowledged).await? {
        return Err(Problem::new(Code::NotFound));
    }
    let event = permitted.event(json!({})).decided_by(&permitted.decision).on("alarm", id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}
