//! Sections on keeping: retention, holds, copies.

use crate::capability::Capability;
use crate::civil::Period;
use crate::external_copy::{CopyCustody, CopyDestruction, CopyRules};
use crate::hold::HoldRules;
use crate::media_kind::MediaKind;
use crate::policy::Policy;
use crate::reader::Table;
use crate::recording_state::Tier;
use crate::retention::{Capacity, Retention, RetentionExtension, RetentionTier};
use crate::sections::people::holds_capability;

pub(super) fn retention(t: &Table<'_, '_>) -> Retention {
    let rule = Retention {
        article: t.article(),
        kind: t.word("kind"),
        sentence: t.text("sentence"),
        minimum: t.opt_period("minimum"),
        maximum: t.opt_period("maximum"),
        tiers: t.list("tiers", tier),
        capacity: t.optional("capacity", capacity),
        erasure: t.opt_text("erasure"),
        extension: t.optional("extension", extension),
    };
    if let (Some(minimum), Some(maximum)) = (rule.minimum, rule.maximum)
        && longer(minimum, maximum)
    {
        t.complain(
            "minimum",
            format!(
                "最短の保存期間（{}）が最長（{}）より長くなっています。",
                minimum.text().ja,
                maximum.text().ja
            ),
            format!("the minimum ({}) is longer than the maximum ({})", minimum.text().en, maximum.text().en),
        );
    }
    match (t.has("maximum"), t.has("capacity")) {
        (false, false) => t.complain(
            "maximum",
            "保存の終わり（maximum か capacity）がありません。",
            "nothing ends the keeping: write `maximum` or `capacity`",
        ),
        (true, true) => t.complain(
            "capacity",
            "maximum と capacity は一方だけ書いてください。",
            "write `maximum` or `capacity`, not both",
        ),
        _ => {}
    }
    check_tiers(t, &rule);
    rule
}

fn longer(a: Period, b: Period) -> bool {
    a.days_range().0 > b.days_range().1
}

fn check_tiers(t: &Table<'_, '_>, rule: &Retention) {
    let order: Vec<Tier> = rule.tiers.iter().map(|tier| tier.tier).collect();
    if !matches!(order.as_slice(), [] | [Tier::Primary, Tier::Secondary]) {
        t.complain(
            "tiers",
            "段階（tiers）は primary、secondary の順に一つずつ書いてください。",
            "`tiers` must be primary then secondary, once each",
        );
    }
    let least: u64 = rule.tiers.iter().map(|tier| tier.keep.days_range().0).sum();
    let most: u64 = rule.tiers.iter().map(|tier| tier.keep.days_range().1).sum();
    if let (Some(maximum), false) = (rule.maximum, rule.tiers.is_empty())
        && (maximum.days_range().1 < least || maximum.days_range().0 > most)
    {
        t.complain(
            "tiers",
            format!("段階ごとの期間の合計が、最長の保存期間（{}）と合いません。", maximum.text().ja),
            format!("the tiers do not add up to the maximum ({})", maximum.text().en),
        );
    }
}

fn tier(t: &Table<'_, '_>) -> RetentionTier {
    if !t.has("keep") {
        t.complain("keep", "この段階の期間（keep）がありません。", "`keep` is missing");
    }
    RetentionTier {
        tier: t.word("tier"),
        keep: t.opt_period("keep").unwrap_or(Period::Days(1)),
        place: t.text("place"),
    }
}

fn capacity(t: &Table<'_, '_>) -> Capacity {
    Capacity {
        article: t.article(),
        gives_way_at_percent: t.number("gives_way_at_percent", 50..=100),
        gibibytes: t.number("gibibytes", 1..=1_000_000),
    }
}

fn extension(t: &Table<'_, '_>) -> RetentionExtension {
    RetentionExtension {
        article: t.article(),
        sentence: t.text("sentence"),
        decided_by: t.text("decided_by"),
        entered_by: t.some_posts("entered_by"),
    }
}

pub(super) fn holds(t: &Table<'_, '_>) -> HoldRules {
    let holds = HoldRules {
        article: t.article(),
        sentence: t.text("sentence"),
        grounds: t.grounds("grounds"),
        placed_by: t.some_posts("placed_by"),
        released_by: t.some_posts("released_by"),
        two_persons: t.flag("two_persons"),
    };
    if holds.grounds.is_empty() {
        t.complain(
            "grounds",
            "保全の事由（grounds）がありません。",
            "`grounds` is empty: no hold could ever be placed",
        );
    }
    holds
}

pub(super) fn copies(t: &Table<'_, '_>) -> CopyRules {
    let copies = CopyRules {
        article: t.article(),
        sentence: t.text("sentence"),
        grounds: t.grounds("grounds"),
        approved_by: t.some_posts("approved_by"),
        numbering: t.string("numbering"),
        custody: t.required("custody", custody),
        destruction: t.required("destruction", destruction),
        ledger: t.opt_ledger("ledger"),
    };
    if t.has("numbering") && !copies.numbering.contains("{number}") {
        t.complain(
            "numbering",
            "番号の型（numbering）には {number} が必要です。",
            "`numbering` must contain `{number}`, or two copies would have one number",
        );
    }
    copies
}

fn custody(t: &Table<'_, '_>) -> CopyCustody {
    let custody = CopyCustody {
        article: t.article(),
        sentence: t.text("sentence"),
        places: t.texts("places"),
        place_required: t.flag("place_required"),
        keep: t.opt_period("keep"),
        extendable: t.flag("extendable"),
        extension_article: t.opt_article("extension_article"),
    };
    if custody.extendable && custody.extension_article.is_none() {
        t.complain(
            "extension_article",
            "延長できるとする根拠（extension_article）がありません。",
            "`extendable` needs `extension_article`",
        );
    }
    custody
}

fn destruction(t: &Table<'_, '_>) -> CopyDestruction {
    let destruction = CopyDestruction {
        article: t.article(),
        sentence: t.text("sentence"),
        methods: t.texts("methods"),
        deadline: t.opt_deadline("deadline"),
        by: t.some_posts("by"),
    };
    if destruction.methods.is_empty() {
        t.complain("methods", "廃棄の方法（methods）がありません。", "`methods` is empty");
    }
    destruction
}

/// Checks that need more than one section.
pub(super) fn check(t: &Table<'_, '_>, policy: &Policy) {
    for kind in [MediaKind::CallAudio, MediaKind::CallLog] {
        if !policy.retention.iter().any(|rule| rule.kind == kind) {
            t.complain(
                "retention",
                format!("媒体「{kind}」の保存期間（[[retention]]）がありません。"),
                format!("no `[[retention]]` for `{kind}`"),
            );
        }
    }
    for (index, rule) in policy.retention.iter().enumerate() {
        if policy.retention.iter().take(index).any(|earlier| earlier.kind == rule.kind) {
            t.complain_in(
                "retention",
                index,
                format!("媒体「{}」の保存期間が二つあります。", rule.kind),
                format!("`{}` has two retention rules", rule.kind),
            );
        }
        if let Some(extension) = &rule.extension {
            holds_capability(t, policy, "retention", &extension.entered_by, Capability::PreservationDecide);
        }
    }
    holds_capability(t, policy, "holds", &policy.holds.placed_by, Capability::HoldPlace);
    holds_capability(t, policy, "holds", &policy.holds.released_by, Capability::HoldRelease);
    holds_capability(t, policy, "copies", &policy.copies.approved_by, Capability::CopyApprove);
    holds_capability(t, policy, "copies", &policy.copies.destruction.by, Capability::CopyKeep);
}
