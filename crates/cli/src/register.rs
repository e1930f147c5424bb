//! A tenant's register file: departments, lines, people and connections that the policy leaves to the tenant.

use std::path::Path;

use chrono::NaiveDate;
use rokuon_policy::ids::{DepartmentId, TenantId};
use rokuon_policy::recording_scope::RecordingStart;
use rokuon_policy::text::Text;
use serde::Deserialize;

use crate::failure::Failure;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// Whose register it is.
    pub tenant: TenantId,
    /// Departments besides those of the policy.
    #[serde(default)]
    pub departments: Vec<RegisteredDepartment>,
    /// Lines; for a policy that lists its lines itself, what is added to them.
    #[serde(default)]
    pub lines: Vec<RegisteredLine>,
    /// People who are issued an ID.
    #[serde(default)]
    pub people: Vec<RegisteredPerson>,
    /// Cloud PBXs and trunks.
    #[serde(default)]
    pub connections: Vec<RegisteredConnection>,
}

/// A department.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisteredDepartment {
    /// Its key.
    pub key: DepartmentId,
    /// Its name.
    pub name: Text,
}

/// A line. One that the policy lists needs its number and what is added; any other needs all of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisteredLine {
    /// Its key.
    pub key: Option<String>,
    /// A number, or digits with a final `*` or `?`.
    pub number: String,
    /// Its name.
    pub name: Option<Text>,
    /// Its department.
    pub department: Option<DepartmentId>,
    /// Its group.
    pub group: Option<String>,
    /// What its recordings are collected for.
    pub purpose: Option<String>,
    /// How recording of its calls starts, as first entered; the portal changes it later. `automatic` when absent.
    pub start: Option<RecordingStart>,
    /// Whether its callers hear an announcement first; likewise.
    #[serde(default)]
    pub announces: bool,
}

/// A person.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisteredPerson {
    /// What they sign in with.
    pub login_id: String,
    /// Their name.
    pub display_name: String,
    /// Their department.
    pub department: Option<DepartmentId>,
    /// The posts they hold from now on.
    #[serde(default)]
    pub appointments: Vec<RegisteredAppointment>,
}

/// A post somebody holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisteredAppointment {
    /// Its key in the policy.
    pub post: String,
    /// Where, for a post of a department.
    pub department: Option<DepartmentId>,
    /// The day of the recorded training.
    pub trained_on: Option<TrainedOn>,
}

/// The day of a recorded training.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "toml::Value")]
pub enum TrainedOn {
    /// This one.
    Day(NaiveDate),
    /// `"today"`: the day the person is entered.
    Today,
}

impl TryFrom<toml::Value> for TrainedOn {
    type Error = String;
    fn try_from(value: toml::Value) -> Result<Self, String> {
        match &value {
            toml::Value::String(word) if word == "today" => Ok(Self::Today),
            toml::Value::Datetime(day) => {
                day.to_string().parse().map(Self::Day).map_err(|_| "not a day".to_owned())
            }
            _ => Err("want a day such as 2026-04-10, or \"today\"".to_owned()),
        }
    }
}

/// A connection; its name tells it from the others.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisteredConnection {
    /// Its name.
    pub name: String,
    /// Where it may call from (CIDR).
    pub networks: Vec<String>,
}

impl Register {
    /// Reads the file; a mistake names file and line.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
        toml::from_str(&text).map_err(|error| {
            let line =
                error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            let (path, reason) = (path.display(), error.message());
            Failure::new(format!("台帳 {path}:{line}: {reason}"), format!("register {path}:{line}: {reason}"))
        })
    }
}
