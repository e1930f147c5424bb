//! Who may do what, see what, hear what, and appoint whom. What nothing in the policy allows is refused.

pub mod live_calls;
pub(crate) mod posts_held;
mod wording;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::appointment::Appointment;
use crate::article::Article;
use crate::capability::Capability;
use crate::civil;
use crate::decision::Decision;
use crate::ids::{DepartmentId, PersonId};
use crate::media_kind::MediaKind;
use crate::policy::Policy;
use crate::post::{Post, Scope, Training};
use crate::purpose::Purpose;
use crate::recording_state::RecordingState;
use posts_held::{Held, held, not_counted};

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
    /// The article it is to be destroyed by, once that is decided.
    pub due_article: Option<Article>,
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

/// Whether the caller has a capability at all at `now`, in whatever departments.
///
/// An appointment counts while it holds, its post is in the policy, its training (where asked for) is on file, it names a department
/// if its post is a department's, and it ends if its post is a delegated one.
pub fn may(policy: &Policy, caller: &Caller<'_>, capability: Capability, now: DateTime<Utc>) -> Decision {
    match held(policy, caller, now).into_iter().find(|held| held.can(capability)) {
        Some(held) => wording::permitted(held.post, capability),
        None => refusal(policy, caller, capability, now),
    }
}

/// Everything the caller may do somewhere at `now`.
pub fn capabilities(policy: &Policy, caller: &Caller<'_>, now: DateTime<Utc>) -> BTreeSet<Capability> {
    held(policy, caller, now).iter().flat_map(|held| held.post.capabilities.iter().copied()).collect()
}

/// The purposes for which the caller may use recordings at `now`, in the policy's order.
pub fn purposes<'p>(policy: &'p Policy, caller: &Caller<'_>, now: DateTime<Utc>) -> Vec<&'p Purpose> {
    let posts = held(policy, caller, now);
    let permitted = |purpose: &&Purpose| {
        posts.iter().any(|held| held.can(Capability::RecordingPlay) && purpose.posts.contains(&held.post.key))
    };
    policy.purposes.iter().filter(permitted).collect()
}

/// How far a capability of the caller reaches at `now`.
pub fn department_scope(
    policy: &Policy,
    caller: &Caller<'_>,
    capability: Capability,
    now: DateTime<Utc>,
) -> DepartmentScope {
    let posts = held(policy, caller, now);
    let mut departments = BTreeSet::new();
    for held in posts.iter().filter(|held| held.can(capability)) {
        match held.department {
            None => return DepartmentScope::All,
            Some(department) => {
                departments.insert(department.clone());
            }
        }
    }
    if departments.is_empty() {
        DepartmentScope::None(refusal(policy, caller, capability, now))
    } else {
        DepartmentScope::Only(departments)
    }
}

/// Whether the caller may see that a recording exists, and its facts.
pub fn may_see(
    policy: &Policy,
    caller: &Caller<'_>,
    recording: &RecordingFacts,
    now: DateTime<Utc>,
) -> Decision {
    reaches(policy, caller, recording, Capability::RecordingSearch, now)
}

/// Whether the caller may hear a recording for a stated purpose (T-1, I-7, KB-4).
///
/// Refused unless all of this holds: one post of the caller may play, reaches the recording and is named by the purpose; the purpose is
/// one of the policy's and covers this kind of media; the case note is there where the purpose asks for it; the media is sealed, whole
/// and within its period, or held.
pub fn may_use(
    policy: &Policy,
    caller: &Caller<'_>,
    recording: &RecordingFacts,
    purpose: &str,
    case_note: &str,
    now: DateTime<Utc>,
) -> Decision {
    let within_reach = reaches(policy, caller, recording, Capability::RecordingPlay, now);
    if !within_reach.allowed {
        return within_reach;
    }
    if purpose.trim().is_empty() {
        return wording::purpose_not_stated(policy);
    }
    let Some(purpose) = policy.purpose(purpose) else {
        return wording::purpose_unknown(policy, purpose);
    };
    if !purpose.kinds.contains(&recording.media) {
        return wording::purpose_not_for_media(purpose);
    }
    let posts = held(policy, caller, now);
    let permitted = posts.iter().find(|held| {
        held.can(Capability::RecordingPlay)
            && held.reaches(recording)
            && purpose.posts.contains(&held.post.key)
    });
    let Some(permitted) = permitted else {
        return wording::purpose_not_for_post(policy, purpose);
    };
    if purpose.needs_case_note && case_note.trim().is_empty() {
        return wording::case_note_missing(purpose);
    }
    playable(policy, recording, now).unwrap_or_else(|| wording::use_permitted(permitted.post, purpose))
}

