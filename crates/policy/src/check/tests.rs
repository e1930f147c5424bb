//! Every kind of mistake is found, with its place; several at once.

use super::*;
use crate::testing::source;

/// The line (from 1) of the first occurrence of `needle`.
fn line_of(text: &str, needle: &str) -> usize {
    text.lines().position(|line| line.contains(needle)).unwrap() + 1
}

/// Toyonaka's file with one change, and what is found in it.
fn changed(from: &str, to: &str) -> (String, Vec<Finding>) {
    changed_in("toyonaka", from, to)
}

fn changed_in(tenant: &str, from: &str, to: &str) -> (String, Vec<Finding>) {
    let before = source(tenant);
    assert!(before.contains(from), "{from:?} is not in {tenant}.toml");
    let after = before.replacen(from, to, 1);
    let findings = check(&after);
    for finding in &findings {
        assert!(finding.line >= 1 && finding.column >= 1);
        assert!(!finding.reason.ja.is_empty() && !finding.reason.en.is_empty(), "{finding:?}");
    }
    (after, findings)
}

#[test]
fn each_mistake_is_explained_where_it_stands() {
    // (from, to, line holding this, path, words of the reason)
    let cases = [
        ("[notice]\narticle", "[notice]\nartikle", "artikle", "notice.artikle", "did you mean `article`"),
        (
            "needs_case_note = true",
            "need_case_note = true",
            "need_case_note",
            "purposes[1].need_case_note",
            "did you mean `needs_case_note`",
        ),
        ("article = \"6(4)\"", "", "key = \"handler\"", "posts[2].article", "the article is missing"),
        ("article = \"6(4)\"", "article = \"第6条\"", "第6条", "posts[2].article", "is no article"),
        (
            "key = \"perform\", article = \"8(3)\", name",
            "key = \"perform\", name",
            "key = \"perform\"",
            "applications[0].steps[2].article",
            "the article is missing",
        ),
        (
            "posts = [\"handler\"], must_state",
            "posts = [\"handlr\"], must_state",
            "handlr",
            "applications[0].steps[2].posts[0]",
            "did you mean `handler`",
        ),
        (
            "posts = [\"chief-custodian\", \"operations-manager\", \"handler\"]",
            "posts = [\"mayor\"]",
            "[\"mayor\"]",
            "purposes[0].posts[0]",
            "unknown post `mayor`",
        ),
        (
            "must_state = [\"extracted_at\", \"medium\"]",
            "must_state = [\"colour\"]",
            "colour",
            "applications[0].steps[2]",
            "no field of the form",
        ),
        (
            "minimum = { days = 31 }",
            "minimum = { days = 32 }",
            "days = 32",
            "retention[0].minimum",
            "longer than the maximum",
        ),
        (
            "maximum = { days = 31 }\nerasure",
            "erasure",
            "kind = \"call_audio\"",
            "retention[0].maximum",
            "nothing ends the keeping",
        ),
        (
            "maximum = { days = 31 }",
            "maximum = { days = 31, months = 1 }",
            "months = 1",
            "retention[0].maximum",
            "exactly one of",
        ),
        (
            "number = \"06-6858-2525\"",
            "number = \"06-6858-5050\"",
            "key = \"city-hall\"",
            "lines[1]",
            "overlaps line `call-centre`",
        ),
        (
            "number = \"06-6858-2525\"",
            "number = \"main number\"",
            "main number",
            "lines[1].number",
            "not a phone number",
        ),
        (
            "number = \"06-6858-2525\"",
            "pattern = \"06*5\"",
            "06*5",
            "lines[1].pattern",
            "`*` only at its end",
        ),
        (
            "\"extraction.perform\"",
            "\"extraction.preform\"",
            "extraction.preform",
            "posts[2].capabilities[5]",
            "did you mean `extraction.perform`",
        ),
        (
            "effects = [\"copy\"]",
            "effects = [\"burn\"]",
            "burn",
            "applications[0].effects[0]",
            "one of listen, copy, hold",
        ),
        (
            "appointed_by = [\"operations-manager\"]",
            "appointed_by = []",
            "key = \"handler\"",
            "posts[2]",
            "nobody can appoint",
        ),
        (
            "appointed_by = [\"operations-manager\"]",
            "appointed_by = [\"handler\"]",
            "key = \"handler\"",
            "posts[2]",
            "nobody can appoint",
        ),
        (
            "effective_from = 2023-04-01",
            "effective_from = \"2023-04-01\"",
            "effective_from = \"",
            "document.effective_from",
            "a date like",
        ),
        ("\neffective_from = 2023-04-01", "", "[document]", "document.effective_from", "is missing"),
        (
            "first_effective_from = 2020-02-25",
            "first_effective_from = 2024-02-25",
            "2024-02-25",
            "document.first_effective_from",
            "after this one",
        ),
        ("tenant = \"toyonaka\"", "tenant = \"豊中\"", "tenant = \"", "tenant", "cannot be used"),
        (
            "directions = [\"inbound\"]",
            "directions = [\"inbuond\"]",
            "inbuond",
            "recording.directions[0]",
            "did you mean `inbound`",
        ),
        (
            "platform_staff_see = \"nothing\"",
            "platform_staff_see = \"everything\"",
            "everything",
            "access.platform_staff_see",
            "PlatformStaffSee",
        ),
        ("en = \"Quality of answers\" }", "en = \" \" }", "en = \" \"", "purposes[0].name.en", "is empty"),
        (
            ", en = \"Quality of answers\" }",
            " }",
            "ja = \"応対品質の向上\" }",
            "purposes[0].name.en",
            "is missing",
        ),
        (
            "key = \"emergency-information\"\n",
            "key = \"response-quality\"\n",
            "[[purposes]]",
            "purposes[1]",
            "used twice",
        ),
        (
            "key = \"emergency-information\"\n",
            "key = \"Emergency!\"\n",
            "Emergency!",
            "purposes[1].key",
            "must begin with a-z",
        ),
        (
            "numbering = \"取出-{year}-{number}\"",
            "numbering = \"取出\"",
            "numbering",
            "copies.numbering",
            "two copies would have one number",
        ),
        (
            "ledger = \"complaint-register\"",
            "ledger = \"complaint-registre\"",
            "complaint-registre",
            "complaints.ledger",
            "did you mean `complaint-register`",
        ),
        (
            "password_max_age_days = 90",
            "password_max_age_days = 0",
            "password_max_age_days",
            "sign_in.password_max_age_days",
            "between 1 and 366",
        ),
        ("password_max_age_days = 90\n", "", "[sign_in]", "sign_in.password_max_age_days", "together"),
        (
            "document_time = \"before\"",
            "document_time = \"none\"",
            "documents = [{ ja = \"同意書",
            "provision.grounds[0].documents",
            "disagree",
        ),
        (
            "issued_by = [\"chief-custodian\"]",
            "issued_by = [\"handler\"]",
            "[sign_in]",
            "sign_in",
            "lacks `person.issue`",
        ),
        ("from = \"12-29\"", "from = \"13-29\"", "13-29", "calendar.closed[0].from", "month and day"),
        ("until = 20:00:00", "until = 07:00:00", "07:00:00", "calendar.hours[0].until", "not after"),
        (
            "[[lines]]\nkey = \"call-centre\"",
            "[[line]]\nkey = \"call-centre\"",
            "[[line]]",
            "line",
            "did you mean `lines`",
        ),
    ];
    for (from, to, at_line, path, reason) in cases {
        let (text, findings) = changed(from, to);
        let found =
            findings.iter().find(|finding| finding.path == path && finding.reason.en.contains(reason));
        let found =
            found.unwrap_or_else(|| panic!("{to:?}: no finding {path} “{reason}” among {findings:#?}"));
        let line = text.lines().nth(found.line - 1).unwrap();
        // A table's place is its header, the line before its first key.
        let near =
            line.contains(at_line) || line_of(&text, at_line).abs_diff(found.line) <= 1 || line == at_line;
        assert!(near, "{to:?}: {path} reported at line {}: {line:?}", found.line);
    }
}

