//! `POST /v1/erasures`: enter a request for erasure.

use axum::http::StatusCode;
use rokuon_db::erasures::entering::{self, NewErasure};
use rokuon_db::erasures::{REQUEST_KIND, RestsOn};
use rokuon_db::holds::placing::{self, LockedRecording, NewHold, Placed};
use rokuon_db::holds::{HoldGround, HoldOrigin};
use rokuon_db::repeats::{Repeat, Repeatable};
use rokuon_policy::civil::civil_day;
use rokuon_policy::decision::Decision;
use rokuon_policy::ids::{ErasureId, HoldId};
use rokuon_policy::keeping::erasure_rules;
use rokuon_policy::text::Text;
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, ErasureAsk};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::repeat_key::{RepeatKey, made_before};
use crate::extract::words::Words;
use crate::problem::Problem;
use crate::routes::erasures::decided::answer;
use crate::routes::erasures::model::{AskRequest, Erasure};
use crate::routes::erasures::rules::basis;
use crate::routes::erasures::shown::shown;
use crate::routes::holds::locked::lock_each;

/// About how many recordings one request can be.
pub const MOST_RECORDINGS: usize = 100;

/// Enter a request for erasure
///
/// The recordings are held from then on until it is decided, so that nothing becomes of them in between. Another person decides.
#[utoipa::path(
    post,
    path = "/v1/erasures",
    operation_id = "erasures_ask",
    tag = "erasures",
    params(("Idempotency-Key" = Option<String>, Header, description = "8 to 128 characters of the caller's own making, new for each request")),
    request_body = AskRequest,
    responses((status = 201, description = "Entered", body = Erasure)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(ErasureAsk::NAME)),
        ("x-rokuon-audit" = json!(ErasureAsk::EVENT)),
        ("x-rokuon-problems" = json!(["conflict", "not-found"])),
    ),
)]
pub async fn ask(
    permitted: Permitted<ErasureAsk>,
    repeat: RepeatKey,
    Json(body): Json<AskRequest>,
) -> Result<(StatusCode, Json<Erasure>), Problem> {
    let rests_on = checked(&permitted, &body)?;
    let repeat = repeat.of(permitted.person.id, &body);
    if let Some(before) = again(&permitted, repeat.as_ref()).await? {
        return Ok(before);
    }
    let mut tx = permitted.tx().await?;
    let (ids, locked) = lock_each(&mut tx, &body.recordings).await?;
    let id = ErasureId(Uuid::now_v7());
    let event = permitted.event(json!({ "recordings": ids, "count": ids.len() })).on("erasure", id);
    let decision =
        judge(&permitted, &locked, &rests_on).ok_or_else(|| Problem::internal("an erasure of nothing"))?;
    if !decision.allowed {
        drop(tx);
        permitted.write(event.decided_by(&decision)).await?;
        return Err(answer(&decision));
    }
    let new = NewErasure {
        id,
        requester: body.requester.trim().to_owned(),
        identity: body.identity.trim().to_owned(),
        rests_on,
        reason: body.reason.trim().to_owned(),
        applied_on: body.applied_on,
        policy_version: permitted.rules.version,
        asked_by: permitted.person.id,
        asked_at: permitted.now,
        repeat,
    };
    match entering::enter(&mut tx, &new, &ids).await {
        Ok(()) => {}
        Err(error) if error.constraint() == Some("erasures_repeat_key_once") => {
            drop(tx);
            let before = again(&permitted, repeat.as_ref()).await?;
            return before.ok_or_else(|| Problem::internal("a repeated request"));
        }
        Err(error) => return Err(error.into()),
    }
    let hold = its_hold(&new, &decision);
    if placing::place(&mut tx, &hold, &ids).await? != Placed::Done {
        return Err(Problem::internal("recordings changed under their lock"));
    }
    let held = permitted
        .session_event("hold.place", json!({ "recordings": ids, "erasure": id, "count": ids.len() }))
        .decided_by(&decision)
        .on("hold", hold.id);
    let entered = shown(&permitted, &mut tx, id).await?;
    tx.commit_with_all(&[event.decided_by(&decision), held]).await.map_err(Problem::unavailable)?;
    Ok((StatusCode::CREATED, Json(entered)))
}

fn checked(permitted: &Permitted<ErasureAsk>, body: &AskRequest) -> Result<RestsOn, Problem> {
    let mut words = Words::default()
        .some_of("recordings", &body.recordings, MOST_RECORDINGS)
        .text("requester", &body.requester, 1, 200)
        .text("identity", &body.identity, 1, 500)
        .text("reason", &body.reason, 1, 2_000);
    if body.applied_on > civil_day(permitted.now) {
        words = words.wrong("applied_on", "今日以前の日付です", "must not lie ahead");
    }
    let rests_on = match (&body.application, &body.law) {
        (Some(key), None) => RestsOn::Application(key.trim().to_owned()),
        (None, law) => {
            let law = law.as_deref().unwrap_or_default();
            words = words.text("law", law, 1, 200);
            RestsOn::Law(law.trim().to_owned())
        }
        (Some(_), Some(law)) => {
            words =
                words.wrong("law", "申請か法令のどちらか一方です", "name an application or a law, not both");
            RestsOn::Law(law.clone())
        }
    };
    words.right()?;
    Ok(rests_on)
}

/// What the rules say of all the recordings: the first refusal, or the permission.
fn judge(
    permitted: &Permitted<ErasureAsk>,
    locked: &[LockedRecording],
    rests_on: &RestsOn,
) -> Option<Decision> {
    let (policy, caller, now) = (&permitted.rules.policy, permitted.caller(), permitted.now);
    let mut all = None;
    for recording in locked {
        let decision = erasure_rules::may_ask(policy, &caller, &recording.facts, basis(rests_on), now);
        let refused = !decision.allowed;
        all = Some(decision);
        if refused {
            break;
        }
    }
    all
}

/// The hold that comes with it (INV-11).
fn its_hold(erasure: &NewErasure, decision: &Decision) -> NewHold {
    NewHold {
        id: HoldId(Uuid::now_v7()),
        origin: HoldOrigin::Request { kind: REQUEST_KIND.to_owned(), id: erasure.id.0 },
        ground: HoldGround {
            key: "request-erasure".to_owned(),
            article: decision.article.clone(),
            name: Text::new("消去の申出の処理中", "A request for erasure is open"),
        },
        reason: "消去の申出を決定するまで".to_owned(),
        authority: erasure.requester.clone(),
        policy_version: erasure.policy_version,
        placed_by: erasure.asked_by,
        placed_at: erasure.asked_at,
        review_on: None,
        repeat: None,
    }
}

/// The answer that an earlier request with this key got.
async fn again(
    permitted: &Permitted<ErasureAsk>,
    repeat: Option<&Repeat>,
) -> Result<Option<(StatusCode, Json<Erasure>)>, Problem> {
    let Some(repeat) = repeat else { return Ok(None) };
    let mut tx = permitted.tx().await?;
    let Some(id) = made_before(&mut tx, Repeatable::Erasure, repeat).await? else { return Ok(None) };
    let erasure = shown(permitted, &mut tx, ErasureId(id)).await?;
    tx.commit_read_only().await?;
    Ok(Some((StatusCode::CREATED, Json(erasure))))
}
