//! The files of this checkout as text, without what is built or downloaded.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// One text file of the checkout.
#[derive(Debug)]
pub struct SourceFile {
    /// Path from the root, with `/`.
    pub path: String,
    /// All of it.
    pub text: String,
}

impl SourceFile {
    /// Whether the file holds only tests or sample data: a test folder, or named as tests are named.
    pub fn is_test(&self) -> bool {
        let path = &self.path;
        path.starts_with("tests/")
            || path.starts_with("crates/fixtures/")
            || path.split('/').any(|part| matches!(part, "tests" | "testing" | "testing.rs" | "e2e" | "mock"))
            || [
                "tests.rs",
                "_tests.rs",
                ".test.ts",
                ".test.tsx",
                ".spec.ts",
                ".spec.tsx",
                ".test.mjs",
                ".spec.mjs",
            ]
            .iter()
            .any(|end| path.ends_with(end))
    }

    /// The lines of product code with their numbers: without comments, and without what follows `#[cfg(test)]`.
    pub fn product_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .take_while(|(_, line)| !line.trim_start().starts_with("#[cfg(test)]"))
            .filter(|(_, line)| {
                let line = line.trim_start();
                !(line.starts_with("//") || line.starts_with('*') || line.starts_with("/*"))
            })
            .map(|(index, line)| (index + 1, line))
    }
}

/// The root of the checkout.
pub fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_owned()
}

/// Every file with one of these endings (no dot), sorted by path.
///
/// # Errors
/// A folder or file that cannot be read, or is not UTF-8.
pub fn files(endings: &[&str]) -> io::Result<Vec<SourceFile>> {
    let root = root();
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type()?;
            if kind.is_dir() {
                if !(name.starts_with('.')
                    || matches!(name.as_str(), "target" | "node_modules" | "dist" | "test-results"))
                {
                    folders.push(entry.path());
                }
            } else if kind.is_file() && endings.iter().any(|ending| name.ends_with(&format!(".{ending}"))) {
                let path = entry.path();
                let relative = path.strip_prefix(&root).unwrap_or(&path).to_string_lossy().into_owned();
                found.push(SourceFile { path: relative, text: fs::read_to_string(&path)? });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}
