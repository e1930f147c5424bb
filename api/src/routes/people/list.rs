//! `GET /v1/people`: everybody who was issued an ID.

use rokuon_db::{appointments, people};
use serde_json::json;

use crate::access::acts::{Act, PersonList};
use crate::access::permitted::Permitted;
use crate::access::reach::Reach;
use crate::extract::json::Json;
use crate::problem::Problem;
use crate::routes::people::model::{List, Person};

/// Everybody who was issued an ID
///
/// Whoever holds a post of one department sees the people of that department.
#[utoipa::path(
    get,
    path = "/v1/people",
    operation_id = "people_list",
    tag = "people",
    responses((status = 200, description = "Found", body = List)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(PersonList::NAME)),
        ("x-rokuon-audit" = json!(PersonList::EVENT)),
    ),
)]
pub async fn list(permitted: Permitted<PersonList>) -> Result<Json<List>, Problem> {
    let mut tx = permitted.tx().await?;
    let people = people::list(&mut tx).await?;
    let appointments = appointments::list(&mut tx).await?;
    let reach = Reach::of(&permitted, PersonList::CAPABILITY);
    let mut items = Vec::with_capacity(people.len());
    for person in &people {
        let held = || appointments.iter().filter(|(holder, _)| *holder == person.id).map(|(_, held)| held);
        if reach.reaches(person, held()) {
            items.push(Person::of(person, held(), &permitted.rules));
        }
    }
    let event = permitted.event(json!({ "found": items.len() })).decided_by(&permitted.decision);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok(Json(List { items }))
}
