//! From an erasure in the database to what one person is shown of it.

use chrono::NaiveDate;
use rokuon_db::erasures::{self, Erasure as DbErasure, ErasureDecision, ErasureState, RestsOn};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_policy::access;
use rokuon_policy::capability::Capability;
use rokuon_policy::civil;
use rokuon_policy::ids::{ErasureId, PersonId};
use rokuon_policy::policy::Policy;

use crate::access::session::Session;
use crate::problem::{Code, Problem};
use crate::routes::announcements::shown::Names;
use crate::routes::erasures::model::{Abilities, Decided, Erasure, State};
use crate::routes::erasures::rules::basis_of;

/// Everybody named on it.
pub fn people(erasure: &DbErasure) -> Vec<PersonId> {
    let decided = erasure.decision.as_ref().map(|decision| decision.person);
    std::iter::once(erasure.asked_by).chain(decided).collect()
}

/// An erasure of this id as this person is shown it, as it stands in the transaction.
///
/// # Errors
/// `not-found`; `unavailable`.
pub async fn shown(session: &Session, tx: &mut TenantTx, id: ErasureId) -> Result<Erasure, Problem> {
    let erasure = erasures::find(tx, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let mut names = Names::default();
    names.look_up(tx, people(&erasure)).await?;
    Ok(erasure_of(session, &erasure, &names))
}

/// An erasure as this person is shown it.
pub fn erasure_of(session: &Session, erasure: &DbErasure, names: &Names) -> Erasure {
    let policy = &session.rules.policy;
    Erasure {
        id: erasure.id.0,
        state: match erasure.state {
            ErasureState::Asked => State::Asked,
            ErasureState::Approved => State::Approved,
            ErasureState::Refused => State::Refused,
            ErasureState::Withdrawn => State::Withdrawn,
        },
        requester: erasure.requester.clone(),
        identity: erasure.identity.clone(),
        basis: basis_of(policy, &erasure.rests_on),
        reason: erasure.reason.clone(),
        applied_on: erasure.applied_on,
        decide_by: decide_by(policy, erasure),
        asked_by: names.of(erasure.asked_by),
        asked_at: erasure.asked_at,
        recording_count: erasure.recording_count,
        decision: erasure.decision.as_ref().map(|decision| decided(decision, names)),
        may: abilities(session, erasure),
    }
}

fn decided(decision: &ErasureDecision, names: &Names) -> Decided {
    Decided {
        person: names.of(decision.person),
        at: decision.at,
        reason: decision.reason.clone(),
        article_label: decision.article.label_ja(),
        sentence: (&decision.sentence).into(),
        lets_go_at: decision.lets_go_at,
    }
}

/// The last civil day of the form's time, counted from the day it was asked for.
fn decide_by(policy: &Policy, erasure: &DbErasure) -> Option<NaiveDate> {
    let RestsOn::Application(key) = &erasure.rests_on else { return None };
    let form = policy.applications.iter().find(|form| form.key == *key)?;
    let within = form.deadline.as_ref()?.within?;
    // Any instant within the day: only one at its very beginning would count that day itself (Civil Code art. 140).
    let during = civil::day_begins(erasure.applied_on) + chrono::TimeDelta::hours(12);
    Some(civil::last_day(during, within))
}

/// What buttons to show: whether its recordings are in reach is asked when one is pressed.
fn abilities(session: &Session, erasure: &DbErasure) -> Abilities {
    let open = erasure.state == ErasureState::Asked;
    let may =
        access::may(&session.rules.policy, &session.caller(), Capability::ErasureDecide, session.now).allowed;
    let own = erasure.asked_by == session.person.id;
    Abilities { decide: open && may && !own, withdraw: open && (own || may) }
}
