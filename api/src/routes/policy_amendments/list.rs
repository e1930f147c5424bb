//! `GET /v1/policy-amendments`: amended policies on their way into force, and those that were.

use rokuon_db::policy_amendments;
use serde_json::json;

use crate::access::acts::{Act, PolicyAmendmentList};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::problem::Problem;
use crate::routes::announcements::shown::Names;
use crate::routes::policy_amendments::model::{List, PolicyAmendment};

/// How many are shown.
const MOST: u32 = 100;

/// Amended policies on their way into force, and those that were
#[utoipa::path(
    get,
    path = "/v1/policy-amendments",
    operation_id = "policy_amendments_list",
    tag = "policy-amendments",
    responses((status = 200, description = "Found", body = List)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(PolicyAmendmentList::NAME)),
        ("x-rokuon-audit" = json!(PolicyAmendmentList::EVENT)),
    ),
)]
pub async fn list(permitted: Permitted<PolicyAmendmentList>) -> Result<Json<List>, Problem> {
    let mut tx = permitted.tx().await?;
    let found = policy_amendments::list(&mut tx, MOST).await?;
    let mut names = Names::default();
    let people = found.iter().flat_map(|one| [Some(one.proposed_by), one.decided.map(|(by, _)| by)]);
    names.look_up(&mut tx, people.flatten().collect::<Vec<_>>()).await?;
    let event = permitted.event(json!({ "found": found.len() })).decided_by(&permitted.decision);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok(Json(List { items: found.into_iter().map(|one| PolicyAmendment::of(one, &names)).collect() }))
}
