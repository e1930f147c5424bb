//! Who may do what, see what, hear what, and appoint whom. What nothing in the policy allows is refused.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::appointment::Appointment;
use crate::capability::Capability;
use crate::decision::Decision;
use crate::ids::{DepartmentId, PersonId};
use crate::media_kind::MediaKind;
use crate::policy::Policy;
use crate::recording_state::RecordingState;

/// A person and the posts they were appointed to (past and future ones may be among them).
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    /// The person.
    pub person: PersonId,
    /// Their appointments.
    pub appointments: &'a [Appointment],
}

/// What access rules need to know of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingFacts {
    /// Its department.
    pub department: Option<DepartmentId>,
    /// Whether its line is proved.
    pub line_proved: bool,
    /// When the call began.
    pub started_at: DateTime<Utc>,
    /// What it is.
    pub media: MediaKind,
    /// Its state.
    pub state: RecordingState,
    /// First instant it may no longer be read, unless held.
    pub keep_until: Option<DateTime<Utc>>,
    /// Holds on it.
    pub active_holds: u32,
}

/// The departments a capability reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DepartmentScope {
    /// Every department, and recordings of none or of a doubtful line.
    All,
    /// These departments.
    Only(BTreeSet<DepartmentId>),
    /// Nothing; the refusal says why.
    None(Decision),
}

fn refused(policy: &Policy) -> Decision {
    Decision::refuse("access.not_permitted", policy.access.article.clone(), policy.access.sentence.clone())
}

/// Whether the caller has a capability at all at `now`.
pub fn may(policy: &Policy, caller: &Caller<'_>, capability: Capability, now: DateTime<Utc>) -> Decision {
    let _ = (caller, capability, now);
    refused(policy)
}

/// How far a capability of the caller reaches at `now`.
pub fn department_scope(
    policy: &Policy,
    caller: &Caller<'_>,
    capability: Capability,
    now: DateTime<Utc>,
) -> DepartmentScope {
    let _ = (caller, capability, now);
    DepartmentScope::None(refused(policy))
}

/// Whether the caller may see that a recording exists, and its facts.
pub fn may_see(
    policy: &Policy,
    caller: &Caller<'_>,
    recording: &RecordingFacts,
    now: DateTime<Utc>,
) -> Decision {
    let _ = (caller, recording, now);
    refused(policy)
}

/// Whether the caller may hear a recording for a stated purpose (T-1, I-7, KB-4).
pub fn may_use(
    policy: &Policy,
    caller: &Caller<'_>,
    recording: &RecordingFacts,
    purpose: &str,
    case_note: &str,
    now: DateTime<Utc>,
) -> Decision {
    let _ = (caller, recording, purpose, case_note, now);
    refused(policy)
}

/// Whether the caller may appoint someone to a post (T-6, TK-3, KB-7).
pub fn may_appoint(
    policy: &Policy,
    caller: &Caller<'_>,
    post: &str,
    department: Option<&DepartmentId>,
    trained_on: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> Decision {
    let _ = (caller, post, department, trained_on, now);
    refused(policy)
}
