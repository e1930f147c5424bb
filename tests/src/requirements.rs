//! Requirement ids, and the tests that say they show them (`// req: T-1, O-2` above the test).

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::tree::SourceFile;

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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    requirement: Vec<Requirement>,
}

/// Reads the list.
///
/// # Errors
/// The TOML reader's own words, or an id that stands twice.
pub fn read(toml: &str) -> Result<Vec<Requirement>, String> {
    let list: List = toml::from_str(toml).map_err(|error| error.to_string())?;
    for (index, row) in list.requirement.iter().enumerate() {
        if list.requirement[..index].iter().any(|earlier| earlier.id == row.id) {
            return Err(format!("{} stands twice", row.id));
        }
    }
    Ok(list.requirement)
}

/// A test that says which requirements it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// File and line of the mark.
    pub place: String,
    /// The test's name, or what stands for it.
    pub test: String,
    /// The ids as written.
    pub ids: Vec<String>,
}

/// Every mark in these files.
pub fn marks(files: &[SourceFile]) -> Vec<Mark> {
    let mut found = Vec::new();
    for file in files {
        let lines: Vec<&str> = file.text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let Some(list) = line.trim_start().strip_prefix("// req:") else { continue };
            let ids = list.split(',').map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect();
            let test = lines[index + 1..].iter().take(8).find_map(|line| test_name(line)).unwrap_or_default();
            found.push(Mark { place: format!("{}:{}", file.path, index + 1), test, ids });
        }
    }
    found
}

/// The name of the test that begins on this line: `fn name(`, `it("…"` or `test('…'`.
fn test_name(line: &str) -> Option<String> {
    let line = line.trim_start();
    if let Some((_, rest)) = line.split_once("fn ") {
        return rest.split(['(', '<']).next().map(str::to_owned);
    }
    ["it(", "test(", "it.each(", "test.each("].iter().find_map(|call| line.strip_prefix(call)).map(|rest| {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
        match quote {
            Some(quote) => rest[1..].split(quote).next().unwrap_or_default().to_owned(),
            None => rest.to_owned(),
        }
    })
}

/// What is wrong: a mark with an unknown id or above no test, or a shown requirement without a test.
pub fn faults(list: &[Requirement], marks: &[Mark]) -> Vec<String> {
    let shown = tests_by_id(marks);
    let mut faults = Vec::new();
    for mark in marks {
        for id in mark.ids.iter().filter(|id| !list.iter().any(|row| row.id == **id)) {
            faults.push(format!("{}: no requirement {id}", mark.place));
        }
        if mark.test.is_empty() {
            faults.push(format!("{}: the mark stands above no test", mark.place));
        }
    }
    for row in list.iter().filter(|row| row.state == State::Shown && !shown.contains_key(row.id.as_str())) {
        faults.push(format!("{}: listed as shown, but no test says that it shows it", row.id));
    }
    faults
}

/// The marks that name each id.
pub fn tests_by_id(marks: &[Mark]) -> BTreeMap<&str, Vec<&Mark>> {
    let mut by_id: BTreeMap<&str, Vec<&Mark>> = BTreeMap::new();
    for mark in marks {
        for id in &mark.ids {
            by_id.entry(id).or_default().push(mark);
        }
    }
    by_id
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "[[requirement]]\nid = 'T-1'\ntext = 'x'\nstate = 'shown'\n[[requirement]]\nid = 'T-4'\ntext = 'y'\nstate = 'later'\n";

    fn file(text: &str) -> SourceFile {
        SourceFile { path: "tests/x.rs".into(), text: text.into() }
    }

    #[test]
    fn a_mark_names_its_test_in_rust_and_typescript() {
        let rust = file("    // req: T-1, T-4\n    #[test]\n    fn it_plays() {}\n");
        let portal = file("// req: T-1\nit(\"plays a call\", () => {});\n");
        let marks = marks(&[rust, portal]);
        assert_eq!(marks[0].ids, ["T-1", "T-4"]);
        assert_eq!(marks[0].test, "it_plays");
        assert_eq!(marks[1].test, "plays a call");
    }

    #[test]
    fn an_unknown_id_and_a_shown_one_without_a_test_are_faults() {
        let list = read(LIST).expect("the list is well-formed");
        let found = faults(&list, &marks(&[file("// req: T-99\n#[test]\nfn x() {}\n")]));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("T-99") && found[1].starts_with("T-1:"));
    }

    #[test]
    fn an_id_may_stand_only_once() {
        assert!(read(&format!("{LIST}{LIST}")).is_err());
    }
}
