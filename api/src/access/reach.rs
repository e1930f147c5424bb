//! Which colleagues a capability of a department's post reaches: those of its departments, and oneself (TK-3).

use std::collections::BTreeSet;

use rokuon_db::people::Person;
use rokuon_policy::access::{self, DepartmentScope};
use rokuon_policy::appointment::Appointment;
use rokuon_policy::capability::Capability;
use rokuon_policy::decision::Decision;
use rokuon_policy::ids::{DepartmentId, PersonId};
use rokuon_policy::policy::Policy;

use crate::access::session::Session;

/// How far a capability reaches over people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Everybody.
    Everybody,
    /// The person themselves and the people of these departments.
    Departments(PersonId, BTreeSet<DepartmentId>),
}

impl Reach {
    /// How far `capability` of the session's person reaches. Nothing is as good as only themselves: whether they have the
    /// capability at all was asked before.
    pub fn of(session: &Session, capability: Capability) -> Self {
        let policy = &session.rules.policy;
        match access::department_scope(policy, &session.caller(), capability, session.now) {
            DepartmentScope::All => Self::Everybody,
            DepartmentScope::Only(departments) => Self::Departments(session.person.id, departments),
            DepartmentScope::None(_) => Self::Departments(session.person.id, BTreeSet::new()),
        }
    }

    /// Whether it reaches a person: by the department they work in, or one they hold, held or will hold a post in.
    pub fn reaches<'a>(
        &self,
        person: &Person,
        mut appointments: impl Iterator<Item = &'a Appointment>,
    ) -> bool {
        match self {
            Self::Everybody => true,
            Self::Departments(own, departments) => {
                let within = |department: &Option<DepartmentId>| {
                    department.as_ref().is_some_and(|department| departments.contains(department))
                };
                person.id == *own
                    || within(&person.department)
                    || appointments.any(|appointment| within(&appointment.department))
            }
        }
    }
}

/// The refusal for a person out of reach.
pub fn out_of_reach(policy: &Policy) -> Decision {
    let rules = &policy.access;
    Decision::refuse("access.person_of_other_department", rules.article.clone(), rules.sentence.clone())
}
