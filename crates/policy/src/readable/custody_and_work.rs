//! Rules on keeping, copies, applications, provision, ledgers and duties.

use super::{Rule, RuleSection, named, posts, rule, section, texts};
use crate::media_kind::MediaKind;
use crate::policy::Policy;
use crate::provision::DocumentTime;

pub(super) fn sections(policy: &Policy) -> Vec<RuleSection> {
    vec![
        section("保存期間", "How long it is kept", retention(policy)),
        section("保全", "Preservation holds", holds(policy)),
        section("申請と手続", "Applications", applications(policy)),
        section("目的外利用・外部提供", "Other use and provision outside", provision(policy)),
        section("複製", "Copies", copies(policy)),
        section("台帳", "Ledgers", ledgers(policy)),
        section("苦情・委託・報告など", "Complaints, contractor, reports", duties(policy)),
    ]
}

fn retention(policy: &Policy) -> Vec<Rule> {
    let mut rules = Vec::new();
    for kept in &policy.retention {
        let kind = match kept.kind {
            MediaKind::CallAudio => ("通話の音声", "Call audio"),
            MediaKind::CallLog => ("通話履歴", "Call log"),
            MediaKind::Camera => ("カメラの記録", "Camera records"),
        };
        rules.push(rule(
            &kept.article,
            format!("{}：{}", kind.0, kept.sentence.ja),
            format!("{}: {}", kind.1, kept.sentence.en),
        ));
        for tier in &kept.tiers {
            let keep = tier.keep.text();
            rules.push(rule(
                &kept.article,
                format!("{}に{}", tier.place.ja, keep.ja),
                format!("{}: {}", tier.place.en, keep.en),
            ));
        }
        rules.extend(kept.erasure.iter().map(|erasure| {
            rule(&kept.article, format!("消去：{}", erasure.ja), format!("Erasure: {}", erasure.en))
        }));
        rules.extend(
            kept.extension
                .iter()
                .map(|extension| rule(&extension.article, &extension.sentence.ja, &extension.sentence.en)),
        );
    }
    rules
}

fn holds(policy: &Policy) -> Vec<Rule> {
    let holds = &policy.holds;
    let (placed, released) = (posts(policy, &holds.placed_by), posts(policy, &holds.released_by));
    let pair = if holds.two_persons {
        ("（開始した人とは別の人）", " (another person than the one who placed it)")
    } else {
        ("", "")
    };
    let mut rules = vec![
        rule(&holds.article, &holds.sentence.ja, &holds.sentence.en),
        rule(
            &holds.article,
            format!("開始：{}／解除：{}{}", placed.ja, released.ja, pair.0),
            format!("Placed by: {}. Released by: {}{}.", placed.en, released.en, pair.1),
        ),
    ];
    rules.extend(holds.grounds.iter().map(|ground| named(&ground.article, &ground.name, &ground.sentence)));
    rules
}

fn applications(policy: &Policy) -> Vec<Rule> {
    let mut rules = Vec::new();
    for application in &policy.applications {
        let form = application.form.as_ref().map(|form| format!("（{form}）")).unwrap_or_default();
        rules.push(rule(
            &application.article,
            format!("{}{form}：{}", application.name.ja, application.sentence.ja),
            format!("{}: {}", application.name.en, application.sentence.en),
        ));
        for (number, step) in application.steps.iter().enumerate() {
            let who = posts(policy, &step.posts);
            let (ja, en) = if who.ja.is_empty() {
                ("申請者".into(), "the applicant".into())
            } else {
                (who.ja, who.en)
            };
            let number = number + 1;
            rules.push(rule(
                &step.article,
                format!("{} 手順{number}：{}（{ja}）", application.name.ja, step.name.ja),
                format!("{}, step {number}: {} ({en})", application.name.en, step.name.en),
            ));
        }
        rules.extend(application.refused_while.iter().map(|ground| {
            rule(
                &ground.article,
                format!("{}を認めない場合：{}", application.name.ja, ground.sentence.ja),
                format!("{} is refused while: {}", application.name.en, ground.sentence.en),
            )
        }));
    }
    rules
}

