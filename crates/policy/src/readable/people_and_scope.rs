//! Rules on aims, people, signing in, what is recorded and what is told.

use super::{Rule, RuleSection, named, posts, rule, section, texts};
use crate::announcement::AnnouncementDuty;
use crate::policy::Policy;
use crate::post::{Employer, Scope};
use crate::recording_scope::{Direction, LinesFrom, RecordingStart};

pub(super) fn sections(policy: &Policy) -> Vec<RuleSection> {
    vec![
        section(
            "目的",
            "Aim",
            vec![rule(&policy.document.article, &policy.document.sentence.ja, &policy.document.sentence.en)],
        ),
        section("利用目的", "Purposes of use", purposes(policy)),
        section("録音する通話", "What is recorded", recording(policy)),
        section("装置", "Devices", devices(policy)),
        section("録音する時間", "Hours of recording", calendar(policy)),
        section("告知と公表", "Telling the caller and the public", telling(policy)),
        section("職と権限", "Posts", people(policy)),
        section("サインイン", "Signing in", sign_in(policy)),
    ]
}

fn purposes(policy: &Policy) -> Vec<Rule> {
    let limit = &policy.purpose_limit;
    let mut rules = vec![rule(&limit.article, &limit.sentence.ja, &limit.sentence.en)];
    for purpose in &policy.purposes {
        let who = posts(policy, &purpose.posts);
        let note = if purpose.needs_case_note {
            ("事案の記入が必要です。", " A case note is needed.")
        } else {
            ("", "")
        };
        rules.push(rule(
            &purpose.article,
            format!("{}：{}（{}）{}", purpose.name.ja, purpose.sentence.ja, who.ja, note.0),
            format!("{}: {} ({}){}", purpose.name.en, purpose.sentence.en, who.en, note.1),
        ));
    }
    rules.extend(policy.collection_purposes.iter().map(|collection| {
        rule(
            &collection.article,
            format!("収集目的：{}", collection.name.ja),
            format!("Collected for: {}", collection.name.en),
        )
    }));
    rules
}

fn recording(policy: &Policy) -> Vec<Rule> {
    let recording = &policy.recording;
    let mut rules = vec![rule(&recording.article, &recording.sentence.ja, &recording.sentence.en)];
    let words = recording.directions.iter().map(|direction| match direction {
        Direction::Inbound => ("着信", "inbound"),
        Direction::Outbound => ("発信", "outbound"),
        Direction::Internal => ("内線（拠点間を含む）", "internal"),
    });
    let (ja, en): (Vec<&str>, Vec<&str>) = words.unzip();
    rules.push(rule(
        &recording.article,
        format!("録音する向き：{}", ja.join("、")),
        format!("Directions recorded: {}", en.join(", ")),
    ));
    if recording.starts.contains(&RecordingStart::OnDemand) {
        rules.push(rule(
            &recording.article,
            "職員が必要なときに録音を始めることもできます。",
            "Staff may also start a recording when needed.",
        ));
    }
    if recording.lines_from == LinesFrom::Register {
        rules.push(rule(
            &recording.article,
            "録音する番号は、回線台帳に登録したものだけです。",
            "Only lines entered in the register are recorded.",
        ));
    }
    for line in &policy.lines {
        let shown = line.pattern.as_ref().unwrap_or(&line.number);
        rules.push(rule(
            &recording.article,
            format!("回線：{}（{shown}）", line.name.ja),
            format!("Line: {} ({shown})", line.name.en),
        ));
    }
    rules
}

fn devices(policy: &Policy) -> Vec<Rule> {
    let one = |device: &crate::device::Device| {
        let secured = device.security.clone().unwrap_or_default();
        let (open, close) = if secured.ja.is_empty() { ("", "") } else { ("（", "）") };
        rule(
            &device.article,
            format!("{}：{}{open}{}{close}", device.name.ja, device.place.ja, secured.ja),
            format!("{}: {} {}", device.name.en, device.place.en, secured.en).trim_end(),
        )
    };
    policy.devices.iter().map(one).collect()
}

fn calendar(policy: &Policy) -> Vec<Rule> {
    policy
        .calendar
        .iter()
        .map(|calendar| rule(&calendar.article, &calendar.sentence.ja, &calendar.sentence.en))
        .collect()
}

