//! `GET /v1/holds/selection`: what a hold on a search result would rest on, before it is placed.

use rokuon_db::recording_search::{self, FoundRecording};
use rokuon_policy::access;
use rokuon_policy::keeping::hold_rules;

use crate::access::acts::{Act, HoldSelect};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::query::Query;
use crate::problem::{Code, Problem};
use crate::routes::holds::model::Selection;
use crate::routes::holds::rules::MOST_RECORDINGS;
use crate::routes::recordings::filter::{Filter, visible};

/// What a hold on a search result would rest on
///
/// The conditions are those of the search of recordings. Recordings whose destruction has been committed, and calls of which nothing
/// was kept, are not among them. Placing the hold names the recordings, so that it rests on exactly what was counted here.
#[utoipa::path(
    get,
    path = "/v1/holds/selection",
    operation_id = "holds_select",
    tag = "holds",
    params(Filter),
    responses((status = 200, description = "Counted", body = Selection)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(HoldSelect::NAME)),
        ("x-rokuon-audit" = json!(HoldSelect::EVENT)),
    ),
)]
pub async fn select(
    permitted: Permitted<HoldSelect>,
    Query(query): Query<Filter>,
) -> Result<Json<Selection>, Problem> {
    let (policy, now) = (&permitted.rules.policy, permitted.now);
    let scope = access::department_scope(policy, &permitted.caller(), HoldSelect::CAPABILITY, now);
    let event = permitted.event(query.shape());
    let visible = match visible(scope) {
        Ok(visible) => visible,
        Err(refusal) => return Err(permitted.refuse(Code::NotPermitted, event, &refusal).await),
    };
    let mut filter = query.checked(visible, now)?;
    filter.limit = 200;
    let holdable = |recording: &FoundRecording| hold_rules::too_late(policy, recording.state).is_none();
    let (mut recordings, mut held_already, mut more) = (Vec::new(), 0, false);
    let mut tx = permitted.tx().await?;
    'pages: loop {
        let page = recording_search::search(&mut tx, &filter).await?;
        for recording in page.items.iter().filter_map(|call| call.recording.as_ref()) {
            if !holdable(recording) {
                continue;
            }
            if recordings.len() == MOST_RECORDINGS as usize {
                more = true;
                break 'pages;
            }
            held_already += u32::from(recording.active_holds > 0);
            recordings.push(recording.id.0);
        }
        filter.after = page.next;
        if page.next.is_none() {
            break;
        }
    }
    let count = u32::try_from(recordings.len()).unwrap_or(u32::MAX);
    let decision = &permitted.decision;
    tx.commit_with(event.decided_by(decision)).await.map_err(Problem::unavailable)?;
    if more {
        recordings.clear();
    }
    Ok(Json(Selection { count, more, most_recordings: MOST_RECORDINGS, held_already, recordings }))
}
