//! `POST /v1/policy-amendments/{id}/approve`: a second person's word.

use axum::http::StatusCode;
use rokuon_db::policy_amendments::{self, AmendmentState, PolicyAmendment};
use rokuon_db::policy_versions;
use rokuon_policy::civil::day_begins;
use rokuon_policy::keeping::policy_change::{Amendment, may_take_force};
use rokuon_policy::keeping::two_persons::Actor;
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, PolicyAmendmentApprove};
use crate::access::permitted::Permitted;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::policy_amendments::trying;

/// Approve an amended policy that another person proposed
///
/// From then on it is a version of the policy and takes force on its own day by itself. Where it shortens a period, both persons
/// must have asked `POST /v1/policy-amendments/preview` what this document would destroy, and that day must lie seven days after the
/// approval or later.
#[utoipa::path(
    post,
    path = "/v1/policy-amendments/{id}/approve",
    operation_id = "policy_amendments_approve",
    tag = "policy-amendments",
    params(("id" = Uuid, Path, description = "The amendment")),
    responses((status = 204, description = "Done")),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(PolicyAmendmentApprove::NAME)),
        ("x-rokuon-audit" = json!(PolicyAmendmentApprove::EVENT)),
        ("x-rokuon-problems" = json!(["conflict"])),
    ),
)]
pub async fn approve(
    permitted: Permitted<PolicyAmendmentApprove>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    let mut tx = permitted.tx().await?;
    let found = policy_amendments::find(&mut tx, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    if found.state != AmendmentState::Proposed {
        return Err(decided_already());
    }
    let new = trying::read(&found.toml, permitted.tenant())?;
    let (by, now) = (permitted.person.id, permitted.now);
    let previewed = trying::was_shown_to(&mut tx, &found.toml, &[found.proposed_by, by]).await?;
    let amendment = amendment_of(&found, Some((Actor::in_own_right(by), now)), previewed);
    let decision = may_take_force(&permitted.rules.policy, &new, &amendment, now);
    // Whatever it changes, it is not one person's doing.
    let own = found.proposed_by == by;
    if !decision.allowed || own {
        drop(tx);
        let event = permitted.event(json!({})).on("policy_amendment", id);
        if decision.allowed {
            let mut event = event.refused();
            event.article = Some(permitted.decision.article.clone());
            permitted.write(event).await?;
            return Err(Problem::new(Code::Conflict)
                .article(permitted.decision.article.as_str(), permitted.decision.article.label_ja())
                .detail("提案した本人は承認できません。", "Whoever proposed it cannot approve it."));
        }
        return Err(permitted.refuse(Code::Conflict, event, &decision).await);
    }
    let (version, new_version) =
        policy_versions::load(&mut tx, &found.toml, found.effective_from, now).await?;
    if !new_version {
        return Err(Problem::new(Code::Conflict)
            .detail("同じ内容の規程がすでにあります。", "The same document is there already."));
    }
    if !policy_amendments::decide(&mut tx, id, AmendmentState::Approved, by, now, Some(version)).await? {
        return Err(decided_already());
    }
    let detail = json!({
        "policy_version": version, "effective_from": found.effective_from, "shortens": found.shortens,
        "proposed_by": found.proposed_by,
    });
    let event = permitted.event(detail).decided_by(&decision).on("policy_amendment", id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}

fn amendment_of(
    found: &PolicyAmendment,
    approved: Option<(Actor, chrono::DateTime<chrono::Utc>)>,
    previewed: bool,
) -> Amendment {
    Amendment {
        proposed_by: Actor::in_own_right(found.proposed_by),
        approved,
        previewed,
        in_force_from: day_begins(found.effective_from),
    }
}

pub(super) fn decided_already() -> Problem {
    Problem::new(Code::Conflict)
        .detail("この改正案はもう決まっています。", "This amendment has been decided already.")
}
