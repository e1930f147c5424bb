//! `POST /v1/recordings/{id}/uses`: state a purpose and open a recording.

use axum::http::StatusCode;
use chrono::TimeDelta;
use rokuon_db::uses;
use rokuon_policy::access;
use rokuon_policy::ids::UseId;
use rokuon_policy::pii::Pii;
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, UseOpen};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::recordings::seen::Seen;
use crate::routes::uses::model::{Use, UseRequest};

/// How long a use stays open.
const MINUTES: i64 = 15;

/// Longest case note, in characters.
const LONGEST_NOTE: usize = 1000;

/// State a purpose and open a recording
///
/// The use belongs to this person, this recording and this session, and ends by itself after fifteen minutes.
#[utoipa::path(
    post,
    path = "/v1/recordings/{id}/uses",
    operation_id = "uses_open",
    tag = "uses",
    params(("id" = Uuid, Path, description = "The recording")),
    request_body = UseRequest,
    responses((status = 201, description = "Made", body = Use)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(UseOpen::NAME)),
        ("x-rokuon-audit" = json!(UseOpen::EVENT)),
        ("x-rokuon-problems" = json!(["purpose-refused", "not-playable", "erased"])),
    ),
)]
pub async fn open(
    permitted: Permitted<UseOpen>,
    Path(id): Path<Uuid>,
    Json(body): Json<UseRequest>,
) -> Result<(StatusCode, Json<Use>), Problem> {
    let note = body.case_note.as_deref().map(str::trim).filter(|note| !note.is_empty());
    if note.is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
        return Err(Problem::field(
            "case_note",
            "1000文字以内にしてください",
            "may have 1000 characters at most",
        ));
    }
    let (seen, mut tx) = Seen::load(&permitted, id).await?;
    let (policy, now) = (&permitted.rules.policy, permitted.now);
    // what is no key at all may hold anything: it is judged as unknown, and not repeated into the trail
    let purpose = if is_key(&body.purpose) { body.purpose.as_str() } else { "?" };
    let text = note.unwrap_or_default();
    let decision = access::may_use(policy, &permitted.caller(), &seen.facts(), purpose, text, now);
    let use_id = UseId(Uuid::now_v7());
    let detail = json!({ "use": use_id, "purpose": purpose, "case_note": note.is_some() });
    let event = permitted.event(detail).on("recording", id);
    if !decision.allowed {
        drop(tx);
        let unplayable = seen.unplayable(&permitted).filter(|(_, refusal)| refusal.rule == decision.rule);
        let code = unplayable.map_or(Code::PurposeRefused, |(code, _)| code);
        return Err(permitted.refuse(code, event, &decision).await);
    }
    let granted = uses::Use {
        id: use_id,
        recording: seen.recording.id,
        person: permitted.person.id,
        session: permitted.row.id,
        purpose: purpose.to_owned(),
        case_note: note.map(|note| Pii::new(note.to_owned())),
        article: decision.article.clone(),
        sentence: decision.sentence.clone(),
        granted_at: now,
        expires_at: (now + TimeDelta::minutes(MINUTES)).min(permitted.row.expires_at),
    };
    uses::grant(&mut tx, &granted).await?;
    tx.commit_with(event.decided_by(&decision)).await.map_err(Problem::unavailable)?;
    Ok((
        StatusCode::CREATED,
        Json(Use {
            id: use_id.0,
            recording_id: id,
            purpose: granted.purpose,
            article: granted.article.to_string(),
            article_label: granted.article.label_ja(),
            sentence: (&granted.sentence).into(),
            expires_at: granted.expires_at,
            audio_url: format!("/v1/recordings/{id}/uses/{use_id}/audio"),
        }),
    ))
}

/// Whether it is written as purposes' keys are.
fn is_key(purpose: &str) -> bool {
    purpose.len() <= 64 && purpose.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
