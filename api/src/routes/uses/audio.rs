//! `GET|HEAD /v1/recordings/{id}/uses/{use_id}/audio`: hear a recording.

use axum::body::Body;
use axum::http::HeaderMap;
use axum::response::Response;
use rokuon_db::{plays, segments, uses};
use rokuon_policy::access;
use rokuon_policy::ids::{RecordingId, UseId};
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, PlayStart};
use crate::access::permitted::Permitted;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::recordings::seen::Seen;
use crate::routes::uses::byte_answer::ByteAnswer;
use crate::routes::uses::closing::close_when_over;
use crate::routes::uses::parts::{audible, parts_of, total_samples};
use crate::routes::uses::served::Served;
use crate::routes::uses::sound::{Part, Sound};

/// Media type of the listening rendition.
const RENDITION_TYPE: &str = "audio/wav";

/// Hear a recording
///
/// A stereo 16-bit 8 kHz WAV made from the sealed payload while it is read: left the caller, right the called party.
/// Byte ranges are served; only what they need is decrypted. The start of listening is in the audit trail before the
/// first byte leaves.
#[utoipa::path(
    get,
    path = "/v1/recordings/{id}/uses/{use_id}/audio",
    operation_id = "uses_audio",
    tag = "uses",
    params(
        ("id" = Uuid, Path, description = "The recording"),
        ("use_id" = Uuid, Path, description = "The use"),
        ("Range" = Option<String>, Header, description = "Byte ranges (RFC 9110 §14)", example = "bytes=0-65535"),
    ),
    responses(
        (status = 200, description = "All of it", body = [u8], content_type = "audio/wav", headers(
            ("Accept-Ranges" = String, description = "bytes"),
            ("ETag" = String, description = "Strong: the same bytes for ever"),
        )),
        (status = 206, description = "A part of it", body = [u8], content_type = "audio/wav", headers(
            ("Accept-Ranges" = String, description = "bytes"),
            ("Content-Range" = String, description = "Which part"),
            ("ETag" = String, description = "Strong: the same bytes for ever"),
        )),
    ),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(PlayStart::NAME)),
        ("x-rokuon-audit" = json!(PlayStart::EVENT)),
        ("x-rokuon-problems" = json!(["use-ended", "not-playable", "key-withdrawn", "decoder-missing", "erased", "range-not-satisfiable"])),
    ),
)]
pub async fn audio(
    permitted: Permitted<PlayStart>,
    Path((id, use_id)): Path<(Uuid, Uuid)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (used, sound) = open(&permitted, id, use_id).await?;
    let answer = ByteAnswer::to(&headers, sound.len_bytes(), sound.entity_tag())?;
    // the first window is made before anything is written or sent: what is missing is said by the status
    let served = Served::of(permitted.app.clone(), permitted.tenant().clone(), used.id);
    let body = sound.body(answer.range.clone(), move |window| served.add(window)).await?;
    start(&permitted, &used).await?;
    answer.response(body, RENDITION_TYPE)
}

/// How long the sound is
///
/// The headers of the GET, without a body and without counting as listening.
#[utoipa::path(
    head,
    path = "/v1/recordings/{id}/uses/{use_id}/audio",
    operation_id = "uses_audio_head",
    tag = "uses",
    params(
        ("id" = Uuid, Path, description = "The recording"),
        ("use_id" = Uuid, Path, description = "The use"),
    ),
    responses((status = 200, description = "The headers", headers(
        ("Accept-Ranges" = String, description = "bytes"),
        ("ETag" = String, description = "Strong: the same bytes for ever"),
    ))),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(PlayStart::NAME)),
        ("x-rokuon-audit" = json!("none: no sound is given out")),
        ("x-rokuon-problems" = json!(["use-ended", "not-playable", "key-withdrawn", "decoder-missing", "erased"])),
    ),
)]
pub async fn audio_head(
    permitted: Permitted<PlayStart>,
    Path((id, use_id)): Path<(Uuid, Uuid)>,
) -> Result<Response, Problem> {
    let (_, sound) = open(&permitted, id, use_id).await?;
    ByteAnswer::whole(sound.len_bytes(), sound.entity_tag()).response(Body::empty(), RENDITION_TYPE)
}

/// The use, if it is this person's in this session and still open, and the sound it opens. The rules are asked again:
/// a post may have ended since, or the recording's time.
async fn open(
    permitted: &Permitted<PlayStart>,
    id: Uuid,
    use_id: Uuid,
) -> Result<(uses::Use, Sound), Problem> {
    let (used, recording, parts, total) = open_use(permitted, id, use_id).await?;
    audible(&parts)?;
    let reader = permitted.app.reader();
    let sound = Sound::open(reader, permitted.tenant(), recording, parts, total).await?;
    Ok((used, sound))
}

/// The same, up to the parts it opens: the use, the recording, its parts and its length in samples.
pub(super) async fn open_use(
    permitted: &Permitted<PlayStart>,
    id: Uuid,
    use_id: Uuid,
) -> Result<(uses::Use, RecordingId, Vec<Part>, u64), Problem> {
    let (seen, mut tx) = Seen::load(permitted, id).await?;
    let (person, session) = (permitted.person.id, permitted.row.id);
    let used = uses::find(&mut tx, UseId(use_id), seen.recording.id, person, session).await?;
    let used = used.ok_or_else(|| Problem::new(Code::NotFound))?;
    if used.expires_at <= permitted.now {
        return Err(Problem::new(Code::UseEnded));
    }
    let segments = segments::of_recording(&mut tx, seen.recording.id).await?;
    tx.commit_read_only().await?;
    let note = used.case_note.as_ref().map_or("", |note| note.reveal().as_str());
    let policy = &permitted.rules.policy;
    let decision =
        access::may_use(policy, &permitted.caller(), &seen.facts(), &used.purpose, note, permitted.now);
    if !decision.allowed {
        let event = permitted.event(json!({ "use": used.id })).on("recording", id);
        let code = seen.unplayable(permitted).map_or(Code::PurposeRefused, |(code, _)| code);
        return Err(permitted.refuse(code, event, &decision).await);
    }
    let total = total_samples(seen.recording.duration_ms, &segments);
    Ok((used, seen.recording.id, parts_of(&segments)?, total))
}

/// Writes the start of listening, once a use, before the first byte (INV-13). If it cannot be written, nothing is heard.
pub(super) async fn start(permitted: &Permitted<PlayStart>, used: &uses::Use) -> Result<(), Problem> {
    let mut tx = permitted.tx().await?;
    if !plays::begin(&mut tx, used.id, permitted.now).await? {
        return Ok(tx.commit_read_only().await?);
    }
    let detail = json!({ "use": used.id, "purpose": used.purpose });
    let event = permitted.event(detail).decided_by(&permitted.decision).on("recording", used.recording);
    let mut event = event;
    event.article = Some(used.article.clone());
    event.sentence = Some(used.sentence.clone());
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    let posts = permitted.posts();
    close_when_over(permitted.app.clone(), permitted.tenant().clone(), used.clone(), posts);
    Ok(())
}
