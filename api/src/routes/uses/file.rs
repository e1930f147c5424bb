//! `GET /v1/recordings/{id}/uses/{use_id}/files/{number}`: a sealed media file as it is, to watch what was filmed.

use axum::http::HeaderMap;
use axum::response::Response;
use uuid::Uuid;

use crate::access::acts::{Act, PlayStart};
use crate::access::permitted::Permitted;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::uses::audio::{open_use, start};
use crate::routes::uses::byte_answer::ByteAnswer;
use crate::routes::uses::served::Served;
use crate::routes::uses::sound::Sound;

/// See or hear one sealed media file
///
/// The media file of one segment as it was sealed: WAV, Ogg, WebM or Matroska, by its codec. A browser shows a WebM file's
/// pictures. Byte ranges are served; only what they need is decrypted. The start of listening is in the audit trail before
/// the first byte leaves.
#[utoipa::path(
    get,
    path = "/v1/recordings/{id}/uses/{use_id}/files/{number}",
    operation_id = "uses_file",
    tag = "uses",
    params(
        ("id" = Uuid, Path, description = "The recording"),
        ("use_id" = Uuid, Path, description = "The use"),
        ("number" = u32, Path, description = "The segment's number"),
        ("Range" = Option<String>, Header, description = "Byte ranges (RFC 9110 §14)", example = "bytes=0-65535"),
    ),
    responses(
        (status = 200, description = "All of it", body = [u8], content_type = "application/octet-stream", headers(
            ("Accept-Ranges" = String, description = "bytes"),
            ("ETag" = String, description = "Strong: the same bytes for ever"),
        )),
        (status = 206, description = "A part of it", body = [u8], content_type = "application/octet-stream", headers(
            ("Accept-Ranges" = String, description = "bytes"),
            ("Content-Range" = String, description = "Which part"),
            ("ETag" = String, description = "Strong: the same bytes for ever"),
        )),
    ),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(PlayStart::NAME)),
        ("x-rokuon-audit" = json!(PlayStart::EVENT)),
        ("x-rokuon-problems" = json!(["use-ended", "not-playable", "key-withdrawn", "erased", "range-not-satisfiable"])),
    ),
)]
pub async fn file(
    permitted: Permitted<PlayStart>,
    Path((id, use_id, number)): Path<(Uuid, Uuid, u32)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (used, recording, parts, total) = open_use(&permitted, id, use_id).await?;
    let part = parts.iter().find(|part| part.rendition.number == number).cloned();
    let part = part.ok_or_else(|| Problem::new(Code::NotFound))?;
    let reader = permitted.app.reader();
    let sound = Sound::open(reader, permitted.tenant(), recording, parts, total).await?;
    let file = sound.file(number).await?;
    let answer = ByteAnswer::to(&headers, file.len(), part.entity_tag())?;
    let served = Served::of(permitted.app.clone(), permitted.tenant().clone(), used.id);
    let body = Sound::file_body(file, answer.range.clone(), move |window| served.add(window)).await?;
    start(&permitted, &used).await?;
    answer.response(body, part.media_type)
}
