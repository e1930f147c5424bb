//! An amended policy, as the API reads and writes it.

use chrono::{DateTime, NaiveDate, Utc};
use rokuon_db::policy_amendments::{AmendmentState as KnownState, PolicyAmendment as Known};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::routes::announcements::model::PersonName;
use crate::routes::announcements::shown::Names;
use crate::routes::deletion_forecast::model::ForecastExample;

/// Where an amendment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AmendmentState {
    /// It waits for another person's word.
    Proposed,
    /// It is a version of the policy and takes force on its day.
    Approved,
    /// It was taken back.
    Withdrawn,
}

/// An amended policy on its way into force.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PolicyAmendment {
    /// The amendment.
    pub id: Uuid,
    /// Where it stands.
    pub state: AmendmentState,
    /// First civil day in Japan it applies.
    pub effective_from: NaiveDate,
    /// Whether anything is kept for a shorter time than before: then seven days must lie between approval and that day.
    pub shortens: bool,
    /// Who proposed it.
    pub proposed_by: PersonName,
    /// When.
    pub proposed_at: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// Who approved it or took it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<PersonName>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<DateTime<Utc>>,
    /// The version it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_version: Option<i32>,
    /// The document as proposed.
    pub toml: String,
}

impl PolicyAmendment {
    /// An amendment with the names of its people.
    pub fn of(one: Known, names: &Names) -> Self {
        Self {
            id: one.id,
            state: match one.state {
                KnownState::Proposed => AmendmentState::Proposed,
                KnownState::Approved => AmendmentState::Approved,
                KnownState::Withdrawn => AmendmentState::Withdrawn,
            },
            effective_from: one.effective_from,
            shortens: one.shortens,
            proposed_by: names.of(one.proposed_by),
            proposed_at: one.proposed_at,
            reason: one.reason,
            decided_by: one.decided.map(|(by, _)| names.of(by)),
            decided_at: one.decided.map(|(_, at)| at),
            policy_version: one.policy_version,
            toml: one.toml,
        }
    }
}

/// The amendments.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PolicyAmendmentList)]
pub struct List {
    /// Newest first; 100 at most.
    pub items: Vec<PolicyAmendment>,
}

/// A document to be tried.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PolicyAmendmentTrial)]
pub struct PreviewRequest {
    /// The amended document, whole.
    #[schema(max_length = 200_000)]
    pub toml: String,
    /// The civil day in Japan on which it is looked at; the day it takes force when absent.
    #[serde(default)]
    pub day: Option<NaiveDate>,
}

/// A document to be proposed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PolicyAmendmentProposal)]
pub struct ProposeRequest {
    /// The amended document, whole. Its `effective_from` is the day it takes force.
    #[schema(max_length = 200_000)]
    pub toml: String,
    /// Why.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// What is kept for a shorter time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeptKind {
    /// The sound of calls.
    CallAudio,
    /// The facts of calls.
    CallLog,
    /// Pictures or sound of counter cameras.
    Camera,
}

impl From<rokuon_policy::media_kind::MediaKind> for KeptKind {
    fn from(kind: rokuon_policy::media_kind::MediaKind) -> Self {
        use rokuon_policy::media_kind::MediaKind as K;
        match kind {
            K::CallAudio => Self::CallAudio,
            K::CallLog => Self::CallLog,
            K::Camera => Self::Camera,
        }
    }
}

/// What would change if the amended document took force on its day.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PolicyAmendmentPreview)]
pub struct Preview {
    /// First civil day in Japan it would apply.
    pub effective_from: NaiveDate,
    /// The civil day by whose end it is counted.
    pub day: NaiveDate,
    /// What is kept for a shorter time than before.
    pub shortened: Vec<KeptKind>,
    /// The first day on which it may take force if it is approved now.
    pub earliest_day: NaiveDate,
    /// Recordings that were looked at.
    pub looked_at: u64,
    /// Whether those were all that are kept; 200,000 are looked at at most.
    pub complete: bool,
    /// Recordings destroyed by the end of that day under the document in force.
    pub destroyed_before: u64,
    /// Recordings destroyed by the end of that day under the amended one.
    pub destroyed_after: u64,
    /// Those that would go only under the amended one.
    pub more: u64,
    /// Those that would go only under the one in force.
    pub fewer: u64,
    /// Some of those that would go only under the amended one; 50 at most.
    pub examples: Vec<ForecastExample>,
}
