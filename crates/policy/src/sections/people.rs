//! Sections on people: posts, delegation, sign-in; and the check that every post can be filled.

use std::collections::BTreeSet;

use crate::capability::Capability;
use crate::civil::Period;
use crate::policy::Policy;
use crate::post::{ActsAs, Delegation, Post, Training};
use crate::reader::Table;
use crate::sign_in::{
    DEFAULT_ABSOLUTE_HOURS, DEFAULT_IDLE_LOCK_MINUTES, DEFAULT_PASSWORD_MIN_LENGTH, SignInRules,
};

pub(super) fn post(t: &Table<'_, '_>) -> Post {
    Post {
        article: t.article(),
        key: t.key(),
        name: t.text("name"),
        holder: t.text("holder"),
        sentence: t.text("sentence"),
        scope: t.word("scope"),
        employer: t.word("employer"),
        by_office: t.flag("by_office"),
        appointed_by: t.posts("appointed_by"),
        single: t.flag("single"),
        delegated: t.flag("delegated"),
        capabilities: t.words::<Capability>("capabilities").into_iter().collect(),
        acts_as: t.list("acts_as", acts_as),
        training: t.optional("training", training),
    }
}

fn acts_as(t: &Table<'_, '_>) -> ActsAs {
    ActsAs { article: t.article(), post: t.post("post"), department: t.opt_department("department") }
}

fn training(t: &Table<'_, '_>) -> Training {
    Training { article: t.article(), sentence: t.text("sentence"), valid_for: t.opt_period("valid_for") }
}

pub(super) fn delegation(t: &Table<'_, '_>) -> Delegation {
    if !t.has("at_most") {
        t.complain(
            "at_most",
            "指定の最長期間（at_most）がありません。",
            "`at_most` is missing: how long may a designation last?",
        );
    }
    Delegation {
        article: t.article(),
        sentence: t.text("sentence"),
        post: t.post("post"),
        granted_by: t.some_posts("granted_by"),
        must_state: t.strings("must_state"),
        at_most: t.opt_period("at_most").unwrap_or(Period::Days(1)),
    }
}

pub(super) fn sign_in(t: &Table<'_, '_>) -> SignInRules {
    let rules = SignInRules {
        article: t.article(),
        sentence: t.text("sentence"),
        password_min_length: t
            .opt_number("password_min_length", 8..=128)
            .unwrap_or(DEFAULT_PASSWORD_MIN_LENGTH),
        password_max_age_days: t.opt_number("password_max_age_days", 1..=366),
        password_article: t.opt_article("password_article"),
        idle_lock_minutes: t.opt_number("idle_lock_minutes", 1..=240).unwrap_or(DEFAULT_IDLE_LOCK_MINUTES),
        idle_lock_article: t.opt_article("idle_lock_article"),
        absolute_hours: t.opt_number("absolute_hours", 1..=24).unwrap_or(DEFAULT_ABSOLUTE_HOURS),
        second_factor_required: t.flag("second_factor_required"),
        issued_by: t.some_posts("issued_by"),
    };
    if t.has("password_article") != t.has("password_max_age_days") {
        t.complain(
            "password_max_age_days",
            "パスワードの変更周期（password_max_age_days）と、その根拠（password_article）は両方書いてください。",
            "write `password_max_age_days` and `password_article` together",
        );
    }
    if rules.idle_lock_article.is_some() && !t.has("idle_lock_minutes") {
        t.complain(
            "idle_lock_minutes",
            "自動ロックの根拠があるのに、分数（idle_lock_minutes）がありません。",
            "an article asks for the idle lock, so `idle_lock_minutes` must say after how long",
        );
    }
    rules
}

/// Checks that need more than one section.
pub(super) fn check(t: &Table<'_, '_>, policy: &Policy) {
    if policy.posts.is_empty() {
        t.complain(
            "posts",
            "職（[[posts]]）が一つもありません。",
            "no `[[posts]]`: nobody could ever do anything",
        );
        return;
    }
    appointable(t, policy);
    for (index, post) in policy.posts.iter().enumerate() {
        for appointer in post.appointed_by.iter().filter_map(|key| policy.post(key)) {
            let needed = if post.delegated { Capability::DelegationGrant } else { Capability::PersonAppoint };
            if !appointer.capabilities.contains(&needed) {
                t.complain_in(
                    "posts",
                    index,
                    format!(
                        "職「{}」を選任する「{}」に、権限 {needed} がありません。",
                        post.key, appointer.key
                    ),
                    format!("post `{}` appoints `{}` but lacks `{needed}`", appointer.key, post.key),
                );
            }
        }
        if post.delegated != policy.delegation.as_ref().is_some_and(|delegation| delegation.post == post.key)
        {
            t.complain_in(
                "posts",
                index,
                format!("職「{}」の delegated と [delegation] の post が合っていません。", post.key),
                format!("`delegated` of post `{}` and the post named in `[delegation]` disagree", post.key),
            );
        }
    }
    let someone = |capability| policy.posts.iter().any(|post| post.capabilities.contains(&capability));
    for capability in
        [Capability::RecordingSearch, Capability::PersonIssue, Capability::AuditRead, Capability::PolicyRead]
    {
        if !someone(capability) {
            t.complain(
                "posts",
                format!("権限 {capability} を持つ職がありません。"),
                format!("no post has `{capability}`"),
            );
        }
    }
    holds_capability(t, policy, "sign_in", &policy.sign_in.issued_by, Capability::PersonIssue);
    holds_capability(t, policy, "announcement", &policy.announcement.noted_by, Capability::AnnouncementNote);
    if let Some(delegation) = &policy.delegation {
        holds_capability(t, policy, "delegation", &delegation.granted_by, Capability::DelegationGrant);
    }
}

/// Every post must be reachable from a post that is filled by office.
fn appointable(t: &Table<'_, '_>, policy: &Policy) {
    let mut filled: BTreeSet<&str> =
        policy.posts.iter().filter(|post| post.by_office).map(|post| post.key.as_str()).collect();
    loop {
        let more: Vec<&str> = policy
            .posts
            .iter()
            .filter(|post| !filled.contains(post.key.as_str()))
            .filter(|post| post.appointed_by.iter().any(|appointer| filled.contains(appointer.as_str())))
            .map(|post| post.key.as_str())
            .collect();
        if more.is_empty() {
            break;
        }
        filled.extend(more);
    }
    for (index, post) in policy.posts.iter().enumerate() {
        if !filled.contains(post.key.as_str()) {
            t.complain_in(
                "posts",
                index,
                format!("職「{}」を選任できる人がいません。by_office = true とするか、充てられる職を appointed_by に書いてください。", post.key),
                format!("nobody can appoint to post `{}`: set `by_office = true` or name in `appointed_by` a post that can be filled", post.key),
            );
        }
    }
}

/// Notes each of `posts` that lacks the capability its task in `section` needs.
pub(super) fn holds_capability(
    t: &Table<'_, '_>,
    policy: &Policy,
    section: &'static str,
    posts: &[String],
    needed: Capability,
) {
    for post in posts.iter().filter_map(|key| policy.post(key)) {
        if !post.capabilities.contains(&needed) {
            t.complain(
                section,
                format!("[{section}] に挙げた職「{}」に、権限 {needed} がありません。", post.key),
                format!("`[{section}]` names post `{}`, which lacks `{needed}`", post.key),
            );
        }
    }
}
