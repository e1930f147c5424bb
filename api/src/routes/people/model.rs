//! A member of staff who was issued an ID.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::routes::appointments::model::Appointment;
use crate::routes::departments::model::DepartmentName;
use crate::tenant_rules::TenantRules;

/// Whether a person can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PersonState)]
pub enum State {
    /// They can.
    Active,
    /// They can, and must change the password first.
    PasswordChangeRequired,
    /// They cannot.
    Disabled,
}

/// A member of staff.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Person {
    /// The person.
    pub id: Uuid,
    /// The issued ID.
    #[schema(example = "a01234")]
    pub login_id: String,
    /// Their name.
    pub display_name: String,
    /// Their department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentName>,
    /// Whether they can sign in.
    pub state: State,
    /// Posts they hold, held or will hold.
    pub appointments: Vec<Appointment>,
    /// When they last signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_sign_in_at: Option<DateTime<Utc>>,
}

impl Person {
    /// A person with their appointments, by name.
    pub fn of<'a>(
        person: &rokuon_db::people::Person,
        appointments: impl Iterator<Item = &'a rokuon_policy::appointment::Appointment>,
        rules: &TenantRules,
    ) -> Self {
        Self {
            id: person.id.0,
            login_id: person.login_id.clone(),
            display_name: person.display_name.reveal().clone(),
            department: person.department.as_ref().map(|id| rules.department(id)),
            state: match person {
                _ if person.disabled_at.is_some() => State::Disabled,
                _ if person.must_change_password => State::PasswordChangeRequired,
                _ => State::Active,
            },
            appointments: appointments.map(|held| Appointment::of(held, rules)).collect(),
            last_sign_in_at: person.last_sign_in_at,
        }
    }
}

/// Everybody.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PersonList)]
pub struct List {
    /// By issued ID.
    pub items: Vec<Person>,
}

/// What is needed to issue an ID.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueRequest {
    /// 2–64 of `a-z A-Z 0-9 . _ -`.
    #[schema(min_length = 2, max_length = 64, pattern = "^[A-Za-z0-9._-]+$", example = "a01234")]
    pub login_id: String,
    /// The person's name.
    #[schema(min_length = 1, max_length = 100)]
    pub display_name: String,
    /// Their department.
    #[serde(default)]
    pub department: Option<String>,
}

/// An ID was issued.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IssuedPerson {
    /// The person.
    pub person: Person,
    /// Shown this once; must be changed at the first sign-in.
    pub initial_password: String,
}

/// A password was reset.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ResetPassword {
    /// Shown this once; must be changed at the next sign-in.
    pub initial_password: String,
}
