//! The call log: every call the tenant's rules let us know of, kept as audio or not.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::routes::departments::model::DepartmentName;
use crate::routes::lines::model::LineName;
use crate::routes::recordings::model::{Direction, Party};

/// A call in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CallSummary)]
pub struct Summary {
    /// The call.
    pub id: Uuid,
    /// Its recording, when its audio was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording_id: Option<Uuid>,
    /// Whether its audio was kept.
    pub kept: bool,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended; absent while it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    /// Its length; absent while it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<f64>,
    /// Which way it went; null when that is not proved.
    #[schema(required)]
    pub direction: Option<Direction>,
    /// Who called.
    pub caller: Party,
    /// Who was called.
    pub called: Party,
    /// The line of the tenant's rules; null when none is proved.
    #[schema(required)]
    pub line: Option<LineName>,
    /// The department; null when none is known.
    #[schema(required)]
    pub department: Option<DepartmentName>,
    /// Whether the line was proved.
    pub line_proved: bool,
}

/// A page of calls.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CallPage)]
pub struct Page {
    /// Newest first.
    pub items: Vec<Summary>,
    /// Give this as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