#[test]
fn mistakes_that_need_another_tenants_rules_are_found() {
    for (tenant, from, to, path, reason) in [
        (
            "takikawa",
            "lines_from = \"register\"",
            "lines_from = \"policy\"",
            "lines",
            "there is no `[[lines]]`",
        ),
        ("takikawa", "delegated = true\n", "", "posts[3]", "disagree"),
        ("takikawa", "at_most = { days = 92 }", "", "delegation.at_most", "is missing"),
        (
            "takikawa",
            "noted_by = [\"manager\", \"department-custodian\", \"operator\"]\n",
            "",
            "announcement.noted_by",
            "must name who notes it",
        ),
        (
            "takikawa",
            "erasure = {",
            "maximum = { days = 90 }\nerasure = {",
            "retention[0].capacity",
            "not both",
        ),
        (
            "takikawa",
            "department = \"general-affairs\", article = \"3(3)\"",
            "department = \"general-affaris\", article = \"3(3)\"",
            "posts[0].acts_as[0].department",
            "did you mean `general-affairs`",
        ),
        (
            "osaka-waterworks",
            "tier = \"primary\", keep = { months = 6 }",
            "tier = \"primary\", keep = { months = 3 }",
            "retention[0].tiers",
            "add up",
        ),
        (
            "osaka-waterworks",
            "tier = \"primary\"",
            "tier = \"secondary\"",
            "retention[0].tiers",
            "primary then secondary",
        ),
        (
            "osaka-waterworks",
            "purpose = \"customer-centre-calls\"",
            "purpose = \"customer-center-calls\"",
            "lines[0].purpose",
            "did you mean",
        ),
        (
            "osaka-waterworks",
            "extension_article = \"6(2) proviso\"\n",
            "",
            "copies.custody.extension_article",
            "needs",
        ),
        (
            "osaka-waterworks",
            "kind = \"call_log\"",
            "kind = \"camera\"",
            "retention",
            "no `[[retention]]` for `call_log`",
        ),
        (
            "ichinomiya",
            "document_deadline = { days = 14 }\n",
            "",
            "provision.grounds[4].document_deadline",
            "they need it",
        ),
        (
            "ichinomiya",
            "kind = \"camera\"\narticle = \"6(2)\"",
            "kind = \"call_log\"\narticle = \"6(2)\"",
            "retention[2]",
            "two retention rules",
        ),
        ("kobe", "idle_lock_minutes = 10\n", "", "sign_in.idle_lock_minutes", "after how long"),
        (
            "kobe",
            "by = [\"manager\", \"assistant\"]\nfigures",
            "by = [\"auditor\"]\nfigures",
            "analysis.by[0]",
            "unknown post",
        ),
        ("kobe", "placed_by = [\"manager\"]", "placed_by = [\"assistant\"]", "holds", "lacks `hold.place`"),
    ] {
        let (_, findings) = changed_in(tenant, from, to);
        let found = findings.iter().any(|finding| finding.path == path && finding.reason.en.contains(reason));
        assert!(found, "{tenant} {to:?}: no finding {path} “{reason}” among {findings:#?}");
    }
}

