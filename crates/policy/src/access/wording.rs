//! The sentences of access decisions, each with its rule and article.

use super::RecordingFacts;
use crate::article::Article;
use crate::capability::Capability;
use crate::decision::Decision;
use crate::policy::Policy;
use crate::post::{Delegation, Post, Training};
use crate::purpose::Purpose;
use crate::recording_state::RecordingState;
use crate::text::Text;

fn refuse(rule: &'static str, article: &Article, ja: impl Into<String>, en: impl Into<String>) -> Decision {
    Decision::refuse(rule, article.clone(), Text::new(ja, en))
}

fn allow(rule: &'static str, article: &Article, ja: impl Into<String>, en: impl Into<String>) -> Decision {
    Decision::allow(rule, article.clone(), Text::new(ja, en))
}

pub(super) fn permitted(post: &Post, capability: Capability) -> Decision {
    let what = capability.name();
    allow(
        "access.permitted",
        &post.article,
        format!("職「{}」は「{}」ができます。", post.name.ja, what.ja),
        format!("The post “{}” may: {}.", post.name.en, what.en),
    )
}

pub(super) fn no_post(policy: &Policy) -> Decision {
    refuse(
        "access.no_post",
        &policy.access.article,
        format!("現在有効な職に就いていないため、扱えません。{}", policy.access.sentence.ja),
        format!("You hold no post at this time. {}", policy.access.sentence.en),
    )
}

pub(super) fn not_permitted(policy: &Policy, posts: &[&Post], capability: Capability) -> Decision {
    let mut ja: Vec<&str> = posts.iter().map(|post| post.name.ja.as_str()).collect();
    let mut en: Vec<&str> = posts.iter().map(|post| post.name.en.as_str()).collect();
    ja.dedup();
    en.dedup();
    let what = capability.name();
    refuse(
        "access.not_permitted",
        &policy.access.article,
        format!("職「{}」では「{}」はできません。{}", ja.join("」「"), what.ja, policy.access.sentence.ja),
        format!("The post “{}” may not: {}. {}", en.join("”, “"), what.en, policy.access.sentence.en),
    )
}

pub(super) fn other_department(policy: &Policy) -> Decision {
    refuse(
        "access.other_department",
        &policy.access.article,
        format!("あなたの職が及ばない課の録音です。{}", policy.access.sentence.ja),
        format!(
            "This recording belongs to a department your post does not reach. {}",
            policy.access.sentence.en
        ),
    )
}

pub(super) fn line_unproved(policy: &Policy) -> Decision {
    refuse(
        "access.line_unproved",
        &policy.access.article,
        "どの回線の通話か確かめられていないため、全課を扱う職だけが扱えます。",
        "It is not proved which line this call was on, so only posts that reach every department may touch it.",
    )
}

pub(super) fn purpose_not_stated(policy: &Policy) -> Decision {
    refuse(
        "purpose.not_stated",
        &policy.purpose_limit.article,
        format!("利用目的を選んでください。{}", policy.purpose_limit.sentence.ja),
        format!("State a purpose first. {}", policy.purpose_limit.sentence.en),
    )
}

pub(super) fn purpose_unknown(policy: &Policy, purpose: &str) -> Decision {
    let shown: String = purpose.chars().filter(|c| !c.is_control()).take(60).collect();
    refuse(
        "purpose.unknown",
        &policy.purpose_limit.article,
        format!("「{shown}」は認められた利用目的ではありません。{}", policy.purpose_limit.sentence.ja),
        format!("“{shown}” is not a permitted purpose. {}", policy.purpose_limit.sentence.en),
    )
}

pub(super) fn purpose_not_for_media(purpose: &Purpose) -> Decision {
    refuse(
        "purpose.media_not_covered",
        &purpose.article,
        format!("目的「{}」は、この種類の媒体には使えません。", purpose.name.ja),
        format!("The purpose “{}” does not cover this kind of media.", purpose.name.en),
    )
}

pub(super) fn purpose_not_for_post(policy: &Policy, purpose: &Purpose) -> Decision {
    let names = purpose.posts.iter().filter_map(|key| policy.post(key)).map(|post| &post.name);
    let (ja, en): (Vec<&str>, Vec<&str>) = names.map(|name| (name.ja.as_str(), name.en.as_str())).unzip();
    refuse(
        "purpose.post_not_permitted",
        &purpose.article,
        format!("目的「{}」で聴けるのは「{}」だけです。", purpose.name.ja, ja.join("」「")),
        format!("Only “{}” may listen for the purpose “{}”.", en.join("”, “"), purpose.name.en),
    )
}

pub(super) fn case_note_missing(purpose: &Purpose) -> Decision {
    refuse(
        "purpose.case_note_missing",
        &purpose.article,
        format!("目的「{}」では、どの事案のためかを書いてください。", purpose.name.ja),
        format!("For the purpose “{}” say which case it is for.", purpose.name.en),
    )
}

pub(super) fn use_permitted(post: &Post, purpose: &Purpose) -> Decision {
    allow(
        "purpose.permitted",
        &purpose.article,
        format!("職「{}」は目的「{}」で聴けます。", post.name.ja, purpose.name.ja),
        format!("The post “{}” may listen for the purpose “{}”.", post.name.en, purpose.name.en),
    )
}

fn retention_article<'p>(policy: &'p Policy, recording: &RecordingFacts) -> &'p Article {
    policy
        .retention
        .iter()
        .find(|rule| rule.kind == recording.media)
        .map_or(&policy.access.article, |rule| &rule.article)
}

