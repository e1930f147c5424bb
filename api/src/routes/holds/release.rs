//! `POST /v1/holds/{id}/release`: release a preservation hold.

use rokuon_db::erasures::deciding;
use rokuon_db::holds::releasing;
use rokuon_policy::keeping::HOLD_GRACE;
use rokuon_policy::keeping::hold_rules::{self, PlacedHold};
use serde_json::json;
use uuid::Uuid;

use crate::access::actors::actor;
use crate::access::acts::{Act, HoldRelease};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::extract::words::Words;
use crate::problem::{Code, Problem};
use crate::routes::holds::judged::{Judged, answer};
use crate::routes::holds::model::{Hold, ReleaseRequest};
use crate::routes::holds::shown::shown;

/// Release a preservation hold
///
/// Where the rules want two persons, somebody else must have asked for it. What nothing holds any more is left alone for another
/// 24 hours; an approved erasure that waited behind the hold is ordered at once and carried out after them.
#[utoipa::path(
    post,
    path = "/v1/holds/{id}/release",
    operation_id = "holds_release",
    tag = "holds",
    params(("id" = Uuid, Path, description = "The hold")),
    request_body = ReleaseRequest,
    responses((status = 200, description = "Released", body = Hold)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(HoldRelease::NAME)),
        ("x-rokuon-audit" = json!(HoldRelease::EVENT)),
        ("x-rokuon-problems" = json!(["conflict"])),
    ),
)]
pub async fn release(
    permitted: Permitted<HoldRelease>,
    Path(id): Path<Uuid>,
    Json(body): Json<ReleaseRequest>,
) -> Result<Json<Hold>, Problem> {
    Words::default().text("reason", &body.reason, 1, 2_000).right()?;
    let (judged, mut tx) = Judged::lock(&permitted, id).await?;
    judged.open(&permitted)?;
    let (policy, caller, now) = (&permitted.rules.policy, permitted.caller(), permitted.now);
    let releasing_one = actor(&mut tx, policy, permitted.person.id, now).await?;
    // Of the two persons one is who asked; whoever placed it has not asked for its release by that.
    let asked = judged.hold.release_asked.as_ref();
    let other = asked.map_or(judged.hold.placed_by, |asked| asked.person);
    let other = actor(&mut tx, policy, other, now).await?;
    let hold = PlacedHold { placed_by: Some(other), review_on: judged.hold.review_on };
    let decision = judged
        .judge(|facts| {
            hold_rules::may_release(policy, &caller, &releasing_one, facts, &hold, &body.reason, now)
        })
        .ok_or_else(|| Problem::internal("a hold on nothing"))?;
    let event = permitted.event(json!({ "count": judged.hold.recording_count })).on("hold", id);
    if !decision.allowed {
        drop(tx);
        permitted.write(event.decided_by(&decision)).await?;
        return Err(answer(&decision));
    }
    if policy.holds.two_persons && asked.is_none() {
        return Err(not_asked(&permitted));
    }
    let (id, by) = (judged.hold.id, permitted.person.id);
    let reason = Some(body.reason.trim());
    let freed = releasing::release(&mut tx, id, by, reason, now, now + HOLD_GRACE).await?;
    let freed = freed.ok_or_else(|| Problem::new(Code::Conflict))?;
    let ordered = deciding::carry_out(&mut tx, &freed.recordings, now).await?;
    let after = shown(&permitted, &mut tx, id).await?;
    let mut events = vec![event.decided_by(&decision)];
    events.extend(ordered.into_iter().map(|ordered| {
        let mut event = permitted.session_event("erasure.order", json!({ "erasure": ordered.erasure }));
        event.article = Some(ordered.article);
        event.on("recording", ordered.recording)
    }));
    tx.commit_with_all(&events).await.map_err(Problem::unavailable)?;
    Ok(Json(after))
}

fn not_asked(permitted: &Permitted<HoldRelease>) -> Problem {
    let article = &permitted.rules.policy.holds.article;
    Problem::new(Code::Conflict)
        .detail(
            "解除には二人が必要です。先に別の人が解除を申請してください。",
            "A release takes two persons: somebody else asks for it first.",
        )
        .article(article.as_str(), article.label_ja())
        .rule("hold.release_not_asked")
}
