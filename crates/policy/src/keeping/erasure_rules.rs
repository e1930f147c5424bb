//! Erasure before the period ends: who asks, who approves, what stands in its way (O-6.3).

use chrono::{DateTime, Utc};

use super::two_persons::{Actor, are_two};
use super::{Cause, DueReason, KeptRecording};
use crate::access::posts_held::held;
use crate::access::{Caller, RecordingFacts, reaches};
use crate::application::{ApplicationType, Effect, StepAct};
use crate::article::Article;
use crate::capability::Capability;
use crate::decision::Decision;
use crate::ids::PersonId;
use crate::policy::Policy;
use crate::recording_state::RecordingState;
use crate::text::Text;

/// What an erasure stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErasureBasis<'a> {
    /// An application type of the policy whose effect is erasure, by its key.
    Application(&'a str),
    /// A law, named in words (such as a granted request to stop use), where the policy has no form of its own for it.
    Law(&'a str),
}

/// An erasure that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErasureRequest<'a> {
    /// On what.
    pub basis: ErasureBasis<'a>,
    /// Who entered it.
    pub asked_by: Actor,
    /// Grounds of the holds that stand on the recording, by their keys; that of the request itself left out.
    pub held_on: &'a [String],
}

/// The application type that erases, where the policy has one.
pub fn application(policy: &Policy) -> Option<&ApplicationType> {
    policy.applications.iter().find(|one| one.effects.contains(&Effect::Erase))
}

/// The rule by which what was approved is erased, in one sentence.
pub fn sentence(policy: &Policy, article: &Article) -> Text {
    let form = application(policy).filter(|form| form.article == *article);
    form.map_or_else(
        || Text::new("消去の申出を承認したため消去します。", "Erased because its erasure was approved."),
        |form| form.sentence.clone(),
    )
}

/// Whether the caller may enter a request for erasure: they see the recording, the basis is one the policy knows, and where a form
/// names the posts that take its first steps, they hold one of them.
pub fn may_ask(
    policy: &Policy,
    caller: &Caller<'_>,
    recording: &RecordingFacts,
    basis: ErasureBasis<'_>,
    now: DateTime<Utc>,
) -> Decision {
    let seen = reaches(policy, caller, recording, Capability::RecordingSearch, now);
    if !seen.allowed {
        return seen;
    }
    let rests_on = match rests_on(policy, recording, basis) {
        Ok(rests_on) => rests_on,
        Err(refused) => return *refused,
    };
    if let Some(form) = rests_on.form {
        let takes_it = |act: StepAct| {
            matches!(act, StepAct::Submit | StepAct::Receive | StepAct::Identify | StepAct::Decide)
        };
        let named = |post: &str| {
            form.steps.iter().any(|step| takes_it(step.act) && step.posts.iter().any(|one| one == post))
        };
        if !held(policy, caller, now).iter().any(|held| held.reaches(recording) && named(&held.post.key)) {
            return Decision::refuse(
                "erasure.not_taken_by_post",
                rests_on.article,
                Text::new(
                    "この申出を受け付ける職に就いていません。",
                    "None of your posts takes this request.",
                ),
            );
        }
    }
    if let Some(refused) = past_erasing(&rests_on.article, recording.state) {
        return refused;
    }
    Decision::allow(
        "erasure.asked",
        rests_on.article,
        Text::new(
            "消去の申出を受け付け、決定まで保全します。",
            "The request for erasure is entered, and the recording is held until it is decided.",
        ),
    )
}

/// Whether the caller may approve an erasure that was asked for: another person than the one who entered it, in a post that decides
/// erasures; nothing of [`refused_while`] stands against it; and its shortest period is over, unless the form says it may come before.
///
/// An approved erasure makes the recording due for [`DueReason::Erasure`] at once when nothing else holds it; while something does, it
/// waits as the recording's `cause` and runs by itself after the last release ([`super::step::next_step`]).
pub fn may_approve(
    policy: &Policy,
    caller: &Caller<'_>,
    approving: &Actor,
    recording: &RecordingFacts,
    kept: &KeptRecording,
    request: &ErasureRequest<'_>,
    now: DateTime<Utc>,
) -> Decision {
    let within_reach = reaches(policy, caller, recording, Capability::ErasureDecide, now);
    if !within_reach.allowed {
        return within_reach;
    }
    let rests_on = match rests_on(policy, recording, request.basis) {
        Ok(rests_on) => rests_on,
        Err(refused) => return *refused,
    };
    let article = &rests_on.article;
    if let Some(refused) =
        not_by_another(policy, caller, recording, &rests_on, (&request.asked_by, approving), now)
    {
        return refused;
    }
    if let Some(refused) = against(policy, recording, kept, request, now) {
        return refused;
    }
    let text = if request.held_on.is_empty() {
        Text::new(
            "消去を承認しました。速やかに消去します。",
            "The erasure is approved and is carried out promptly.",
        )
    } else {
        Text::new(
            "消去を承認しました。保全が解除された後に消去します。",
            "The erasure is approved and runs once nothing holds the recording any more.",
        )
    };
    Decision::allow("erasure.approved", article.clone(), text)
}

