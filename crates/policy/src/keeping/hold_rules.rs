//! Preservation holds: whether one may be placed, released or extended, by whom and on which ground (P-7).

use chrono::{DateTime, NaiveDate, Utc};

use super::two_persons::{Actor, are_two};
use crate::access::posts_held::held;
use crate::access::{Caller, RecordingFacts, reaches};
use crate::capability::Capability;
use crate::civil;
use crate::decision::Decision;
use crate::ground::Ground;
use crate::policy::Policy;
use crate::recording_state::RecordingState;
use crate::text::Text;

/// A hold that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WantedHold<'a> {
    /// The ground's key in the policy.
    pub ground: &'a str,
    /// Why, in the words of the one who places it.
    pub reason: &'a str,
    /// The civil day in Japan on which someone must look at it again. A hold never ends by itself.
    pub review_on: Option<NaiveDate>,
}

/// A hold that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlacedHold {
    /// Who placed it; nobody when an open request did.
    pub placed_by: Option<Actor>,
    /// When someone must look at it again.
    pub review_on: Option<NaiveDate>,
}

/// Why no hold can be promised any more, if so: its destruction was committed, or there is nothing to keep. The answer is 409.
///
/// It has no say in the race: the statement that counts the hold repeats it, and what that says stands.
pub fn too_late(policy: &Policy, state: RecordingState) -> Option<Decision> {
    let (rule, ja, en) = match state {
        RecordingState::Destroying | RecordingState::Destroyed => (
            "hold.too_late",
            "消去が確定した後のため、保全できません。",
            "Its destruction has been committed: it can no longer be held.",
        ),
        RecordingState::Failed => (
            "hold.nothing_kept",
            "音声を残せなかった通話のため、保全するものがありません。",
            "No sound could be kept of this call, so there is nothing to hold.",
        ),
        _ => return None,
    };
    Some(refuse(policy, rule, ja, en))
}

/// Whether the caller may place a hold.
///
/// Refused unless a post of the caller has the capability, reaches the recording and is named by the policy's `placed_by`; the ground is
/// one of the policy's; a reason is written; a review day lies ahead; and it is not [`too_late`].
pub fn may_place(
    policy: &Policy,
    caller: &Caller<'_>,
    recording: &RecordingFacts,
    wanted: &WantedHold<'_>,
    now: DateTime<Utc>,
) -> Decision {
    if let Some(refused) = not_by_post(policy, caller, recording, Capability::HoldPlace, now) {
        return refused;
    }
    let Some(ground) = ground(policy, wanted.ground) else {
        return refuse(
            policy,
            "hold.ground_unknown",
            "定められた保全の事由から選んでください。",
            "Choose one of the grounds the rules list.",
        );
    };
    if wanted.reason.trim().is_empty() {
        return refuse_on(
            ground,
            "hold.reason_missing",
            "保全の理由を書いてください。",
            "Write why it is held.",
        );
    }
    if wanted.review_on.is_some_and(|day| day <= civil::civil_day(now)) {
        return refuse_on(
            ground,
            "hold.review_not_ahead",
            "見直しの日は明日以降にしてください。",
            "The day of review must lie ahead.",
        );
    }
    too_late(policy, recording.state).unwrap_or_else(|| {
        Decision::allow(
            "hold.placed",
            ground.article.clone(),
            Text::new(
                format!("「{}」により保全しました。", ground.name.ja),
                format!("Held on the ground “{}”.", ground.name.en),
            ),
        )
    })
}

/// Whether the caller may release a hold that stands: a post of theirs has the capability, reaches the recording and is named by the
/// policy's `released_by`; a reason is written; and where the policy wants two persons, it was another one who placed it. Where
/// somebody asked for the release, give them for who placed it: they are the other of the two.
/// A hold of an open request is released by closing the request only.
pub fn may_release(
    policy: &Policy,
    caller: &Caller<'_>,
    releasing: &Actor,
    recording: &RecordingFacts,
    hold: &PlacedHold,
    reason: &str,
    now: DateTime<Utc>,
) -> Decision {
    if let Some(refused) = not_by_post(policy, caller, recording, Capability::HoldRelease, now) {
        return refused;
    }
    let Some(placed_by) = &hold.placed_by else {
        return refuse(
            policy,
            "hold.of_open_request",
            "請求に伴う保全は、その請求を終えると解除されます。",
            "It belongs to an open request and ends when that is closed.",
        );
    };
    if reason.trim().is_empty() {
        return refuse(
            policy,
            "hold.reason_missing",
            "解除の理由を書いてください。",
            "Write why it is released.",
        );
    }
    if policy.holds.two_persons && !are_two(placed_by, releasing) {
        return refuse(
            policy,
            "hold.two_persons",
            "保全した人や解除を申請した人（またはその指定を受けた人）は解除できません。別の人が解除してください。",
            "Whoever placed it or asked for its release, or their delegate, cannot release it: another person must.",
        );
    }
    Decision::allow(
        "hold.released",
        policy.holds.article.clone(),
        Text::new(
            "保全を解除しました。24時間は消去されません。",
            "Released. Nothing is destroyed within 24 hours of it.",
        ),
    )
}

