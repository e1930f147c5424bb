//! Sections on work that runs in steps: applications, provision outside, ledgers.

use std::collections::BTreeSet;

use crate::application::{Applicant, ApplicationType, Field, FieldKind, Step, StepAct};
use crate::capability::Capability;
use crate::ledger::Ledger;
use crate::policy::Policy;
use crate::provision::{DocumentTime, ProvisionGround, ProvisionRules};
use crate::reader::Table;
use crate::sections::people::holds_capability;

/// What a deciding post must be able to decide: one of these.
const DECIDES: [Capability; 8] = [
    Capability::ApplicationDecide,
    Capability::DisclosureDecide,
    Capability::ProvisionDecide,
    Capability::ErasureDecide,
    Capability::PreservationDecide,
    Capability::CopyApprove,
    Capability::ExtractionDirect,
    Capability::DelegationGrant,
];

pub(super) fn application(t: &Table<'_, '_>) -> ApplicationType {
    let application = ApplicationType {
        article: t.article(),
        key: t.key(),
        name: t.text("name"),
        sentence: t.text("sentence"),
        form: t.opt_string("form"),
        applicant: t.word("applicant"),
        effects: t.words("effects"),
        grounds: t.grounds("grounds"),
        refused_while: t.grounds("refused_while"),
        before_minimum: t.flag("before_minimum"),
        fields: t.list("fields", field),
        steps: t.list("steps", step),
        deadline: t.opt_deadline("deadline"),
        ledger: t.opt_ledger("ledger"),
    };
    if application.effects.is_empty() {
        t.complain(
            "effects",
            "効果（effects）が一つもありません。",
            "`effects` is empty: granting it would do nothing",
        );
    }
    if application.fields.is_empty() {
        t.complain("fields", "様式の項目（fields）がありません。", "the form has no `fields`");
    }
    check_steps(t, &application);
    application
}

fn check_steps(t: &Table<'_, '_>, application: &ApplicationType) {
    let fields: BTreeSet<String> = application.fields.iter().map(|field| field.key.clone()).collect();
    for (index, step) in application.steps.iter().enumerate() {
        for stated in step.must_state.iter().filter(|stated| !fields.contains(*stated)) {
            t.complain_in(
                "steps",
                index,
                format!("手順「{}」が求める項目「{stated}」が、様式の項目にありません。", step.key),
                format!("step `{}` asks for `{stated}`, which is no field of the form", step.key),
            );
        }
        let from_outside = step.act == StepAct::Submit
            && matches!(
                application.applicant,
                Applicant::PersonConcerned | Applicant::InvestigatingAuthority | Applicant::OutsideBody
            );
        if step.posts.is_empty() && !from_outside {
            t.complain_in(
                "steps",
                index,
                format!("手順「{}」を行う職（posts）がありません。", step.key),
                format!("step `{}` names no post in `posts`", step.key),
            );
        }
    }
    if !application.steps.iter().any(|step| matches!(step.act, StepAct::Decide | StepAct::Direct)) {
        t.complain(
            "steps",
            "決定する手順（act = \"decide\" か \"direct\"）がありません。",
            "no step decides (act = \"decide\" or \"direct\")",
        );
    }
}

fn field(t: &Table<'_, '_>) -> Field {
    let field = Field {
        key: t.key(),
        name: t.text("name"),
        kind: t.word("kind"),
        required: t.flag("required"),
        choices: t.texts("choices"),
    };
    if (field.kind == FieldKind::Choice) == field.choices.is_empty() {
        t.complain(
            "choices",
            "choices は kind = \"choice\" の項目に、その項目にだけ書いてください。",
            "`choices` belongs to fields of kind `choice`, and to them only",
        );
    }
    field
}

fn step(t: &Table<'_, '_>) -> Step {
    Step {
        article: t.article(),
        key: t.key(),
        name: t.text("name"),
        act: t.word("act"),
        posts: t.posts("posts"),
        must_state: t.strings("must_state"),
        only_if: t.opt_text("only_if"),
        deadline: t.opt_deadline("deadline"),
    }
}

pub(super) fn provision(t: &Table<'_, '_>) -> ProvisionRules {
    ProvisionRules {
        article: t.article(),
        sentence: t.text("sentence"),
        legal_basis_required: t.flag("legal_basis_required"),
        grounds: t.list("grounds", provision_ground),
    }
}

fn provision_ground(t: &Table<'_, '_>) -> ProvisionGround {
    let ground = ProvisionGround {
        article: t.article(),
        key: t.key(),
        name: t.text("name"),
        sentence: t.text("sentence"),
        to: t.text("to"),
        documents: t.texts("documents"),
        document_time: t.word("document_time"),
        document_deadline: t.opt_deadline("document_deadline"),
        decided_by: t.some_posts("decided_by"),
        only_needed_part: t.flag("only_needed_part"),
        return_asked: t.flag("return_asked"),
    };
    if (ground.document_time == DocumentTime::None) != ground.documents.is_empty() {
        t.complain(
            "documents",
            "documents と document_time が合っていません（書類が要るなら両方に書きます）。",
            "`documents` and `document_time` disagree on whether a document is needed",
        );
    }
    if (ground.document_time == DocumentTime::MayFollow) != ground.document_deadline.is_some() {
        t.complain(
            "document_deadline",
            "document_deadline は、後から届いてよい書類（may_follow）にだけ、必ず書いてください。",
            "`document_deadline` belongs to documents that may follow, and they need it",
        );
    }
    ground
}

pub(super) fn ledger(t: &Table<'_, '_>) -> Ledger {
    let ledger = Ledger {
        article: t.article(),
        key: t.key(),
        name: t.text("name"),
        form: t.opt_string("form"),
        rows: t.word("rows"),
        columns: t.list("columns", field),
    };
    if ledger.columns.is_empty() {
        t.complain("columns", "台帳の欄（columns）がありません。", "the ledger has no `columns`");
    }
    ledger
}

/// Checks that need more than one section.
pub(super) fn check(t: &Table<'_, '_>, policy: &Policy) {
    for (index, application) in policy.applications.iter().enumerate() {
        let deciding = application.steps.iter().filter(|step| step.act == StepAct::Decide);
        for post in deciding.flat_map(|step| &step.posts).filter_map(|key| policy.post(key)) {
            if !DECIDES.iter().any(|capability| post.capabilities.contains(capability)) {
                t.complain_in(
                    "applications",
                    index,
                    format!(
                        "「{}」を決定する職「{}」に、決定の権限がありません。",
                        application.key, post.key
                    ),
                    format!(
                        "post `{}` decides `{}` but has no deciding capability",
                        post.key, application.key
                    ),
                );
            }
        }
    }
    for ground in &policy.provision.grounds {
        holds_capability(t, policy, "provision", &ground.decided_by, Capability::ProvisionDecide);
    }
}