/// What stands against erasing a recording at `now`, whoever decides: a ground of the rules that it is held for, its state, or its
/// shortest period.
pub fn against(
    policy: &Policy,
    recording: &RecordingFacts,
    kept: &KeptRecording,
    request: &ErasureRequest<'_>,
    now: DateTime<Utc>,
) -> Option<Decision> {
    let rests_on = match rests_on(policy, recording, request.basis) {
        Ok(rests_on) => rests_on,
        Err(refused) => return Some(*refused),
    };
    let article = &rests_on.article;
    let too_early = || {
        let early = kept.is_within_minimum(now) && !rests_on.form.is_some_and(|form| form.before_minimum);
        early.then(|| {
            Decision::refuse(
                "erasure.before_minimum",
                article.clone(),
                Text::new(
                    "最短の保存期間が終わっていないため、まだ消去できません。",
                    "Its shortest period is not over, so it cannot be erased yet.",
                ),
            )
        })
    };
    refused_while(policy, request).or_else(|| past_erasing(article, recording.state)).or_else(too_early)
}

/// Whether the caller may refuse an erasure: whoever may decide it, another person than the one who entered it. `ground` is the key
/// of one of the grounds the rules refuse it on, where it is one of them.
pub fn may_refuse(
    policy: &Policy,
    caller: &Caller<'_>,
    (asked_by, refusing): (&Actor, &Actor),
    recording: &RecordingFacts,
    basis: ErasureBasis<'_>,
    ground: Option<&str>,
    now: DateTime<Utc>,
) -> Decision {
    let within_reach = reaches(policy, caller, recording, Capability::ErasureDecide, now);
    if !within_reach.allowed {
        return within_reach;
    }
    let rests_on = match rests_on(policy, recording, basis) {
        Ok(rests_on) => rests_on,
        Err(refused) => return *refused,
    };
    if let Some(refused) = not_by_another(policy, caller, recording, &rests_on, (asked_by, refusing), now) {
        return refused;
    }
    let Some(key) = ground else {
        let text = Text::new("消去を拒否しました。", "The erasure is refused.");
        return Decision::allow("erasure.refused", rests_on.article, text);
    };
    let form = rests_on.form.or_else(|| application(policy));
    let known = form.and_then(|form| form.refused_while.iter().find(|ground| ground.key == key));
    match known {
        Some(ground) => Decision::allow(
            "erasure.refused",
            ground.article.clone(),
            Text::new(
                format!("「{}」に当たるため、消去を拒否しました。", ground.name.ja),
                format!("The erasure is refused on the ground “{}”.", ground.name.en),
            ),
        ),
        None => Decision::refuse(
            "erasure.ground_unknown",
            rests_on.article,
            Text::new(
                "定められた拒否の事由から選んでください。",
                "Choose one of the grounds the rules list.",
            ),
        ),
    }
}

/// Whether the caller may take a request for erasure back: who entered it, or who decides erasures.
pub fn may_withdraw(
    policy: &Policy,
    caller: &Caller<'_>,
    asked_by: PersonId,
    recording: &RecordingFacts,
    basis: ErasureBasis<'_>,
    now: DateTime<Utc>,
) -> Decision {
    let own = caller.person == asked_by;
    let needed = if own { Capability::RecordingSearch } else { Capability::ErasureDecide };
    let within_reach = reaches(policy, caller, recording, needed, now);
    if !within_reach.allowed {
        return within_reach;
    }
    match rests_on(policy, recording, basis) {
        Ok(rests_on) => Decision::allow(
            "erasure.withdrawn",
            rests_on.article,
            Text::new("消去の申出を取り下げました。", "The request for erasure is taken back."),
        ),
        Err(refused) => *refused,
    }
}

