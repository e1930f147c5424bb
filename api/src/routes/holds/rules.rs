//! The rules on holds, as those who place one are shown them.

use rokuon_policy::access;
use rokuon_policy::capability::Capability;
use rokuon_policy::ground;

use crate::access::session::Session;
use crate::routes::holds::model::{Ground, Rules};

/// On how many recordings one hold can rest. There may be any number of holds.
pub const MOST_RECORDINGS: u32 = 1_000;

/// The rules, for this person.
pub fn rules_of(session: &Session) -> Rules {
    let policy = &session.rules.policy;
    let may = access::may(policy, &session.caller(), Capability::HoldPlace, session.now);
    Rules {
        article_label: policy.holds.article.label_ja(),
        sentence: (&policy.holds.sentence).into(),
        grounds: policy.holds.grounds.iter().map(ground_of).collect(),
        two_persons: policy.holds.two_persons,
        may_place: (&may).into(),
        most_recordings: MOST_RECORDINGS,
    }
}

/// A ground of the rules.
pub fn ground_of(ground: &ground::Ground) -> Ground {
    Ground {
        key: ground.key.clone(),
        name: (&ground.name).into(),
        sentence: (&ground.sentence).into(),
        article: ground.article.to_string(),
        article_label: ground.article.label_ja(),
    }
}
