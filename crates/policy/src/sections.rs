//! The sections of a policy file, each read and checked in one place.

mod custody;
mod duties;
mod people;
mod scope;
mod work;

use crate::ids::DepartmentId;
use crate::policy::{AccessRules, Department, Document, Policy, PurposeLimit};
use crate::reader::Table;

/// Reads the whole document.
pub(crate) fn policy(t: &Table<'_, '_>) -> Policy {
    let policy = Policy {
        tenant: t.parsed("tenant", "unknown"),
        name: t.text("name"),
        name_short: t.text("name_short"),
        document: t.required("document", document),
        access: t.required("access", access),
        purpose_limit: t.required("purpose_limit", purpose_limit),
        departments: t.list("departments", department),
        purposes: t.list("purposes", scope::purpose),
        collection_purposes: t.list("collection_purposes", scope::collection_purpose),
        recording: t.required("recording", scope::recording),
        lines: t.list("lines", scope::line),
        devices: t.list("devices", scope::device),
        calendar: t.optional("calendar", scope::calendar),
        announcement: t.required("announcement", scope::announcement),
        notice: t.required("notice", scope::notice),
        retention: t.list("retention", custody::retention),
        holds: t.required("holds", custody::holds),
        posts: t.list("posts", people::post),
        delegation: t.optional("delegation", people::delegation),
        applications: t.list("applications", work::application),
        provision: t.required("provision", work::provision),
        copies: t.required("copies", custody::copies),
        ledgers: t.list("ledgers", work::ledger),
        complaints: t.optional("complaints", duties::complaints),
        contractor: t.optional("contractor", duties::contractor),
        incidents: t.optional("incidents", duties::incidents),
        public_record: t.optional("public_record", duties::public_record),
        report: t.optional("report", duties::report),
        analysis: t.optional("analysis", duties::analysis),
        sign_in: t.required("sign_in", people::sign_in),
        duties: t.list("duties", duties::duty),
    };
    scope::check(t, &policy);
    people::check(t, &policy);
    custody::check(t, &policy);
    work::check(t, &policy);
    duties::check(t, &policy);
    policy
}

fn document(t: &Table<'_, '_>) -> Document {
    let document = Document {
        article: t.article(),
        title: t.text("title"),
        sentence: t.text("sentence"),
        effective_from: t.date("effective_from"),
        first_effective_from: t.opt_date("first_effective_from"),
    };
    if document
        .first_effective_from
        .is_some_and(|first| t.has("effective_from") && first > document.effective_from)
    {
        t.complain(
            "first_effective_from",
            "最初の施行日が、この版の施行日より後になっています。",
            "the first wording cannot take force after this one",
        );
    }
    document
}

fn access(t: &Table<'_, '_>) -> AccessRules {
    AccessRules {
        article: t.article(),
        sentence: t.text("sentence"),
        platform_staff_see: t.word("platform_staff_see"),
    }
}

fn purpose_limit(t: &Table<'_, '_>) -> PurposeLimit {
    PurposeLimit { article: t.article(), sentence: t.text("sentence") }
}

fn department(t: &Table<'_, '_>) -> Department {
    Department { article: t.article(), key: t.parsed::<DepartmentId>("key", "unknown"), name: t.text("name") }
}
