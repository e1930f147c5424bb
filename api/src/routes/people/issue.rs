//! `POST /v1/people`: issue an ID.

use axum::http::StatusCode;
use rokuon_db::{credentials, people};
use rokuon_policy::ids::{DepartmentId, PersonId};
use rokuon_policy::pii::Pii;
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, PersonIssue};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::passwords;
use crate::problem::{Code, Problem};
use crate::routes::people::model::{IssueRequest, IssuedPerson, Person};
use crate::tenant_rules::TenantRules;

/// Issue an ID
#[utoipa::path(
    post,
    path = "/v1/people",
    operation_id = "people_issue",
    tag = "people",
    request_body = IssueRequest,
    responses((status = 201, description = "Made", body = IssuedPerson)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(PersonIssue::NAME)),
        ("x-rokuon-audit" = json!(PersonIssue::EVENT)),
        ("x-rokuon-problems" = json!(["conflict"])),
    ),
)]
pub async fn issue(
    permitted: Permitted<PersonIssue>,
    Json(body): Json<IssueRequest>,
) -> Result<(StatusCode, Json<IssuedPerson>), Problem> {
    let department = check(&body, &permitted.rules)?;
    let initial_password = passwords::initial_password();
    let hash = passwords::hash(initial_password.clone()).await?;
    let id = PersonId(Uuid::now_v7());
    let name = Pii::new(body.display_name.trim().to_owned());
    let login_id = body.login_id.to_lowercase();
    let mut tx = permitted.tx().await?;
    people::issue(&mut tx, id, &login_id, &name, department.as_ref(), permitted.now).await.map_err(
        |error| match error.constraint() {
            Some("people_login_id_once") => Problem::new(Code::Conflict).and_field(
                "login_id",
                "すでに使われています",
                "is already issued",
            ),
            _ => error.into(),
        },
    )?;
    credentials::issue(&mut tx, id, &hash, permitted.now).await?;
    let person = people::find(&mut tx, id).await?.ok_or_else(|| Problem::internal("a person just issued"))?;
    let event = permitted.event(json!({})).decided_by(&permitted.decision).on("person", id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    let person = Person::of(&person, std::iter::empty(), &permitted.rules);
    Ok((StatusCode::CREATED, Json(IssuedPerson { person, initial_password })))
}

/// The department asked for, when every field is right.
fn check(body: &IssueRequest, rules: &TenantRules) -> Result<Option<DepartmentId>, Problem> {
    let mut faults = Vec::new();
    let sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if !(2..=64).contains(&body.login_id.len()) || !body.login_id.chars().all(sound) {
        let en = "must be 2 to 64 letters, digits, dots, underscores or hyphens";
        faults.push(("login_id", "英数字と . _ - で2〜64文字です", en));
    }
    let name = body.display_name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        faults.push(("display_name", "1〜100文字です", "must have 1 to 100 characters"));
    }
    let department = match &body.department {
        None => None,
        Some(key) => {
            let known = rules.departments.iter().find(|department| department.id.as_str() == key);
            if known.is_none() {
                faults.push(("department", "登録のない所属です", "is not a department"));
            }
            known.map(|department| department.id.clone())
        }
    };
    if faults.is_empty() {
        return Ok(department);
    }
    let problem = Problem::new(Code::InvalidFields);
    Err(faults.into_iter().fold(problem, |problem, (field, ja, en)| problem.and_field(field, ja, en)))
}