#[test]
fn all_mistakes_are_reported_at_once_in_the_order_of_the_file() {
    let text = source("toyonaka")
        .replacen("needs_case_note = true", "need_case_note = true", 1)
        .replacen("\"extraction.perform\"", "\"extraction.preform\"", 1)
        .replacen("password_max_age_days = 90", "password_max_age_days = 900", 1);
    let findings = check(&text);
    let paths: Vec<&str> = findings.iter().map(|finding| finding.path.as_str()).collect();
    assert_eq!(
        paths,
        ["purposes[1].need_case_note", "posts[2].capabilities[5]", "sign_in.password_max_age_days"]
    );
    assert_eq!(
        findings[1].article.as_ref().map(Article::as_str),
        Some("6(4)"),
        "the entry's article is named"
    );
    assert_eq!(
        findings[1].column,
        text.lines().nth(findings[1].line - 1).unwrap().find("\"extraction.preform").unwrap() + 1
    );
}

#[test]
fn what_is_not_toml_is_said_so_with_its_place() {
    let findings = check("tenant = \"x\"\nname = = 3\n[open\n");
    assert!(findings.iter().any(|finding| finding.line == 2), "{findings:?}");
    assert!(findings.iter().all(|finding| finding.reason.ja.contains("TOML")), "{findings:?}");
    assert_eq!(check(&"#".repeat(LARGEST_FILE + 1)).len(), 1);
    let empty: Vec<String> = check("").into_iter().map(|finding| finding.path).collect();
    for section in
        ["tenant", "document", "access", "posts", "purposes", "retention", "sign_in", "holds", "copies"]
    {
        assert!(empty.iter().any(|path| path == section), "{section} is not asked for: {empty:?}");
    }
}

#[test]
fn a_flood_of_mistakes_is_cut_and_answered_quickly() {
    let flood: String = (0..60_000).map(|number| format!("k{number} = 1\n")).collect();
    assert_eq!(check(&flood).len(), MOST_FINDINGS);
    let lines: String = (0..20_000).map(|number| format!("[[lines]]\nnumber = \"{number}\"\n")).collect();
    assert_eq!(check(&lines).len(), MOST_FINDINGS);
}
