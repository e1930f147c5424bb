//! `GET /v1/calls`: search the call log.

use rokuon_db::recording_search;
use rokuon_policy::access;

use crate::access::acts::{Act, CallSearch};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::query::Query;
use crate::problem::{Code, Problem};
use crate::routes::calls::model::{Page, Summary};
use crate::routes::recordings::filter::{Filter, visible};

/// Search the call log
#[utoipa::path(
    get,
    path = "/v1/calls",
    operation_id = "calls_search",
    tag = "calls",
    params(Filter),
    responses((status = 200, description = "Found", body = Page)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(CallSearch::NAME)),
        ("x-rokuon-audit" = json!(CallSearch::EVENT)),
    ),
)]
pub async fn search(
    permitted: Permitted<CallSearch>,
    Query(query): Query<Filter>,
) -> Result<Json<Page>, Problem> {
    if query.held.is_some() {
        // Who may read the log need not learn what is held.
        return Err(Problem::field("held", "録音の検索で使えます", "is for the search of recordings"));
    }
    let (policy, now) = (&permitted.rules.policy, permitted.now);
    let scope = access::department_scope(policy, &permitted.caller(), CallSearch::CAPABILITY, now);
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
    Ok(Json(Page { items: page.items.iter().map(Summary::of).collect(), next_cursor }))
}
