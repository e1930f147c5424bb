//! From a hold in the database to what one person is shown of it.

use rokuon_db::holds::{self, Hold as DbHold, HoldAct, HoldOrigin};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_policy::access;
use rokuon_policy::capability::Capability;
use rokuon_policy::civil::civil_day;
use rokuon_policy::ids::HoldId;

use crate::access::session::Session;
use crate::problem::{Code, Problem};
use crate::routes::announcements::shown::Names;
use crate::routes::holds::model::{Abilities, Act, Ground, Hold, Origin, RequestName, State};
use crate::text::Text;

/// A hold of this id as this person is shown it, as it stands in the transaction.
///
/// # Errors
/// `not-found`; `unavailable`.
pub async fn shown(session: &Session, tx: &mut TenantTx, id: HoldId) -> Result<Hold, Problem> {
    let hold = holds::find(tx, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let mut names = Names::default();
    names.look_up(tx, hold.people()).await?;
    Ok(hold_of(session, &hold, &names))
}

/// A hold as this person is shown it.
pub fn hold_of(session: &Session, hold: &DbHold, names: &Names) -> Hold {
    let policy = &session.rules.policy;
    let known = policy.holds.grounds.iter().find(|ground| ground.key == hold.ground.key);
    let sentence = known.map(|ground| (&ground.sentence).into());
    let act = |act: &HoldAct| Act { person: names.of(act.person), at: act.at, reason: act.reason.clone() };
    let state = match (&hold.released, &hold.release_asked) {
        (Some(_), _) => State::Released,
        (None, Some(_)) => State::ReleaseAsked,
        (None, None) => State::Active,
    };
    let (origin, request) = match &hold.origin {
        HoldOrigin::Person => (Origin::Person, None),
        HoldOrigin::Request { kind, id } => {
            (Origin::Request, Some(RequestName { kind: kind.clone(), id: *id }))
        }
    };
    Hold {
        id: hold.id.0,
        state,
        origin,
        request,
        ground: Ground {
            name: (&hold.ground.name).into(),
            sentence: sentence.unwrap_or_else(|| Text { ja: String::new(), en: String::new() }),
            key: hold.ground.key.clone(),
            article: hold.ground.article.to_string(),
            article_label: hold.ground.article.label_ja(),
        },
        reason: hold.reason.clone(),
        authority: hold.authority.clone(),
        placed_by: names.of(hold.placed_by),
        placed_at: hold.placed_at,
        recording_count: hold.recording_count,
        review_on: hold.review_on,
        review_due: hold.is_active() && hold.review_on.is_some_and(|day| day <= civil_day(session.now)),
        extended: hold.extended.as_ref().map(act),
        release_asked: hold.release_asked.as_ref().map(act),
        released: hold.released.as_ref().map(act),
        may: abilities(session, hold),
    }
}

/// What buttons to show: whether the hold's recordings are in reach is asked when one is pressed.
fn abilities(session: &Session, hold: &DbHold) -> Abilities {
    let (policy, caller) = (&session.rules.policy, session.caller());
    let open = hold.is_active() && hold.origin == HoldOrigin::Person;
    let can = |capability| open && access::may(policy, &caller, capability, session.now).allowed;
    let (place, release) = (can(Capability::HoldPlace), can(Capability::HoldRelease));
    let asked_by_another = hold.release_asked.as_ref().is_some_and(|asked| asked.person != session.person.id);
    Abilities {
        extend: place,
        ask_release: (place || release) && policy.holds.two_persons && hold.release_asked.is_none(),
        release: release && (!policy.holds.two_persons || asked_by_another),
    }
}
