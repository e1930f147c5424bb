//! `GET /v1/erasures`: requests for erasure.

use rokuon_db::erasures::ErasureState;
use rokuon_db::erasures::listing::{self, ErasureFilter};
use rokuon_policy::access;
use rokuon_policy::ids::RecordingId;
use serde_json::json;

use crate::access::acts::{Act, ErasureList};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::query::{Query, StandingFilter, cursor, page_size};
use crate::problem::{Code, Problem};
use crate::routes::announcements::shown::Names;
use crate::routes::erasures::model::{Page, Standing};
use crate::routes::erasures::rules::rules_of;
use crate::routes::erasures::shown::{erasure_of, people};
use crate::routes::recordings::filter::visible;

/// Requests for erasure
///
/// Newest first, in pages: those about recordings of the departments the person's posts reach. The rules on erasure come with them.
#[utoipa::path(
    get,
    path = "/v1/erasures",
    operation_id = "erasures_list",
    tag = "erasures",
    params(StandingFilter<Standing>),
    responses((status = 200, description = "Found", body = Page)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(ErasureList::NAME)),
        ("x-rokuon-audit" = json!(ErasureList::EVENT)),
    ),
)]
pub async fn list(
    permitted: Permitted<ErasureList>,
    Query(query): Query<StandingFilter<Standing>>,
) -> Result<Json<Page>, Problem> {
    let policy = &permitted.rules.policy;
    let scope = access::department_scope(policy, &permitted.caller(), ErasureList::CAPABILITY, permitted.now);
    let event = permitted.event(json!({ "recording": query.recording, "next_page": query.cursor.is_some() }));
    let visible = match visible(scope) {
        Ok(visible) => visible,
        Err(refusal) => return Err(permitted.refuse(Code::NotPermitted, event, &refusal).await),
    };
    let filter = ErasureFilter {
        state: query.standing.map(|standing| match standing {
            Standing::Asked => ErasureState::Asked,
            Standing::Waiting | Standing::Approved => ErasureState::Approved,
            Standing::Refused => ErasureState::Refused,
            Standing::Withdrawn => ErasureState::Withdrawn,
        }),
        waiting: query.standing == Some(Standing::Waiting),
        recording: query.recording.map(RecordingId),
        visible,
        after: cursor(query.cursor.as_deref())?,
        limit: page_size(query.limit)?,
    };
    let mut tx = permitted.tx().await?;
    let (erasures, next) = listing::list(&mut tx, &filter).await?;
    let mut names = Names::default();
    let named: Vec<_> = erasures.iter().flat_map(people).collect();
    names.look_up(&mut tx, named).await?;
    tx.commit_with(event.decided_by(&permitted.decision)).await.map_err(Problem::unavailable)?;
    Ok(Json(Page {
        items: erasures.iter().map(|erasure| erasure_of(&permitted, erasure, &names)).collect(),
        next_cursor: next.map(|next| next.to_string()),
        rules: rules_of(policy),
    }))
}
