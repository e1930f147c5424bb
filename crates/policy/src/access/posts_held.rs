//! Which posts a person's appointments amount to at an instant.

use chrono::{DateTime, Utc};

use super::{Caller, RecordingFacts, trained, wording};
use crate::appointment::Appointment;
use crate::capability::Capability;
use crate::decision::Decision;
use crate::ids::DepartmentId;
use crate::policy::Policy;
use crate::post::{Post, Scope};

/// A post in force.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held<'a> {
    pub post: &'a Post,
    /// Where it reaches: everywhere when absent.
    pub department: Option<&'a DepartmentId>,
}

impl Held<'_> {
    pub fn can(&self, capability: Capability) -> bool {
        self.post.capabilities.contains(&capability)
    }

    /// Whether it reaches a recording: one of no department or of a doubtful line only from everywhere.
    pub fn reaches(&self, recording: &RecordingFacts) -> bool {
        self.department.is_none()
            || (recording.line_proved && self.department == recording.department.as_ref())
    }

    /// Whether it reaches all of a wanted scope.
    pub fn reaches_department(&self, wanted: Option<&DepartmentId>) -> bool {
        self.department.is_none() || self.department == wanted
    }
}

/// The posts in force at `now`, with those their holders also act as.
pub(crate) fn held<'a>(policy: &'a Policy, caller: &Caller<'a>, now: DateTime<Utc>) -> Vec<Held<'a>> {
    let mut posts = Vec::new();
    for appointment in caller.appointments {
        let Some(post) = policy.post(&appointment.post) else { continue };
        if !counts(post, appointment, now) {
            continue;
        }
        let department = appointment.department.as_ref();
        posts.push(Held { post, department });
        for also in &post.acts_as {
            let Some(other) = policy.post(&also.post) else { continue };
            // An appointment narrowed to one department does not act in another.
            let reach = match (department, also.department.as_ref()) {
                (Some(here), Some(there)) if here != there => continue,
                (here, there) => here.or(there),
            };
            if other.scope == Scope::Tenant || reach.is_some() {
                posts.push(Held { post: other, department: reach });
            }
        }
    }
    posts
}

fn counts(post: &Post, appointment: &Appointment, now: DateTime<Utc>) -> bool {
    let has_reach = post.scope == Scope::Tenant || appointment.department.is_some();
    let ends_if_delegated = !post.delegated || appointment.until.is_some();
    let is_trained =
        post.training.as_ref().is_none_or(|training| trained(training, appointment.trained_on, now));
    appointment.holds_at(now) && has_reach && ends_if_delegated && is_trained
}

/// The clearest reason why an appointment in force does not count, if there is one.
pub(super) fn not_counted(policy: &Policy, caller: &Caller<'_>, now: DateTime<Utc>) -> Option<Decision> {
    caller.appointments.iter().find_map(|appointment| {
        let post = policy.post(&appointment.post)?;
        let training = post.training.as_ref()?;
        let untrained = appointment.holds_at(now) && !trained(training, appointment.trained_on, now);
        untrained.then(|| wording::training_missing(post, training))
    })
}