fn telling(policy: &Policy) -> Vec<Rule> {
    let announcement = &policy.announcement;
    let mut rules = vec![rule(&announcement.article, &announcement.sentence.ja, &announcement.sentence.en)];
    rules.extend(announcement.exceptions.iter().map(|exception| {
        rule(
            &exception.article,
            format!("告知の例外 {}：{}", exception.name.ja, exception.sentence.ja),
            format!("Exception, {}: {}", exception.name.en, exception.sentence.en),
        )
    }));
    if announcement.duty == AnnouncementDuty::BeforeRecording {
        let who = posts(policy, &announcement.noted_by);
        rules.push(rule(
            &announcement.article,
            format!("告知したか、どの例外によったかを記録します（{}）。", who.ja),
            format!("Whether the caller was told, or which exception was used, is noted ({}).", who.en),
        ));
    }
    rules.extend(
        announcement.on_demand.iter().map(|ground| named(&ground.article, &ground.name, &ground.sentence)),
    );
    let notice = &policy.notice;
    rules.push(rule(
        &notice.article,
        format!("公表：{}", notice.title.ja),
        format!("Public notice: {}", notice.title.en),
    ));
    if !notice.shown_at.is_empty() {
        let places = texts(&notice.shown_at);
        rules.push(rule(
            &notice.article,
            format!("掲示する場所：{}", places.ja),
            format!("Shown at: {}", places.en),
        ));
    }
    rules
}

fn people(policy: &Policy) -> Vec<Rule> {
    let access = &policy.access;
    let mut rules = vec![
        rule(&access.article, &access.sentence.ja, &access.sentence.en),
        rule(
            &access.article,
            "基盤を運用する事業者の担当者には、録音も記録も一切見えません。",
            "Staff who run the platform see nothing of the tenant's content.",
        ),
    ];
    for post in &policy.posts {
        let appointers = posts(policy, &post.appointed_by);
        let scope = match post.scope {
            Scope::Tenant => ("全体", "everywhere"),
            Scope::Department => ("所属の課", "own department"),
        };
        let employer = match post.employer {
            Employer::Tenant => ("", ""),
            Employer::Contractor => ("・委託先", ", contractor"),
        };
        let mut ja = format!(
            "{}（{}{}・範囲：{}）：{}",
            post.name.ja, post.holder.ja, employer.0, scope.0, post.sentence.ja
        );
        let mut en = format!(
            "{} ({}{}; reach: {}): {}",
            post.name.en, post.holder.en, employer.1, scope.1, post.sentence.en
        );
        if !post.by_office && !appointers.ja.is_empty() {
            ja.push_str(&format!("選任：{}。", appointers.ja));
            en.push_str(&format!(" Appointed by: {}.", appointers.en));
        }
        rules.push(rule(&post.article, ja, en));
        rules.extend(
            post.training
                .iter()
                .map(|training| rule(&training.article, &training.sentence.ja, &training.sentence.en)),
        );
        for also in &post.acts_as {
            let other = posts(policy, std::slice::from_ref(&also.post));
            rules.push(rule(
                &also.article,
                format!("「{}」は「{}」を兼ねます。", post.name.ja, other.ja),
                format!("“{}” is also “{}”.", post.name.en, other.en),
            ));
        }
    }
    if let Some(delegation) = &policy.delegation {
        let (who, longest) = (posts(policy, &delegation.granted_by), delegation.at_most.text());
        rules.push(rule(
            &delegation.article,
            format!("{}（指定できる職：{}、最長{}）", delegation.sentence.ja, who.ja, longest.ja),
            format!("{} (by: {}; at most {})", delegation.sentence.en, who.en, longest.en),
        ));
    }
    rules
}

fn sign_in(policy: &Policy) -> Vec<Rule> {
    let sign_in = &policy.sign_in;
    let mut rules = vec![rule(&sign_in.article, &sign_in.sentence.ja, &sign_in.sentence.en)];
    let who = posts(policy, &sign_in.issued_by);
    rules.push(rule(
        &sign_in.article,
        format!("ID を交付する職：{}", who.ja),
        format!("IDs are issued by: {}", who.en),
    ));
    if let (Some(days), Some(article)) = (sign_in.password_max_age_days, &sign_in.password_article) {
        rules.push(rule(
            article,
            format!("パスワードは{days}日ごとに変えます（{}文字以上）。", sign_in.password_min_length),
            format!(
                "Passwords are changed every {days} days (at least {} characters).",
                sign_in.password_min_length
            ),
        ));
    }
    let lock_article = sign_in.idle_lock_article.as_ref().unwrap_or(&sign_in.article);
    let minutes = sign_in.idle_lock_minutes;
    rules.push(rule(
        lock_article,
        format!("{minutes}分操作しないと自動的にロックします。"),
        format!("A session locks after {minutes} minutes without activity."),
    ));
    rules
}
