//! `POST /v1/people/{id}/disable`: withdraw an ID.

use axum::http::StatusCode;
use rokuon_db::{appointments, people, sessions};
use rokuon_policy::ids::PersonId;
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, PersonDisable};
use crate::access::permitted::Permitted;
use crate::access::reach::{Reach, out_of_reach};
use crate::extract::path::Path;
use crate::problem::{Code, Problem};

/// Withdraw an ID
///
/// Ends the person's sessions at once.
#[utoipa::path(
    post,
    path = "/v1/people/{id}/disable",
    operation_id = "people_disable",
    tag = "people",
    params(("id" = Uuid, Path, description = "The person")),
    responses((status = 204, description = "Done")),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(PersonDisable::NAME)),
        ("x-rokuon-audit" = json!(PersonDisable::EVENT)),
        ("x-rokuon-problems" = json!(["conflict"])),
    ),
)]
pub async fn disable(
    permitted: Permitted<PersonDisable>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    let id = PersonId(id);
    let mut tx = permitted.tx().await?;
    let person = people::find(&mut tx, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let appointments = appointments::of_person(&mut tx, id).await?;
    if !Reach::of(&permitted, PersonDisable::CAPABILITY).reaches(&person, appointments.iter()) {
        drop(tx);
        let event = permitted.event(json!({})).on("person", id);
        let refusal = out_of_reach(&permitted.rules.policy);
        return Err(permitted.refuse(Code::NotPermitted, event, &refusal).await);
    }
    if id == permitted.person.id || !people::disable(&mut tx, id, permitted.now).await? {
        return Err(Problem::new(Code::Conflict).detail(
            "自分のID、またはすでに停止したIDは停止できません。",
            "One's own ID cannot be withdrawn, nor one that is withdrawn already.",
        ));
    }
    let ended = sessions::end_all_of(&mut tx, id, None, permitted.now).await?;
    let detail = json!({ "sessions_ended": ended });
    let event = permitted.event(detail).decided_by(&permitted.decision).on("person", id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}
