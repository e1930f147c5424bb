//! A live call, as the API writes it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::routes::announcements::model::{Announcement, Exception};
use crate::routes::capture_orders::model::{Capture, Order, RecordingStart};
use crate::routes::departments::model::DepartmentName;
use crate::routes::lines::model::LineName;
use crate::routes::policy::model::Decision;
use crate::routes::recordings::model::{Direction, Party};

/// A call that goes on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LiveCall {
    /// Its recording.
    pub recording_id: Uuid,
    /// The call.
    pub call_id: Uuid,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// Which way it goes; null when that is not proved.
    #[schema(required)]
    pub direction: Option<Direction>,
    /// Who called.
    pub caller: Party,
    /// Who was called.
    pub called: Party,
    /// The line; null when none is proved.
    #[schema(required)]
    pub line: Option<LineName>,
    /// The department; null when none is known.
    #[schema(required)]
    pub department: Option<DepartmentName>,
    /// How its recording starts.
    pub start: RecordingStart,
    /// Whether its sound is taken, as the recorder last said.
    pub capture: Capture,
    /// What was ordered of it, oldest first; the last one may still be on its way.
    pub orders: Vec<Order>,
    /// Whether the other party was told.
    pub announcement: Announcement,
    /// Whether this person may start, pause, resume and stop it, and why (not). What must be noted before the start is said in
    /// `announcement.owed`.
    pub may_order: Decision,
}

/// The calls that go on.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LiveCallList)]
pub struct List {
    /// Newest first, 200 at most.
    pub items: Vec<LiveCall>,
    /// Whether the rules know recording by hand at all.
    pub on_demand: bool,
    /// The exceptions of the rules from telling the other party.
    pub exceptions: Vec<Exception>,
}