fn provision(policy: &Policy) -> Vec<Rule> {
    let provision = &policy.provision;
    let mut rules = vec![rule(&provision.article, &provision.sentence.ja, &provision.sentence.en)];
    for ground in &provision.grounds {
        let who = posts(policy, &ground.decided_by);
        let documents = texts(&ground.documents);
        let document = match ground.document_time {
            DocumentTime::Before => {
                (format!("事前に{}が必要。", documents.ja), format!(" Needed before: {}.", documents.en))
            }
            DocumentTime::MayFollow => {
                (format!("{}は後から届いてもよい。", documents.ja), format!(" May follow: {}.", documents.en))
            }
            DocumentTime::None => (String::new(), String::new()),
        };
        rules.push(rule(
            &ground.article,
            format!("{}：{}決定：{}。{}", ground.name.ja, ground.sentence.ja, who.ja, document.0),
            format!("{}: {} Decided by: {}.{}", ground.name.en, ground.sentence.en, who.en, document.1),
        ));
    }
    rules
}

fn copies(policy: &Policy) -> Vec<Rule> {
    let copies = &policy.copies;
    let approved = posts(policy, &copies.approved_by);
    let methods = texts(&copies.destruction.methods);
    let mut rules = vec![
        rule(&copies.article, &copies.sentence.ja, &copies.sentence.en),
        rule(&copies.article, format!("承認：{}", approved.ja), format!("Approved by: {}", approved.en)),
    ];
    rules.extend(copies.grounds.iter().map(|ground| named(&ground.article, &ground.name, &ground.sentence)));
    rules.push(rule(&copies.custody.article, &copies.custody.sentence.ja, &copies.custody.sentence.en));
    rules.push(rule(
        &copies.destruction.article,
        format!("{}（{}）", copies.destruction.sentence.ja, methods.ja),
        format!("{} ({})", copies.destruction.sentence.en, methods.en),
    ));
    rules
}

fn ledgers(policy: &Policy) -> Vec<Rule> {
    let one = |ledger: &crate::ledger::Ledger| {
        let form = ledger.form.as_ref().map(|form| format!("（{form}）")).unwrap_or_default();
        let columns: Vec<_> = ledger.columns.iter().map(|column| column.name.clone()).collect();
        let columns = texts(&columns);
        rule(
            &ledger.article,
            format!("{}{form}：{}", ledger.name.ja, columns.ja),
            format!("{}: {}", ledger.name.en, columns.en),
        )
    };
    policy.ledgers.iter().map(one).collect()
}

fn duties(policy: &Policy) -> Vec<Rule> {
    let mut rules = Vec::new();
    rules.extend(policy.complaints.iter().map(|it| rule(&it.article, &it.sentence.ja, &it.sentence.en)));
    if let Some(contractor) = &policy.contractor {
        rules.push(rule(&contractor.article, &contractor.sentence.ja, &contractor.sentence.en));
        rules.extend(contractor.duties.iter().map(|duty| named(&duty.article, &duty.name, &duty.sentence)));
    }
    rules.extend(policy.incidents.iter().map(|it| named(&it.article, &it.name, &it.sentence)));
    rules.extend(policy.public_record.iter().map(|it| rule(&it.article, &it.sentence.ja, &it.sentence.en)));
    rules.extend(policy.report.iter().map(|it| rule(&it.article, &it.sentence.ja, &it.sentence.en)));
    if let Some(analysis) = &policy.analysis {
        let figures = texts(&analysis.figures);
        rules.push(rule(&analysis.article, &analysis.sentence.ja, &analysis.sentence.en));
        rules.push(rule(
            &analysis.article,
            format!("数えるもの：{}", figures.ja),
            format!("Counted: {}", figures.en),
        ));
    }
    rules.extend(policy.duties.iter().map(|duty| named(&duty.article, &duty.name, &duty.sentence)));
    rules
}
