//! The marks above tests that say what a test shows: `// req: T-1, O-2` and `// rule: SR5`.

use crate::tree::SourceFile;

/// Which list a mark speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// `// req:`, of `tests/requirements.toml`.
    Requirement,
    /// `// rule:`, of `tests/standards.toml`.
    Rule,
}

/// A test that says what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Of which list.
    pub kind: MarkKind,
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
            let Some((kind, list)) = mark(line) else { continue };
            let ids = list.split(',').map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect();
            let test = lines[index + 1..].iter().take(8).find_map(|line| test_name(line)).unwrap_or_default();
            found.push(Mark { kind, place: format!("{}:{}", file.path, index + 1), test, ids });
        }
    }
    found
}

/// What stands behind the colon; a list may end in ` — words`.
fn mark(line: &str) -> Option<(MarkKind, &str)> {
    let line = line.trim_start();
    let line = line.strip_prefix("// ").or_else(|| line.strip_prefix("# "))?;
    let (kind, list) = match line.split_once(':')? {
        ("req", list) => (MarkKind::Requirement, list),
        ("rule", list) => (MarkKind::Rule, list),
        _ => return None,
    };
    Some((kind, list.split_once('—').map_or(list, |(list, _)| list)))
}

/// The name of the test that begins on this line: `fn name(`, `def name(`, `it("…"` or `test('…'`.
fn test_name(line: &str) -> Option<String> {
    let line = line.trim_start();
    if let Some((_, rest)) = line.split_once("fn ").or_else(|| line.split_once("def ")) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> SourceFile {
        SourceFile { path: "tests/x.rs".into(), text: text.into() }
    }

    #[test]
    fn a_mark_names_its_test_in_rust_and_typescript() {
        let rust =
            file("    // req: T-1, T-4\n    // rule: SR5 — while held\n    #[test]\n    fn it_plays() {}\n");
        let portal = file("// req: T-1\nit(\"plays a call\", () => {});\n");
        let marks = marks(&[rust, portal]);
        assert_eq!(marks[0].ids, ["T-1", "T-4"]);
        assert_eq!(marks[0].test, "it_plays");
        assert_eq!((marks[1].kind, marks[1].ids.as_slice()), (MarkKind::Rule, &["SR5".to_owned()][..]));
        assert_eq!(marks[2].test, "plays a call");
    }
}