/// Whether the caller may ask for the release of a hold: those who may place one, or release one, with a reason.
pub fn may_ask_release(
    policy: &Policy,
    caller: &Caller<'_>,
    recording: &RecordingFacts,
    reason: &str,
    now: DateTime<Utc>,
) -> Decision {
    let refused = |capability| not_by_post(policy, caller, recording, capability, now);
    if let (Some(refused), Some(_)) = (refused(Capability::HoldPlace), refused(Capability::HoldRelease)) {
        return refused;
    }
    if reason.trim().is_empty() {
        return refuse(
            policy,
            "hold.reason_missing",
            "解除してよい理由を書いてください。",
            "Write why it can be released.",
        );
    }
    Decision::allow(
        "hold.release_asked",
        policy.holds.article.clone(),
        Text::new(
            "解除を申請しました。解除されるまで保全は続きます。",
            "Its release was asked for. It rests on until it is released.",
        ),
    )
}

/// Whether the caller may move a hold's day of review: those who may place one may, to a later day, with a reason.
pub fn may_extend(
    policy: &Policy,
    caller: &Caller<'_>,
    recording: &RecordingFacts,
    hold: &PlacedHold,
    wanted: &WantedHold<'_>,
    now: DateTime<Utc>,
) -> Decision {
    let place = may_place(policy, caller, recording, wanted, now);
    if !place.allowed {
        return place;
    }
    let Some(until) = wanted.review_on else {
        return refuse(
            policy,
            "hold.review_missing",
            "新しい見直しの日を書いてください。",
            "Write the new day of review.",
        );
    };
    if hold.review_on.is_some_and(|before| until <= before) {
        return refuse(
            policy,
            "hold.not_longer",
            "新しい見直しの日は今の日より後にしてください。",
            "The new day of review must be later than the old one.",
        );
    }
    let longer = Text::new(
        format!("{until}まで保全を延ばしました。"),
        format!("The hold stands and is looked at again on {until}."),
    );
    Decision { rule: "hold.extended", sentence: longer, ..place }
}

/// A ground of the policy by its key.
pub fn ground<'p>(policy: &'p Policy, key: &str) -> Option<&'p Ground> {
    policy.holds.grounds.iter().find(|ground| ground.key == key)
}

fn not_by_post(
    policy: &Policy,
    caller: &Caller<'_>,
    recording: &RecordingFacts,
    capability: Capability,
    now: DateTime<Utc>,
) -> Option<Decision> {
    let within_reach = reaches(policy, caller, recording, capability, now);
    if !within_reach.allowed {
        return Some(within_reach);
    }
    let named =
        if capability == Capability::HoldPlace { &policy.holds.placed_by } else { &policy.holds.released_by };
    let by = held(policy, caller, now)
        .iter()
        .any(|held| held.can(capability) && held.reaches(recording) && named.contains(&held.post.key));
    (!by).then(|| {
        let names = named.iter().filter_map(|key| policy.post(key)).map(|post| &post.name);
        let (ja, en): (Vec<&str>, Vec<&str>) = names.map(|name| (name.ja.as_str(), name.en.as_str())).unzip();
        Decision::refuse(
            "hold.not_by_this_post",
            policy.holds.article.clone(),
            Text::new(
                format!("これができるのは「{}」です。", ja.join("」「")),
                format!("Only “{}” may do this.", en.join("”, “")),
            ),
        )
    })
}

fn refuse(policy: &Policy, rule: &'static str, ja: &str, en: &str) -> Decision {
    Decision::refuse(rule, policy.holds.article.clone(), Text::new(ja, en))
}

fn refuse_on(ground: &Ground, rule: &'static str, ja: &str, en: &str) -> Decision {
    Decision::refuse(rule, ground.article.clone(), Text::new(ja, en))
}

#[cfg(test)]
mod tests;
