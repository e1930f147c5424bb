//! A line (telephone number) the tenant's rules list.

use rokuon_policy::recording_scope::{Line as KnownLine, LineSource as KnownSource};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::routes::capture_orders::model::RecordingStart;
use crate::routes::departments::model::DepartmentName;
use crate::tenant_rules::TenantRules;
use crate::text::Text;

/// A line by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LineName {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: Text,
}

/// Where a line is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineSource {
    /// In the ordinance.
    Policy,
    /// In the tenant's register.
    Register,
}

/// A line.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Line {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: Text,
    /// Its number as digits; absent for a pattern.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The pattern of its numbers, `*` for any digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// The department that answers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentName>,
    /// The group it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The purpose its recordings are collected for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// How recording of its calls starts.
    pub start: RecordingStart,
    /// Whether its callers hear an announcement before they are put through.
    pub announces: bool,
    /// Where it is listed.
    pub source: LineSource,
}

impl Line {
    /// A line with its department's name.
    pub fn of(line: &KnownLine, rules: &TenantRules) -> Self {
        Self {
            key: line.key.clone(),
            name: (&line.name).into(),
            number: line.pattern.is_none().then(|| line.number.clone()),
            pattern: line.pattern.clone(),
            department: line.department.as_ref().map(|id| rules.department(id)),
            group: line.group.clone(),
            purpose: line.purpose.clone(),
            start: line.start.into(),
            announces: line.announces,
            source: match line.source {
                KnownSource::Policy => LineSource::Policy,
                KnownSource::Register => LineSource::Register,
            },
        }
    }
}

/// What is changed of a line.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LineChange)]
pub struct ChangeRequest {
    /// How recording of its calls starts from now on.
    pub start: RecordingStart,
    /// Whether its callers hear an announcement before they are put through.
    pub announces: bool,
}

/// All lines.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LineList)]
pub struct List {
    /// In the tenant's order.
    pub items: Vec<Line>,
}
