//! What this crate's own tests share: the tenants' policies, people with posts, recordings.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::access::RecordingFacts;
use crate::appointment::Appointment;
use crate::ids::{AppointmentId, DepartmentId, PersonId};
use crate::media_kind::MediaKind;
use crate::policy::Policy;
use crate::recording_state::RecordingState;

pub(crate) const ALL: [&str; 5] = ["toyonaka", "osaka-waterworks", "takikawa", "ichinomiya", "kobe"];

pub(crate) fn source(tenant: &str) -> String {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../policies").join(format!("{tenant}.toml"));
    std::fs::read_to_string(path).unwrap()
}

/// A tenant's policy, parsed once for all tests.
pub(crate) fn policy(tenant: &str) -> Arc<Policy> {
    static PARSED: LazyLock<BTreeMap<&str, Arc<Policy>>> = LazyLock::new(|| {
        ALL.into_iter().map(|key| (key, Arc::new(Policy::parse(&source(key)).unwrap()))).collect()
    });
    PARSED[tenant].clone()
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc()
}

pub(crate) fn now() -> DateTime<Utc> {
    at("2026-06-15T10:00:00+09:00")
}

pub(crate) fn department(key: &str) -> DepartmentId {
    key.parse().unwrap()
}

pub(crate) fn person() -> PersonId {
    PersonId(Uuid::from_u128(7))
}

/// An appointment in force at [`now`], trained a month before.
pub(crate) fn holding(post: &str, at_department: Option<&str>) -> Appointment {
    Appointment {
        id: AppointmentId(Uuid::from_u128(1)),
        post: post.to_owned(),
        department: at_department.map(department),
        from: at("2026-04-01T00:00:00+09:00"),
        until: None,
        trained_on: NaiveDate::from_ymd_opt(2026, 5, 15),
    }
}

/// A sealed recording of yesterday.
pub(crate) fn recording(of_department: Option<&str>) -> RecordingFacts {
    RecordingFacts {
        department: of_department.map(department),
        line_proved: true,
        started_at: at("2026-06-14T09:00:00+09:00"),
        media: MediaKind::CallAudio,
        state: RecordingState::Primary,
        keep_until: Some(at("2026-07-16T00:00:00+09:00")),
        active_holds: 0,
        due_article: None,
    }
}
