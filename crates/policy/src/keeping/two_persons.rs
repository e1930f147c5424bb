//! What two persons do together (I13): two different ones, neither the other's delegate.

use crate::ids::PersonId;

/// Someone who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub person: PersonId,
    /// Who designated them, where the post they act in was given by delegation.
    pub delegated_by: Option<PersonId>,
}

impl Actor {
    /// Someone acting in a post of their own.
    pub const fn in_own_right(person: PersonId) -> Self {
        Self { person, delegated_by: None }
    }
}

/// Whether these are two persons: not one, and neither the other's delegate.
pub fn are_two(first: &Actor, second: &Actor) -> bool {
    first.person != second.person
        && first.delegated_by != Some(second.person)
        && second.delegated_by != Some(first.person)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    // rule: I13
    #[test]
    fn one_person_or_a_person_and_their_delegate_are_not_two() {
        let person = |n| PersonId(Uuid::from_u128(n));
        let (head, other) = (Actor::in_own_right(person(1)), Actor::in_own_right(person(2)));
        let delegate = Actor { person: person(3), delegated_by: Some(person(1)) };
        assert!(are_two(&head, &other) && are_two(&other, &delegate));
        assert!(!are_two(&head, &head));
        assert!(!are_two(&head, &delegate) && !are_two(&delegate, &head));
    }
}
