//! What the kernel's tests share: a kept recording, people in posts.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::KeptRecording;
use super::two_persons::Actor;
use crate::access::{Caller, RecordingFacts};
use crate::appointment::Appointment;
use crate::ids::PersonId;
use crate::media_kind::MediaKind;
use crate::recording_state::{RecordingState, Tier};
use crate::retention;
use crate::testing::policy;

/// A sealed recording of a tenant whose call began then.
pub(crate) fn kept(tenant: &str, started_at: DateTime<Utc>) -> KeptRecording {
    KeptRecording {
        state: RecordingState::Primary,
        tier: Tier::Primary,
        media: MediaKind::CallAudio,
        started_at,
        retention: retention::dates(&policy(tenant), MediaKind::CallAudio, started_at),
        active_holds: 0,
        hold_grace_until: None,
        cause: None,
        epoch: 1,
    }
}

/// What access rules know of it.
pub(crate) fn facts(kept: &KeptRecording) -> RecordingFacts {
    RecordingFacts {
        department: None,
        line_proved: true,
        started_at: kept.started_at,
        media: kept.media,
        state: kept.state,
        keep_until: kept.retention.keep_until,
        active_holds: kept.active_holds,
        due_article: kept.cause.as_ref().map(|cause| cause.article.clone()),
    }
}

pub(crate) fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

/// Asks as a person who holds a post of the tenant since last year.
pub(crate) fn as_holder<T>(
    n: u128,
    post: &str,
    now: DateTime<Utc>,
    ask: impl FnOnce(&Caller<'_>, Actor) -> T,
) -> T {
    let appointment = Appointment {
        from: now - TimeDelta::days(300),
        trained_on: Some((now - TimeDelta::days(200)).date_naive()),
        ..crate::testing::holding(post, None)
    };
    let caller = Caller { person: person(n), appointments: &[appointment] };
    ask(&caller, Actor::in_own_right(person(n)))
}
