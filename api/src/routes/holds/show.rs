//! `GET /v1/holds/{id}`: one preservation hold and the recordings it rests on.

use rokuon_db::holds::{self, placing};
use rokuon_db::recording_search;
use rokuon_policy::access;
use rokuon_policy::ids::{HoldId, RecordingId};
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, HoldView};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::announcements::shown::Names;
use crate::routes::holds::model::Detail;
use crate::routes::holds::rules::MOST_RECORDINGS;
use crate::routes::holds::shown::hold_of;
use crate::routes::recordings::model::Summary;

/// How many recordings are shown with it.
const SHOWN: usize = 200;

/// One preservation hold
#[utoipa::path(
    get,
    path = "/v1/holds/{id}",
    operation_id = "holds_show",
    tag = "holds",
    params(("id" = Uuid, Path, description = "The hold")),
    responses((status = 200, description = "Found", body = Detail)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(HoldView::NAME)),
        ("x-rokuon-audit" = json!(HoldView::EVENT)),
    ),
)]
pub async fn show(permitted: Permitted<HoldView>, Path(id): Path<Uuid>) -> Result<Json<Detail>, Problem> {
    let mut tx = permitted.tx().await?;
    let hold = holds::find(&mut tx, HoldId(id)).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let all = holds::recordings_of(&mut tx, hold.id, MOST_RECORDINGS).await?;
    let (policy, caller) = (&permitted.rules.policy, permitted.caller());
    let judged: Vec<_> = placing::facts(&mut tx, &all)
        .await?
        .into_iter()
        .map(|one| (one.id, access::may_see(policy, &caller, &one.facts, permitted.now)))
        .collect();
    let seen: Vec<RecordingId> =
        judged.iter().filter(|(_, decision)| decision.allowed).map(|(id, _)| *id).collect();
    let event = permitted.event(json!({})).on("hold", id);
    if seen.is_empty() {
        drop(tx);
        let (_, refusal) = judged.into_iter().next().ok_or_else(|| Problem::new(Code::NotFound))?;
        return Err(permitted.refuse(Code::NotPermitted, event, &refusal).await);
    }
    let calls = recording_search::of_recordings(&mut tx, seen.get(..SHOWN).unwrap_or(&seen)).await?;
    let mut names = Names::default();
    names.look_up(&mut tx, hold.people()).await?;
    tx.commit_with(event.decided_by(&permitted.decision)).await.map_err(Problem::unavailable)?;
    let recordings: Vec<Summary> = calls.iter().filter_map(|call| Summary::of(policy, call)).collect();
    let not_shown = hold.recording_count.saturating_sub(u32::try_from(recordings.len()).unwrap_or(u32::MAX));
    Ok(Json(Detail { hold: hold_of(&permitted, &hold, &names), recordings, not_shown }))
}
