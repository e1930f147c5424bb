//! Who a person is in what two persons do together (I13): themselves, or the delegate of somebody.

use chrono::{DateTime, Utc};
use rokuon_db::appointments;
use rokuon_db::tenant_tx::TenantTx;
use rokuon_policy::ids::PersonId;
use rokuon_policy::keeping::two_persons::Actor;
use rokuon_policy::policy::Policy;

use crate::problem::Problem;

/// A person as the rule of two persons knows them at `now`.
///
/// # Errors
/// `unavailable`.
pub async fn actor(
    tx: &mut TenantTx,
    policy: &Policy,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<Actor, Problem> {
    let delegated_by = match &policy.delegation {
        Some(rule) => appointments::given_by(tx, person, &rule.post, now).await?,
        None => None,
    };
    Ok(Actor { person, delegated_by })
}
