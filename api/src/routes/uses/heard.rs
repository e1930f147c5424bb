//! `POST /v1/recordings/{id}/uses/{use_id}/heard`: say what was heard.

use axum::http::StatusCode;
use rokuon_db::{plays, uses};
use rokuon_policy::ids::{RecordingId, UseId};
use uuid::Uuid;

use crate::access::acts::{Act, PlayStop};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::uses::closing::stop_detail;
use crate::routes::uses::model::Heard;

/// Longer than any recording, in seconds: a week.
const LONGEST: f64 = 604_800.0;

/// Say what was heard
#[utoipa::path(
    post,
    path = "/v1/recordings/{id}/uses/{use_id}/heard",
    operation_id = "uses_heard",
    tag = "uses",
    params(("id" = Uuid, Path, description = "The recording"), ("use_id" = Uuid, Path, description = "The use")),
    request_body = Heard,
    responses((status = 204, description = "Done")),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(PlayStop::NAME)),
        ("x-rokuon-audit" = json!(PlayStop::EVENT)),
        ("x-rokuon-problems" = json!(["conflict"])),
    ),
)]
pub async fn heard(
    permitted: Permitted<PlayStop>,
    Path((id, use_id)): Path<(Uuid, Uuid)>,
    Json(body): Json<Heard>,
) -> Result<StatusCode, Problem> {
    check(&body)?;
    let (use_id, now) = (UseId(use_id), permitted.now);
    let mut tx = permitted.tx().await?;
    // the listening may have outlasted the use: what was heard is noted all the same
    let (person, session) = (permitted.person.id, permitted.row.id);
    let used = uses::find(&mut tx, use_id, RecordingId(id), person, session).await?;
    let used = used.ok_or_else(|| Problem::new(Code::NotFound))?;
    let Some((play, closes)) = plays::heard(&mut tx, use_id, &body.ranges, body.ended, now).await? else {
        return Err(Problem::new(Code::Conflict).detail("まだ再生していません。", "Nothing was played yet."));
    };
    if closes {
        let event =
            permitted.event(stop_detail(&used, &play)).decided_by(&permitted.decision).on("recording", id);
        tx.commit_with(event).await.map_err(Problem::unavailable)?;
    } else {
        tx.commit_bookkeeping().await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

fn check(body: &Heard) -> Result<(), Problem> {
    if body.ranges.len() > 1000 {
        return Err(Problem::field("ranges", "1000件以内にしてください", "may have 1000 entries at most"));
    }
    for (place, [from, to]) in body.ranges.iter().enumerate() {
        if !(0.0 <= *from && from < to && *to <= LONGEST) {
            let en = "must be [from, to] in seconds, from before to";
            return Err(Problem::field(format!("ranges[{place}]"), "[開始, 終了]の秒数です", en));
        }
    }
    Ok(())
}
