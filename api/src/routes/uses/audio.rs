//! `GET|HEAD /v1/recordings/{id}/uses/{use_id}/audio`: hear a recording.

use axum::http::HeaderMap;
use axum::response::Response;
use uuid::Uuid;

use crate::access::acts::{Act, PlayStart};
use crate::access::permitted::Permitted;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};

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
        ("x-rokuon-problems" = json!(["use-ended", "not-playable", "erased", "range-not-satisfiable"])),
    ),
)]
pub async fn audio(
    permitted: Permitted<PlayStart>,
    Path((id, use_id)): Path<(Uuid, Uuid)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Err(Problem::new(Code::Unavailable))
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
        ("x-rokuon-problems" = json!(["use-ended", "not-playable", "erased"])),
    ),
)]
pub async fn audio_head(
    permitted: Permitted<PlayStart>,
    Path((id, use_id)): Path<(Uuid, Uuid)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Err(Problem::new(Code::Unavailable))
}
