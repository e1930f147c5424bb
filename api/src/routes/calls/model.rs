//! The call log: every call the tenant's rules let us know of, kept as audio or not.

use chrono::{DateTime, Utc};
use rokuon_db::recording_search::FoundCall;
use rokuon_policy::recording_state::RecordingState;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::routes::announcements::model::Status;
use crate::routes::departments::model::DepartmentName;
use crate::routes::devices::model::DeviceName;
use crate::routes::lines::model::LineName;
use crate::routes::recordings::model::{Direction, Party};
use crate::routes::recordings::summary::{department_of, device_of, line_of, seconds};

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
    /// The device of the register it was recorded with, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceName>,
    /// Whether the line was proved.
    pub line_proved: bool,
    /// What is known of telling the other party.
    pub announcement_status: Status,
}

impl Summary {
    /// A found call.
    pub fn of(call: &FoundCall) -> Self {
        let recording = call.recording.as_ref();
        let nothing_kept = recording.is_none_or(|recording| recording.state == RecordingState::Failed);
        Self {
            id: call.id.0,
            recording_id: recording.map(|recording| recording.id.0),
            kept: !nothing_kept,
            started_at: call.started_at,
            ended_at: call.ended_at,
            duration_seconds: call.duration_ms.map(seconds),
            direction: call.direction.map(Into::into),
            caller: (&call.caller).into(),
            called: (&call.called).into(),
            line: line_of(call),
            department: department_of(call),
            device: device_of(call),
            line_proved: call.line_proved,
            announcement_status: call.announcement.status.into(),
        }
    }
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
