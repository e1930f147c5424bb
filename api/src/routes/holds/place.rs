//! `POST /v1/holds`: place a preservation hold.

use axum::http::StatusCode;
use rokuon_db::holds::placing::{self, LockedRecording, NewHold, Placed};
use rokuon_db::holds::{HoldGround, HoldOrigin};
use rokuon_db::repeats::{Repeat, Repeatable};
use rokuon_policy::decision::Decision;
use rokuon_policy::ids::HoldId;
use rokuon_policy::keeping::hold_rules::{self, WantedHold};
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, HoldPlace};
use crate::access::permitted::Permitted;
use crate::access::session::Session;
use crate::extract::json::Json;
use crate::extract::repeat_key::{RepeatKey, made_before};
use crate::extract::words::Words;
use crate::problem::Problem;
use crate::routes::holds::judged::answer;
use crate::routes::holds::locked::lock_each;
use crate::routes::holds::model::{Hold, PlaceRequest};
use crate::routes::holds::rules::MOST_RECORDINGS;
use crate::routes::holds::shown::shown;

/// Place a preservation hold
///
/// Once this is answered with 201, nothing destroys any of the recordings until the hold is released. It rests on all of them or
/// is refused: if the destruction of only one has been committed, the answer is 409 and names it. The same `Idempotency-Key` places
/// one hold, however often it is sent.
#[utoipa::path(
    post,
    path = "/v1/holds",
    operation_id = "holds_place",
    tag = "holds",
    params(("Idempotency-Key" = Option<String>, Header, description = "8 to 128 characters of the caller's own making, new for each hold")),
    request_body = PlaceRequest,
    responses((status = 201, description = "Placed", body = Hold)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(HoldPlace::NAME)),
        ("x-rokuon-audit" = json!(HoldPlace::EVENT)),
        ("x-rokuon-problems" = json!(["conflict", "not-found"])),
    ),
)]
pub async fn place(
    permitted: Permitted<HoldPlace>,
    repeat: RepeatKey,
    Json(body): Json<PlaceRequest>,
) -> Result<(StatusCode, Json<Hold>), Problem> {
    Words::default()
        .some_of("recordings", &body.recordings, MOST_RECORDINGS as usize)
        .text("ground", &body.ground, 1, 64)
        .text("reason", &body.reason, 1, 2_000)
        .text("authority", &body.authority, 1, 500)
        .right()?;
    let repeat = repeat.of(permitted.person.id, &body);
    if let Some(before) = again(&permitted, repeat.as_ref()).await? {
        return Ok(before);
    }
    let mut tx = permitted.tx().await?;
    let (ids, locked) = lock_each(&mut tx, &body.recordings).await?;
    let hold = HoldId(Uuid::now_v7());
    let detail = json!({
        "recordings": ids, "ground": body.ground, "review_on": body.review_on, "count": ids.len(),
    });
    let event = permitted.event(detail).on("hold", hold);
    let wanted = WantedHold { ground: &body.ground, reason: &body.reason, review_on: body.review_on };
    let decision =
        judge(&permitted, &locked, &wanted).ok_or_else(|| Problem::internal("a hold on nothing"))?;
    if !decision.allowed {
        drop(tx);
        permitted.write(event.decided_by(&decision)).await?;
        return Err(named(&permitted, &decision, &body.recordings, &locked));
    }
    let policy = &permitted.rules.policy;
    let ground =
        hold_rules::ground(policy, &body.ground).ok_or_else(|| Problem::internal("a known ground"))?;
    let new = NewHold {
        id: hold,
        origin: HoldOrigin::Person,
        ground: HoldGround {
            key: ground.key.clone(),
            article: ground.article.clone(),
            name: ground.name.clone(),
        },
        reason: body.reason.trim().to_owned(),
        authority: body.authority.trim().to_owned(),
        policy_version: permitted.rules.version,
        placed_by: permitted.person.id,
        placed_at: permitted.now,
        review_on: body.review_on,
        repeat,
    };
    match placing::place(&mut tx, &new, &ids).await {
        Ok(Placed::Done) => {}
        Ok(Placed::Missing(_) | Placed::TooLate(_)) => {
            return Err(Problem::internal("recordings changed under their lock"));
        }
        Err(error) if error.constraint() == Some("holds_repeat_key_once") => {
            drop(tx);
            let before = again(&permitted, repeat.as_ref()).await?;
            return before.ok_or_else(|| Problem::internal("a repeated hold"));
        }
        Err(error) => return Err(error.into()),
    }
    let placed = shown(&permitted, &mut tx, hold).await?;
    tx.commit_with(event.decided_by(&decision)).await.map_err(Problem::unavailable)?;
    Ok((StatusCode::CREATED, Json(placed)))
}

/// What the rules say of all the recordings: the permission, or a refusal. That some came too late is said only where nothing
/// else is against it.
fn judge(session: &Session, locked: &[LockedRecording], wanted: &WantedHold<'_>) -> Option<Decision> {
    let (policy, caller) = (&session.rules.policy, session.caller());
    let mut all = None::<Decision>;
    for recording in locked {
        let decision = hold_rules::may_place(policy, &caller, &recording.facts, wanted, session.now);
        if !decision.allowed && !is_late(session, recording, &decision) {
            return Some(decision);
        }
        if all.as_ref().is_none_or(|before| before.allowed) {
            all = Some(decision);
        }
    }
    all
}

/// Whether this refusal is that the recording came too late.
fn is_late(session: &Session, recording: &LockedRecording, refusal: &Decision) -> bool {
    hold_rules::too_late(&session.rules.policy, recording.facts.state)
        .is_some_and(|late| late.rule == refusal.rule)
}

/// Says which of the recordings came too late, by their places in what was sent.
fn named(session: &Session, refusal: &Decision, sent: &[Uuid], locked: &[LockedRecording]) -> Problem {
    let late = |id: &Uuid| locked.iter().any(|one| one.id.0 == *id && is_late(session, one, refusal));
    let places = sent.iter().enumerate().filter(|(_, id)| late(id)).map(|(place, _)| place);
    places.fold(answer(refusal), |problem, place| {
        problem.and_field(format!("recordings[{place}]"), &refusal.sentence.ja, &refusal.sentence.en)
    })
}

/// The answer that an earlier request with this key got.
async fn again(
    permitted: &Permitted<HoldPlace>,
    repeat: Option<&Repeat>,
) -> Result<Option<(StatusCode, Json<Hold>)>, Problem> {
    let Some(repeat) = repeat else { return Ok(None) };
    let mut tx = permitted.tx().await?;
    let Some(id) = made_before(&mut tx, Repeatable::Hold, repeat).await? else { return Ok(None) };
    let hold = shown(permitted, &mut tx, HoldId(id)).await?;
    tx.commit_read_only().await?;
    Ok(Some((StatusCode::CREATED, Json(hold))))
}
