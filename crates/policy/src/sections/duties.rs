//! Sections on duties: complaints, contractor, incidents, public records, report, analysis.

use crate::capability::Capability;
use crate::duty::{
    AnalysisRules, ComplaintRules, ContractorRules, Duty, IncidentRules, PublicRecordRules, ReportRules,
};
use crate::policy::Policy;
use crate::reader::Table;
use crate::sections::people::holds_capability;

pub(super) fn complaints(t: &Table<'_, '_>) -> ComplaintRules {
    if !t.has("ledger") {
        t.complain(
            "ledger",
            "苦情の台帳（ledger）がありません。",
            "`ledger` is missing: where are complaints entered?",
        );
    }
    ComplaintRules {
        article: t.article(),
        sentence: t.text("sentence"),
        answered_by: t.some_posts("answered_by"),
        deadline: t.opt_deadline("deadline"),
        ledger: t.opt_ledger("ledger").unwrap_or_default(),
    }
}

pub(super) fn contractor(t: &Table<'_, '_>) -> ContractorRules {
    ContractorRules {
        article: t.article(),
        sentence: t.text("sentence"),
        duties: t.grounds("duties"),
        kept_by: t.some_posts("kept_by"),
        ledger: t.opt_ledger("ledger"),
    }
}

pub(super) fn incidents(t: &Table<'_, '_>) -> IncidentRules {
    IncidentRules {
        article: t.article(),
        name: t.text("name"),
        sentence: t.text("sentence"),
        defined_in: t.text("defined_in"),
        reported_by: t.some_posts("reported_by"),
        report_to: t.text("report_to"),
        deadline: t.opt_deadline("deadline"),
    }
}

pub(super) fn public_record(t: &Table<'_, '_>) -> PublicRecordRules {
    PublicRecordRules {
        article: t.article(),
        sentence: t.text("sentence"),
        under: t.texts("under"),
        every_recording: t.flag("every_recording"),
    }
}

pub(super) fn report(t: &Table<'_, '_>) -> ReportRules {
    ReportRules {
        article: t.article(),
        sentence: t.text("sentence"),
        published: t.flag("published"),
        year_begins_in_month: t.number("year_begins_in_month", 1..=12),
        by: t.some_posts("by"),
        figures: t.texts("figures"),
    }
}

pub(super) fn analysis(t: &Table<'_, '_>) -> AnalysisRules {
    AnalysisRules {
        article: t.article(),
        sentence: t.text("sentence"),
        figures: t.texts("figures"),
        by: t.some_posts("by"),
    }
}

pub(super) fn duty(t: &Table<'_, '_>) -> Duty {
    Duty {
        article: t.article(),
        key: t.key(),
        name: t.text("name"),
        sentence: t.text("sentence"),
        posts: t.posts("posts"),
    }
}

/// Checks that need more than one section.
pub(super) fn check(t: &Table<'_, '_>, policy: &Policy) {
    if let Some(complaints) = &policy.complaints {
        holds_capability(t, policy, "complaints", &complaints.answered_by, Capability::ComplaintAnswer);
    }
    if let Some(contractor) = &policy.contractor {
        holds_capability(t, policy, "contractor", &contractor.kept_by, Capability::ContractorOversee);
    }
    if let Some(incidents) = &policy.incidents {
        holds_capability(t, policy, "incidents", &incidents.reported_by, Capability::IncidentReport);
    }
    if let Some(report) = &policy.report {
        holds_capability(t, policy, "report", &report.by, Capability::ReportPublish);
    }
    if let Some(analysis) = &policy.analysis {
        holds_capability(t, policy, "analysis", &analysis.by, Capability::CallAnalyse);
    }
}
