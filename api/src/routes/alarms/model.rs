//! An alarm, as the API writes it.

use chrono::{DateTime, Utc};
use rokuon_db::alarms::Alarm as KnownAlarm;
use rokuon_policy::alarm::AlarmKind as KnownKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::routes::announcements::model::PersonName;
use crate::routes::announcements::shown::Names;
use crate::text::Text;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident,)*) => {
        /// What can be wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum AlarmKind { $($(#[$doc])* $kind,)* }
        impl From<KnownKind> for AlarmKind {
            fn from(kind: KnownKind) -> Self {
                match kind { $(KnownKind::$kind => Self::$kind,)* }
            }
        }
    };
}

kinds! {
    /// A recorder says nothing any more, or none runs at all.
    WorkerSilent,
    /// An exchange was silent for longer than it should be.
    ConnectionSilent,
    /// A recorder's disk is filling up.
    SpoolFilling,
    /// Recordings wait to be sealed for long.
    SealingBehind,
    /// What is being recorded is on one machine alone: it is not copied to the store.
    TailsBehind,
    /// A recorder's spool has no key of its own.
    SpoolKeyMissing,
    /// Calls are being turned away.
    CallsRefused,
    /// An account is no longer registered with its exchange.
    RegistrationLost,
    /// There were calls of which no recording was found.
    ExpectedCallMissing,
    /// A test call that must come did not come.
    CanaryMissing,
    /// Calls come, and nothing can be kept of them.
    CallsFailing,
    /// The clocks do not agree, so nothing is destroyed.
    ClocksDisagree,
    /// More would be destroyed than is usual: it waits for a person.
    DestructionStopped,
    /// What should be gone by now is not.
    DestructionLate,
    /// Recordings did not pass their check.
    MediaBroken,
    /// The store and the rows do not agree.
    StoreMismatch,
    /// The store is full and nothing may give way.
    StoreFull,
}

/// Somebody took an alarm up.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Acknowledged {
    /// Who.
    pub by: PersonName,
    /// When.
    pub at: DateTime<Utc>,
    /// What they wrote down.
    pub note: String,
}

/// An alarm. It opens and closes by rule.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Alarm {
    /// The alarm.
    pub id: Uuid,
    /// What.
    pub kind: AlarmKind,
    /// Its name.
    pub name: Text,
    /// What it means and what to do.
    pub advice: Text,
    /// On what: a connection's name or a recorder's id; absent for the platform as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// A figure that belongs to it: percent, a count, or mebibytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub figure: Option<u64>,
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// When it was found over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
    /// Who took it up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Acknowledged>,
}

impl Alarm {
    /// An alarm with the names of what and who it is about.
    pub fn of(alarm: &KnownAlarm, names: &Names, subject: impl Fn(&str) -> Option<String>) -> Self {
        let finding = &alarm.finding;
        Self {
            id: alarm.id,
            kind: finding.kind.into(),
            name: (&finding.kind.name()).into(),
            advice: (&finding.kind.advice()).into(),
            subject: (!finding.subject.is_empty())
                .then(|| subject(&finding.subject).unwrap_or_else(|| finding.subject.clone())),
            figure: finding.figure,
            opened_at: alarm.opened_at,
            closed_at: alarm.closed_at,
            acknowledged: alarm.acknowledged.as_ref().map(|acknowledged| Acknowledged {
                by: names.of(acknowledged.by),
                at: acknowledged.at,
                note: acknowledged.note.clone(),
            }),
        }
    }
}

/// The alarms.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AlarmList)]
pub struct List {
    /// Open ones first, then the newest; 200 at most.
    pub items: Vec<Alarm>,
    /// How many are open.
    pub open: u32,
}

/// What somebody writes down who takes an alarm up.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AlarmAcknowledgement)]
pub struct AcknowledgeRequest {
    /// What is being done about it.
    #[schema(min_length = 1, max_length = 500)]
    pub note: String,
}
