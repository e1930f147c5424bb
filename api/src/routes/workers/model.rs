//! A recorder, as the API writes it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// How a recorder does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkerState {
    /// It says that it lives.
    Running,
    /// It was stopped in order.
    Stopped,
    /// It says nothing any more.
    Silent,
}

/// A recorder of the platform. It tells nothing of any other tenant.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Worker {
    /// The recorder.
    pub id: Uuid,
    /// How it does.
    pub state: WorkerState,
    /// The program's version.
    pub software_version: String,
    /// Since when it runs.
    pub started_at: DateTime<Utc>,
    /// When it was last heard.
    pub last_heard_at: DateTime<Utc>,
    /// Percent of its room that its disk is filled to.
    pub spool_percent: u64,
}

/// The recorders.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WorkerList)]
pub struct List {
    /// Those heard within the last day.
    pub items: Vec<Worker>,
}