/// Why the recording cannot be heard by anyone at `now`, if so: not sealed, broken, gone, or nothing holds it and its period is over or
/// its erasure is decided.
pub fn playable(policy: &Policy, recording: &RecordingFacts, now: DateTime<Utc>) -> Option<Decision> {
    if !recording.state.has_sealed_media() {
        return Some(wording::no_media_in_state(policy, recording));
    }
    if recording.active_holds > 0 {
        return None;
    }
    if recording.keep_until.is_some_and(|until| until <= now) {
        return Some(wording::period_over(policy, recording));
    }
    (recording.state == RecordingState::Due).then(|| wording::to_be_erased(policy, recording))
}

/// Whether the caller may appoint someone to a post (T-6, TK-3, KB-7).
///
/// `department` is where the appointment shall reach (needed for posts of a department; it narrows a tenant-wide post), `trained_on` the
/// day of the recorded training. Whether a post for one holder is already held is the database's to say; designation for a time is
/// [`may_delegate`].
pub fn may_appoint(
    policy: &Policy,
    caller: &Caller<'_>,
    post: &str,
    department: Option<&DepartmentId>,
    trained_on: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> Decision {
    let Some(target) = policy.post(post) else {
        return wording::post_unknown(policy, post);
    };
    if target.delegated {
        return wording::by_delegation_only(policy, target);
    }
    let appointing = |held: &&Held<'_>| {
        held.can(Capability::PersonAppoint) && target.appointed_by.contains(&held.post.key)
    };
    let posts = held(policy, caller, now);
    if !posts.iter().any(|held| appointing(&held)) {
        return not_counted(policy, caller, now)
            .filter(|_| posts.is_empty())
            .unwrap_or_else(|| wording::does_not_appoint(policy, target));
    }
    if target.scope == Scope::Department && department.is_none() {
        return wording::department_missing(target);
    }
    let Some(appointer) = posts.iter().filter(appointing).find(|held| held.reaches_department(department))
    else {
        return wording::appoints_elsewhere(target);
    };
    if let Some(training) = &target.training
        && !trained(training, trained_on, now)
    {
        return wording::training_missing(target, training);
    }
    wording::appointment_permitted(appointer.post, target)
}

/// Whether the caller may designate a further person for a department and a time (TK-6). Times are UTC; `until` is exclusive.
pub fn may_delegate(
    policy: &Policy,
    caller: &Caller<'_>,
    department: Option<&DepartmentId>,
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Decision {
    let Some((rule, target)) =
        policy.delegation.as_ref().and_then(|rule| Some((rule, policy.post(&rule.post)?)))
    else {
        return wording::no_delegation(policy);
    };
    let granting = |held: &Held<'_>| {
        held.can(Capability::DelegationGrant)
            && rule.granted_by.contains(&held.post.key)
            && held.reaches_department(department)
    };
    let posts = held(policy, caller, now);
    let Some(granter) = posts.iter().find(|held| granting(held)) else {
        return wording::does_not_delegate(policy, rule);
    };
    if target.scope == Scope::Department && department.is_none() {
        return wording::department_missing(target);
    }
    let longest = civil::period_ends(from, rule.at_most);
    if !until.is_some_and(|until| from < until && now < until && until <= longest) {
        return wording::delegation_without_end(rule);
    }
    wording::appointment_permitted(granter.post, target)
}

/// Whether a training on file opens a post at `now`: held on or before that day in Japan, and not lapsed.
pub fn trained(training: &Training, trained_on: Option<NaiveDate>, now: DateTime<Utc>) -> bool {
    let lapsed = |day: NaiveDate| {
        training.valid_for.is_some_and(|valid| civil::period_ends(civil::day_begins(day), valid) <= now)
    };
    trained_on.is_some_and(|day| day <= civil::civil_day(now) && !lapsed(day))
}

pub(crate) fn reaches(
    policy: &Policy,
    caller: &Caller<'_>,
    recording: &RecordingFacts,
    capability: Capability,
    now: DateTime<Utc>,
) -> Decision {
    let posts = held(policy, caller, now);
    let able: Vec<&Held<'_>> = posts.iter().filter(|held| held.can(capability)).collect();
    match able.iter().find(|held| held.reaches(recording)) {
        Some(held) => wording::permitted(held.post, capability),
        None if able.is_empty() => refusal(policy, caller, capability, now),
        None if !recording.line_proved => wording::line_unproved(policy),
        None => wording::other_department(policy),
    }
}

fn refusal(policy: &Policy, caller: &Caller<'_>, capability: Capability, now: DateTime<Utc>) -> Decision {
    let names: Vec<&Post> = held(policy, caller, now).into_iter().map(|held| held.post).collect();
    if names.is_empty() {
        return not_counted(policy, caller, now).unwrap_or_else(|| wording::no_post(policy));
    }
    wording::not_permitted(policy, &names, capability)
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
