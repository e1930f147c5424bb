//! `POST /v1/people/{id}/password-reset`: reset a password.

use rokuon_db::{appointments, credentials, people, sessions};
use rokuon_policy::ids::PersonId;
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, PersonReset};
use crate::access::permitted::Permitted;
use crate::access::reach::{Reach, out_of_reach};
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::passwords;
use crate::problem::{Code, Problem};
use crate::routes::people::model::ResetPassword;

/// Reset a password
///
/// Ends the person's sessions.
#[utoipa::path(
    post,
    path = "/v1/people/{id}/password-reset",
    operation_id = "people_reset_password",
    tag = "people",
    params(("id" = Uuid, Path, description = "The person")),
    responses((status = 200, description = "Found", body = ResetPassword)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(PersonReset::NAME)),
        ("x-rokuon-audit" = json!(PersonReset::EVENT)),
        ("x-rokuon-problems" = json!(["conflict"])),
    ),
)]
pub async fn reset_password(
    permitted: Permitted<PersonReset>,
    Path(id): Path<Uuid>,
) -> Result<Json<ResetPassword>, Problem> {
    let id = PersonId(id);
    let initial_password = passwords::initial_password();
    let hash = passwords::hash(initial_password.clone()).await?;
    let mut tx = permitted.tx().await?;
    let person = people::find(&mut tx, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let appointments = appointments::of_person(&mut tx, id).await?;
    if !Reach::of(&permitted, PersonReset::CAPABILITY).reaches(&person, appointments.iter()) {
        drop(tx);
        let event = permitted.event(json!({})).on("person", id);
        let refusal = out_of_reach(&permitted.rules.policy);
        return Err(permitted.refuse(Code::NotPermitted, event, &refusal).await);
    }
    if person.disabled_at.is_some() {
        return Err(Problem::new(Code::Conflict));
    }
    credentials::issue(&mut tx, id, &hash, permitted.now).await?;
    let ended = sessions::end_all_of(&mut tx, id, None, permitted.now).await?;
    let detail = json!({ "sessions_ended": ended });
    let event = permitted.event(detail).decided_by(&permitted.decision).on("person", id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok(Json(ResetPassword { initial_password }))
}
