//! `GET /v1/recordings`: search recordings.

use rokuon_db::recording_search;
use rokuon_policy::access;

use crate::access::acts::{Act, RecordingSearch};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::query::Query;
use crate::problem::{Code, Problem};
use crate::routes::recordings::filter::{Filter, visible};
use crate::routes::recordings::model::{Page, Summary};

/// Search recordings
///
/// Newest first, in pages. Only recordings of the departments the person's posts reach are found.
#[utoipa::path(
    get,
    path = "/v1/recordings",
    operation_id = "recordings_search",
    tag = "recordings",
    params(Filter),
    responses((status = 200, description = "Found", body = Page)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(RecordingSearch::NAME)),
        ("x-rokuon-audit" = json!(RecordingSearch::EVENT)),
    ),
)]
pub async fn search(
    permitted: Permitted<RecordingSearch>,
    Query(query): Query<Filter>,
) -> Result<Json<Page>, Problem> {
    let (policy, now) = (&permitted.rules.policy, permitted.now);
    let scope = access::department_scope(policy, &permitted.caller(), RecordingSearch::CAPABILITY, now);
    let event = permitted.event(query.shape());
    let visible = match visible(scope) {
        Ok(visible) => visible,
        Err(refusal) => return Err(permitted.refuse(Code::NotPermitted, event, &refusal).await),
    };
    let filter = query.checked(visible, now)?;
    let mut tx = permitted.tx().await?;
    let page = recording_search::search(&mut tx, &filter).await?;
    tx.commit_with(event.decided_by(&permitted.decision)).await.map_err(Problem::unavailable)?;
    let next_cursor = page.next.map(|next| next.to_string());
    Ok(Json(Page {
        items: page.items.iter().filter_map(|call| Summary::of(policy, call)).collect(),
        next_cursor,
    }))
}
