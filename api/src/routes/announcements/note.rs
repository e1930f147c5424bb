//! `POST /v1/recordings/{id}/announcement`: note whether the other party was told.

use rokuon_db::announcements::{self, Announcement as Noted};
use rokuon_policy::access::live_calls::may_note;
use rokuon_policy::recording_scope::RecordingStart;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::access::acts::{Act, AnnouncementNote};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::announcements::model::{Announcement, Note};
use crate::routes::announcements::shown::{Names, announcement_of};
use crate::routes::recordings::seen::Seen;

/// Note whether the other party was told
///
/// Before, during or after the call; a later note takes the place of an earlier one, and the audit trail keeps both.
#[utoipa::path(
    post,
    path = "/v1/recordings/{id}/announcement",
    operation_id = "announcements_note",
    tag = "live-calls",
    params(("id" = Uuid, Path, description = "The recording")),
    request_body = Note,
    responses((status = 200, description = "Noted", body = Announcement)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(AnnouncementNote::NAME)),
        ("x-rokuon-audit" = json!(AnnouncementNote::EVENT)),
    ),
)]
pub async fn note(
    permitted: Permitted<AnnouncementNote>,
    Path(id): Path<Uuid>,
    Json(body): Json<Note>,
) -> Result<Json<Announcement>, Problem> {
    let (seen, mut tx) = Seen::load(&permitted, id).await?;
    let facts = seen.facts();
    let exception = body.exception.as_deref();
    let (policy, caller) = (&permitted.rules.policy, permitted.caller());
    let decision = may_note(policy, &caller, &facts, body.status.into(), exception, permitted.now);
    let event = permitted.event(detail(&body, decision.allowed)).on("recording", id);
    if !decision.allowed {
        drop(tx);
        return Err(permitted.refuse(Code::NotPermitted, event, &decision).await);
    }
    let noted = Noted::by_person(body.status.into(), body.exception, permitted.person.id, permitted.now);
    if !announcements::note(&mut tx, seen.call.id, &noted).await? {
        return Err(Problem::new(Code::NotFound));
    }
    let mut names = Names::default();
    names.look_up(&mut tx, [permitted.person.id]).await?;
    tx.commit_with(event.decided_by(&decision)).await.map_err(Problem::unavailable)?;
    let start = seen.call.recording.as_ref().map_or(RecordingStart::Automatic, |recording| recording.start);
    Ok(Json(announcement_of(&permitted, &noted, start, &facts, &names)))
}

/// For the trail: a key of the rules, or nothing of what was typed.
pub fn detail(note: &Note, known: bool) -> Value {
    json!({ "status": note.status, "exception": note.exception.as_ref().filter(|_| known) })
}