/// Refused unless a post of the caller decides this kind of request, and the caller is another than who entered it.
fn not_by_another(
    policy: &Policy,
    caller: &Caller<'_>,
    recording: &RecordingFacts,
    rests_on: &RestsOn<'_>,
    (asked_by, deciding): (&Actor, &Actor),
    now: DateTime<Utc>,
) -> Option<Decision> {
    let refuse =
        |rule, ja: &str, en: &str| Some(Decision::refuse(rule, rests_on.article.clone(), Text::new(ja, en)));
    let steps = rests_on.form.iter().flat_map(|form| &form.steps);
    let posts: Vec<&String> =
        steps.filter(|step| step.act == StepAct::Decide).flat_map(|step| &step.posts).collect();
    let by = held(policy, caller, now)
        .iter()
        .any(|held| held.reaches(recording) && posts.contains(&&held.post.key));
    if !posts.is_empty() && !by {
        return refuse(
            "erasure.not_decided_by_post",
            "この申出を決定する職に就いていません。",
            "None of your posts decides this request.",
        );
    }
    if !are_two(asked_by, deciding) {
        return refuse(
            "erasure.two_persons",
            "受け付けた本人（またはその指定を受けた人）は決定できません。別の人が決定してください。",
            "Whoever entered it, or their delegate, cannot decide it: another person must.",
        );
    }
    None
}

/// What an approved erasure writes on the recording.
pub fn cause(approved: &Decision) -> Cause {
    Cause { reason: DueReason::Erasure, article: approved.article.clone() }
}

/// The ground on which the policy forbids this erasure as long as the recording is held for it, if there is one.
pub fn refused_while(policy: &Policy, request: &ErasureRequest<'_>) -> Option<Decision> {
    let form = match request.basis {
        ErasureBasis::Application(key) => policy.applications.iter().find(|one| one.key == key),
        ErasureBasis::Law(_) => application(policy),
    }?;
    let ground = form.refused_while.iter().find(|ground| request.held_on.contains(&ground.key))?;
    Some(Decision::refuse(
        "erasure.refused_while",
        ground.article.clone(),
        Text::new(
            format!("「{}」に当たる間は消去できません。{}", ground.name.ja, ground.sentence.ja),
            format!("Not erased while this stands against it: {}. {}", ground.name.en, ground.sentence.en),
        ),
    ))
}

struct RestsOn<'p> {
    article: Article,
    form: Option<&'p ApplicationType>,
}

/// The article an erasure rests on: the form's, or, where a law orders it, the rule that would have kept the recording.
fn rests_on<'p>(
    policy: &'p Policy,
    recording: &RecordingFacts,
    basis: ErasureBasis<'_>,
) -> Result<RestsOn<'p>, Box<Decision>> {
    let kept_by = policy.retention.iter().find(|rule| rule.kind == recording.media);
    let kept_by = kept_by.map_or(&policy.access.article, |rule| &rule.article);
    let unknown = || {
        Box::new(Decision::refuse(
            "erasure.basis_missing",
            kept_by.clone(),
            Text::new(
                "消去の根拠（申請の種類か法令）を示してください。",
                "State what the erasure rests on: an application of the rules, or a law.",
            ),
        ))
    };
    match basis {
        ErasureBasis::Application(key) => {
            let erases = |one: &&ApplicationType| one.key == key && one.effects.contains(&Effect::Erase);
            let form = policy.applications.iter().find(erases).ok_or_else(unknown)?;
            Ok(RestsOn { article: form.article.clone(), form: Some(form) })
        }
        ErasureBasis::Law(law) if law.trim().is_empty() => Err(unknown()),
        ErasureBasis::Law(_) => Ok(RestsOn { article: kept_by.clone(), form: None }),
    }
}

fn past_erasing(article: &Article, state: RecordingState) -> Option<Decision> {
    use RecordingState as S;
    let (rule, ja, en) = match state {
        S::Recording | S::Sealing => (
            "erasure.not_sealed",
            "録音中か封印前のため、まだ消去できません。",
            "It is still being made or sealed.",
        ),
        S::Failed => {
            ("erasure.nothing_kept", "残っている音声がありません。", "No sound was kept of this call.")
        }
        S::Destroying | S::Destroyed => {
            ("erasure.already", "すでに消去が確定しています。", "Its destruction has been committed already.")
        }
        S::Primary | S::Secondary | S::Due | S::Quarantined => return None,
    };
    Some(Decision::refuse(rule, article.clone(), Text::new(ja, en)))
}

#[cfg(test)]
mod tests;
