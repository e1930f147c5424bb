//! `POST /v1/lines/{key}/change`: how recording of a line's calls starts, and whether its callers hear an announcement.

use rokuon_db::lines;
use rokuon_policy::decision::Decision;
use rokuon_policy::recording_scope::RecordingStart;
use rokuon_policy::text::Text;
use serde_json::json;

use crate::access::acts::{Act, LineChange};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::lines::model::{ChangeRequest, Line};

/// Change how recording of a line starts
///
/// Counts for calls that begin some seconds later. Recording by hand only where the rules know it.
#[utoipa::path(
    post,
    path = "/v1/lines/{key}/change",
    operation_id = "lines_change",
    tag = "lines",
    params(("key" = String, Path, description = "The line")),
    request_body = ChangeRequest,
    responses((status = 200, description = "Changed", body = Line)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(LineChange::NAME)),
        ("x-rokuon-audit" = json!(LineChange::EVENT)),
    ),
)]
pub async fn change(
    permitted: Permitted<LineChange>,
    Path(key): Path<String>,
    Json(body): Json<ChangeRequest>,
) -> Result<Json<Line>, Problem> {
    let mut tx = permitted.tx().await?;
    let known = lines::list(&mut tx).await?;
    let before = known.into_iter().find(|line| line.key == key);
    let before = before.ok_or_else(|| Problem::new(Code::NotFound))?;
    let start = RecordingStart::from(body.start);
    let detail = json!({
        "start": { "from": before.start, "to": start },
        "announces": { "from": before.announces, "to": body.announces },
    });
    let event = permitted.event(detail).on("line", &key);
    let rules = &permitted.rules.policy.recording;
    if !rules.starts.contains(&start) {
        drop(tx);
        let refusal = Decision::refuse(
            "line.start_not_in_policy",
            rules.article.clone(),
            Text::new(
                format!("この始め方は定められていません。{}", rules.sentence.ja),
                format!("The rules do not know this start. {}", rules.sentence.en),
            ),
        );
        return Err(permitted.refuse(Code::NotPermitted, event, &refusal).await);
    }
    lines::change(&mut tx, &key, start, body.announces).await?;
    tx.commit_with(event.decided_by(&permitted.decision)).await.map_err(Problem::unavailable)?;
    let after = rokuon_policy::recording_scope::Line { start, announces: body.announces, ..before };
    Ok(Json(Line::of(&after, &permitted.rules)))
}
