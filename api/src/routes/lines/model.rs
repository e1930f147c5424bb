//! A line (telephone number) the tenant's rules list.

use serde::Serialize;
use utoipa::ToSchema;

use crate::routes::departments::model::DepartmentName;
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
    /// Where it is listed.
    pub source: LineSource,
}

/// All lines.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LineList)]
pub struct List {
    /// In the tenant's order.
    pub items: Vec<Line>,
}
