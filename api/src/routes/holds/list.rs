//! `GET /v1/holds`: preservation holds.

use rokuon_db::holds::Hold;
use rokuon_db::holds::listing::{self, HoldFilter, HoldState};
use rokuon_policy::access;
use rokuon_policy::civil::civil_day;
use rokuon_policy::ids::RecordingId;
use serde_json::json;

use crate::access::acts::{Act, HoldList};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::query::{Query, StandingFilter, cursor, page_size};
use crate::problem::{Code, Problem};
use crate::routes::announcements::shown::Names;
use crate::routes::holds::model::{Page, Standing};
use crate::routes::holds::rules::rules_of;
use crate::routes::holds::shown::hold_of;
use crate::routes::recordings::filter::visible;

/// Preservation holds
///
/// Newest first, in pages: those on recordings of the departments the person's posts reach. The rules on holds come with them.
#[utoipa::path(
    get,
    path = "/v1/holds",
    operation_id = "holds_list",
    tag = "holds",
    params(StandingFilter<Standing>),
    responses((status = 200, description = "Found", body = Page)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(HoldList::NAME)),
        ("x-rokuon-audit" = json!(HoldList::EVENT)),
    ),
)]
pub async fn list(
    permitted: Permitted<HoldList>,
    Query(query): Query<StandingFilter<Standing>>,
) -> Result<Json<Page>, Problem> {
    let (policy, now) = (&permitted.rules.policy, permitted.now);
    let scope = access::department_scope(policy, &permitted.caller(), HoldList::CAPABILITY, now);
    let event = permitted.event(json!({ "recording": query.recording, "next_page": query.cursor.is_some() }));
    let visible = match visible(scope) {
        Ok(visible) => visible,
        Err(refusal) => return Err(permitted.refuse(Code::NotPermitted, event, &refusal).await),
    };
    let filter = HoldFilter {
        state: query.standing.map(|standing| match standing {
            Standing::Active => HoldState::Active,
            Standing::ReviewDue => HoldState::ReviewDue,
            Standing::ReleaseAsked => HoldState::ReleaseAsked,
            Standing::Released => HoldState::Released,
        }),
        recording: query.recording.map(RecordingId),
        visible,
        today: civil_day(now),
        after: cursor(query.cursor.as_deref())?,
        limit: page_size(query.limit)?,
    };
    let mut tx = permitted.tx().await?;
    let (holds, next) = listing::list(&mut tx, &filter).await?;
    let mut names = Names::default();
    let people: Vec<_> = holds.iter().flat_map(Hold::people).collect();
    names.look_up(&mut tx, people).await?;
    tx.commit_with(event.decided_by(&permitted.decision)).await.map_err(Problem::unavailable)?;
    Ok(Json(Page {
        items: holds.iter().map(|hold| hold_of(&permitted, hold, &names)).collect(),
        next_cursor: next.map(|next| next.to_string()),
        rules: rules_of(&permitted),
    }))
}