pub(super) fn no_media_in_state(policy: &Policy, recording: &RecordingFacts) -> Decision {
    let (rule, ja, en) = match recording.state {
        RecordingState::Recording | RecordingState::Sealing => (
            "recording.not_sealed",
            "まだ録音中か、封印が終わっていないため再生できません。",
            "The recording is still being made or sealed, so it cannot be played yet.",
        ),
        RecordingState::Failed => {
            ("recording.failed", "音声を残せなかった通話です。", "No sound could be kept of this call.")
        }
        RecordingState::Quarantined => (
            "recording.quarantined",
            "完全性の検査に合わなかったため、調べが終わるまで再生できません。",
            "It did not pass the integrity check and cannot be played until that is cleared.",
        ),
        _ => ("recording.destroyed", "すでに消去された録音です。", "This recording has been erased."),
    };
    refuse(rule, retention_article(policy, recording), ja, en)
}

pub(super) fn period_over(policy: &Policy, recording: &RecordingFacts) -> Decision {
    refuse(
        "retention.period_over",
        retention_article(policy, recording),
        "保存期間が終わり、保全もされていないため再生できません。",
        "Its period is over and nothing holds it, so it cannot be played.",
    )
}

pub(super) fn to_be_erased(policy: &Policy, recording: &RecordingFacts) -> Decision {
    let article = recording.due_article.as_ref().unwrap_or_else(|| retention_article(policy, recording));
    refuse(
        "recording.to_be_erased",
        article,
        "消去することが決まっているため再生できません。",
        "Its erasure is decided, so it cannot be played.",
    )
}

pub(super) fn post_unknown(policy: &Policy, post: &str) -> Decision {
    let shown: String = post.chars().filter(|c| !c.is_control()).take(60).collect();
    refuse(
        "appointment.post_unknown",
        &policy.access.article,
        format!("「{shown}」という職は定められていません。"),
        format!("There is no post “{shown}”."),
    )
}

pub(super) fn by_delegation_only(policy: &Policy, post: &Post) -> Decision {
    let article = policy.delegation.as_ref().map_or(&post.article, |rule| &rule.article);
    refuse(
        "appointment.by_delegation_only",
        article,
        format!("職「{}」は、範囲と期間を定めた指定によってだけ与えられます。", post.name.ja),
        format!("“{}” is given only by designation for a scope and a time.", post.name.en),
    )
}

pub(super) fn does_not_appoint(policy: &Policy, target: &Post) -> Decision {
    let names = target.appointed_by.iter().filter_map(|key| policy.post(key)).map(|post| &post.name);
    let (ja, en): (Vec<&str>, Vec<&str>) = names.map(|name| (name.ja.as_str(), name.en.as_str())).unzip();
    let (ja, en) = if ja.is_empty() {
        ("所属の職により自動的に定まる".to_owned(), "it comes with an office".to_owned())
    } else {
        (format!("選任するのは「{}」", ja.join("」「")), format!("it is appointed by “{}”", en.join("”, “")))
    };
    refuse(
        "appointment.not_by_this_post",
        &target.article,
        format!("職「{}」を選任できません（{ja}）。", target.name.ja),
        format!("You cannot appoint to “{}”: {en}.", target.name.en),
    )
}

pub(super) fn department_missing(target: &Post) -> Decision {
    refuse(
        "appointment.department_missing",
        &target.article,
        format!("職「{}」は課ごとの職です。課を選んでください。", target.name.ja),
        format!("“{}” is a post of a department: name the department.", target.name.en),
    )
}

pub(super) fn appoints_elsewhere(target: &Post) -> Decision {
    refuse(
        "appointment.other_department",
        &target.article,
        format!("職「{}」を選任できるのは、あなたの職が及ぶ課の中だけです。", target.name.ja),
        format!("You can appoint to “{}” only where your own post reaches.", target.name.en),
    )
}

pub(super) fn training_missing(post: &Post, training: &Training) -> Decision {
    refuse(
        "appointment.training_missing",
        &training.article,
        format!("職「{}」には、有効な研修の記録が必要です。{}", post.name.ja, training.sentence.ja),
        format!("“{}” needs a valid training on file. {}", post.name.en, training.sentence.en),
    )
}

pub(super) fn appointment_permitted(by: &Post, target: &Post) -> Decision {
    allow(
        "appointment.permitted",
        &target.article,
        format!("職「{}」は「{}」を選任できます。", by.name.ja, target.name.ja),
        format!("“{}” appoints to “{}”.", by.name.en, target.name.en),
    )
}

pub(super) fn no_delegation(policy: &Policy) -> Decision {
    refuse(
        "delegation.not_provided",
        &policy.access.article,
        "この要綱には、一時的に扱わせる定めがありません。",
        "This document has no rule on designating a further person.",
    )
}

pub(super) fn does_not_delegate(policy: &Policy, rule: &Delegation) -> Decision {
    let names = rule.granted_by.iter().filter_map(|key| policy.post(key)).map(|post| &post.name);
    let (ja, en): (Vec<&str>, Vec<&str>) = names.map(|name| (name.ja.as_str(), name.en.as_str())).unzip();
    refuse(
        "delegation.not_by_this_post",
        &rule.article,
        format!("指定できるのは「{}」が、その職の及ぶ範囲でだけです。", ja.join("」「")),
        format!("Only “{}” designates, within the reach of the post.", en.join("”, “")),
    )
}

pub(super) fn delegation_without_end(rule: &Delegation) -> Decision {
    let longest = rule.at_most.text();
    refuse(
        "delegation.end_missing",
        &rule.article,
        format!("指定には始まりと終わりが必要で、長くても{}です。", longest.ja),
        format!("A designation needs a beginning and an end, at most {} apart.", longest.en),
    )
}
