//! A job, as the API writes it.

use chrono::{DateTime, Utc};
use rokuon_db::jobs::{Job as KnownJob, JobState as KnownState};
use rokuon_policy::job::JobKind as KnownKind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::routes::announcements::model::PersonName;
use crate::routes::announcements::shown::Names;
use crate::text::Text;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident,)*) => {
        /// A kind of work.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum JobKind { $($(#[$doc])* $kind,)* }
        impl From<KnownKind> for JobKind {
            fn from(kind: KnownKind) -> Self {
                match kind { $(KnownKind::$kind => Self::$kind,)* }
            }
        }
    };
}

kinds! {
    /// Finds what is past its period.
    Sweep,
    /// Finds what gives way because the store is full.
    Capacity,
    /// Moves media to the second tier.
    TierMove,
    /// Destroys what is due, each with its certificate.
    Destroy,
    /// Sets and takes off the store's own legal hold.
    ObjectHolds,
    /// Computes the dates anew when an amended policy takes force.
    PolicyChange,
    /// Erases the call log on its own schedule.
    LogErasure,
    /// Compares the store with the rows, both ways.
    Reconcile,
    /// Reads and hashes every object again.
    Scrub,
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It waits for its next time.
    Resting,
    /// Somebody is at it.
    Running,
    /// It waits for a person's word: it would destroy far more than is usual.
    Stopped,
}

/// A person's word that a job may go on.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = JobReleased)]
pub struct Released {
    /// Whose.
    pub by: PersonName,
    /// When; it counts for that civil day in Japan.
    pub at: DateTime<Utc>,
    /// For how many recordings of that day.
    pub up_to: u64,
}

/// A job.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Job {
    /// The job.
    pub id: Uuid,
    /// What work.
    pub kind: JobKind,
    /// Its name.
    pub name: Text,
    /// Where it stands.
    pub state: JobState,
    /// It is not begun before this.
    pub next_at: DateTime<Utc>,
    /// When the last run began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begun_at: Option<DateTime<Utc>>,
    /// When it ended; absent while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    /// How many the last run has gone through.
    pub done: u64,
    /// How many there are, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// What the run found: counts (`planned`, `limit`, `became_due`, …) and octets (`…_octets`) by name.
    #[schema(value_type = Object)]
    pub figures: Map<String, Value>,
    /// Why the last run failed; it is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// How often it failed in a row.
    pub failures: u32,
    /// The last word of a person on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released: Option<Released>,
}

impl Job {
    /// A job with the name of who released it.
    pub fn of(job: KnownJob, names: &Names) -> Self {
        Self {
            id: job.id,
            kind: job.kind.into(),
            name: (&job.kind.name()).into(),
            state: match job.state {
                KnownState::Resting => JobState::Resting,
                KnownState::Running => JobState::Running,
                KnownState::Stopped => JobState::Stopped,
            },
            next_at: job.next_at,
            begun_at: job.begun_at,
            ended_at: job.ended_at,
            done: job.progress.done,
            total: job.progress.total,
            figures: job.progress.figures,
            last_error: job.last_error,
            failures: job.failures,
            released: job.released.map(|released| Released {
                by: names.of(released.by),
                at: released.at,
                up_to: released.up_to,
            }),
        }
    }
}

/// The jobs.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = JobList)]
pub struct List {
    /// In the order in which a recording meets them.
    pub items: Vec<Job>,
}

/// A person's word.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = JobRelease)]
pub struct ReleaseRequest {
    /// For how many recordings of this day in all, those already due today included: the job's figure `wanted`, unless fewer.
    #[schema(minimum = 1, maximum = 100_000_000)]
    pub up_to: u64,
    /// Why it is right that so many go.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}
