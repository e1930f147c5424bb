//! What the product is held to, and the tests that say they show it: `// req: T-1, O-2` and `// rule: SR5` above the test.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::marks::{Mark, MarkKind};

/// How far a requirement has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The running product does it and at least one test shows it.
    Shown,
    /// Some of it stands; the rest is a later piece of work.
    Begun,
    /// Not yet.
    Later,
}

/// One row of the list.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Such as `TK-7.4`.
    pub id: String,
    /// What the product does, in a few words.
    pub text: String,
    /// How far it has come.
    pub state: State,
}

/// One line of a standard's checklist, a fault to survive or an abuse to withstand.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Such as `SR5`.
    pub id: String,
    /// What the product does, in a few words.
    pub text: String,
    /// Why no test shows it.
    pub reason: Option<String>,
    /// Neither test nor reason is asked for yet.
    #[serde(default)]
    pub open: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Requirements {
    requirement: Vec<Requirement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Standards {
    rule: Vec<Rule>,
}

/// Reads the requirements.
///
/// # Errors
/// The TOML reader's own words, or an id that stands twice.
pub fn read(toml: &str) -> Result<Vec<Requirement>, String> {
    let list: Requirements = toml::from_str(toml).map_err(|error| error.to_string())?;
    once(list.requirement.iter().map(|row| row.id.as_str()))?;
    Ok(list.requirement)
}

/// Reads the standards' table.
///
/// # Errors
/// As for [`read`].
pub fn read_rules(toml: &str) -> Result<Vec<Rule>, String> {
    let list: Standards = toml::from_str(toml).map_err(|error| error.to_string())?;
    once(list.rule.iter().map(|row| row.id.as_str()))?;
    Ok(list.rule)
}

fn once<'a>(ids: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut seen = std::collections::BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            return Err(format!("{id} stands twice"));
        }
    }
    Ok(())
}

/// What is wrong with marks and requirements: an unknown id, a mark above no test, a shown requirement without a test.
pub fn faults(list: &[Requirement], marks: &[Mark]) -> Vec<String> {
    let ids: Vec<&str> = list.iter().map(|row| row.id.as_str()).collect();
    let mut faults = wrong_marks(&ids, marks, MarkKind::Requirement);
    let shown = tests_by_id(marks, MarkKind::Requirement);
    for row in list.iter().filter(|row| row.state == State::Shown && !shown.contains_key(row.id.as_str())) {
        faults.push(format!("{}: listed as shown, but no test says that it shows it", row.id));
    }
    faults
}

/// What is wrong with marks and rules: an unknown id, a mark above no test, a rule with neither test nor reason, or with both.
pub fn rule_faults(list: &[Rule], marks: &[Mark]) -> Vec<String> {
    let ids: Vec<&str> = list.iter().map(|row| row.id.as_str()).collect();
    let mut faults = wrong_marks(&ids, marks, MarkKind::Rule);
    let shown = tests_by_id(marks, MarkKind::Rule);
    for row in list {
        match (shown.contains_key(row.id.as_str()), &row.reason, row.open) {
            (false, None, false) => faults.push(format!("{}: neither a test nor a reason", row.id)),
            (true, Some(_), _) => faults.push(format!("{}: a reason, although a test shows it", row.id)),
            _ => {}
        }
    }
    faults
}

fn wrong_marks(ids: &[&str], marks: &[Mark], kind: MarkKind) -> Vec<String> {
    let mut faults = Vec::new();
    for mark in marks.iter().filter(|mark| mark.kind == kind) {
        for id in mark.ids.iter().filter(|id| !ids.contains(&id.as_str())) {
            faults.push(format!("{}: {id} is not listed", mark.place));
        }
        if mark.test.is_empty() {
            faults.push(format!("{}: the mark stands above no test", mark.place));
        }
    }
    faults
}

/// The marks of a kind that name each id.
pub fn tests_by_id(marks: &[Mark], kind: MarkKind) -> BTreeMap<&str, Vec<&Mark>> {
    let mut by_id: BTreeMap<&str, Vec<&Mark>> = BTreeMap::new();
    for mark in marks.iter().filter(|mark| mark.kind == kind) {
        for id in &mark.ids {
            by_id.entry(id).or_default().push(mark);
        }
    }
    by_id
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::marks;
    use crate::tree::SourceFile;

    const LIST: &str = "[[requirement]]\nid = 'T-1'\ntext = 'x'\nstate = 'shown'\n[[requirement]]\nid = 'T-4'\ntext = 'y'\nstate = 'later'\n";
    const RULES: &str = "[[rule]]\nid = 'SR1'\ntext = 'x'\n[[rule]]\nid = 'SR2'\ntext = 'y'\nreason = 'z'\n[[rule]]\nid = 'SR3'\ntext = 'w'\nopen = true\n";

    fn file(text: &str) -> SourceFile {
        SourceFile { path: "tests/x.rs".into(), text: text.into() }
    }

    #[test]
    fn an_unknown_id_and_a_shown_one_without_a_test_are_faults() {
        let list = read(LIST).expect("the list is well-formed");
        let found = faults(&list, &marks(&[file("// req: T-99\n#[test]\nfn x() {}\n")]));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("T-99") && found[1].starts_with("T-1:"));
    }

    #[test]
    fn a_rule_needs_a_test_or_a_reason_and_not_both() {
        let rules = read_rules(RULES).expect("well-formed");
        let shown = |ids: &str| {
            rule_faults(&rules, &marks(&[file(&format!("// rule: {ids}\n#[test]\nfn x() {{}}\n"))]))
        };
        assert!(shown("SR1").is_empty());
        assert_eq!(shown("SR2").len(), 2, "SR1 is bare, SR2 has a reason and a test");
        assert!(shown("SR1, SR3").is_empty());
        assert_eq!(shown("SR1, SR99").len(), 1);
    }

    #[test]
    fn an_id_may_stand_only_once() {
        assert!(read(&format!("{LIST}{LIST}")).is_err());
        assert!(read_rules(&format!("{RULES}{RULES}")).is_err());
    }
}
