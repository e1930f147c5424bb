//! Reading a policy file and explaining every mistake in it, with its place.

use std::collections::BTreeSet;

use serde::Serialize;
use toml::de::DeTable;

use crate::article::Article;
use crate::policy::Policy;
use crate::reader::{Names, Reader};
use crate::sections;
use crate::text::Text;

/// One mistake in a policy file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The entry, such as `purposes[0].posts[1]`.
    pub path: String,
    /// The article of the entry, when it has one.
    pub article: Option<Article>,
    /// What is wrong and what to do.
    pub reason: Text,
}

/// Largest policy file, in octets: the longest of the five is a twentieth of it; reading stays quick on any input.
pub const LARGEST_FILE: usize = 1024 * 1024;

/// Most findings told of at once; more than anyone reads, and each costs a walk to its line.
pub const MOST_FINDINGS: usize = 500;

/// Longest list in a policy file; the document of a large city lists a few dozen entries.
pub(crate) const LONGEST_LIST: usize = 2_000;

/// Every finding in a policy file (at most [`MOST_FINDINGS`]); none means it can be loaded.
pub fn check(toml: &str) -> Vec<Finding> {
    read(toml).err().unwrap_or_default()
}

/// Reads a policy file; all findings at once. A file that is not TOML gets the findings of its form only.
pub(crate) fn read(source: &str) -> Result<Policy, Vec<Finding>> {
    let mut reader = Reader::new(source);
    if source.len() > LARGEST_FILE {
        reader.note(
            0,
            String::new(),
            None,
            Text::new(
                format!("ファイルが大きすぎます（{LARGEST_FILE} バイトまで）。"),
                format!("the file is larger than {LARGEST_FILE} octets"),
            ),
        );
        return Err(reader.into_findings());
    }
    let (document, broken) = DeTable::parse_recoverable(source);
    if !broken.is_empty() {
        for error in broken {
            let offset = error.span().map_or(0, |span| span.start);
            let message = error.message();
            reader.note(
                offset,
                String::new(),
                None,
                Text::new(
                    format!("TOML として読めません：{message}"),
                    format!("this is not TOML: {message}"),
                ),
            );
        }
        return Err(reader.into_findings());
    }
    let document = document.into_inner();
    reader.names = names(&document);
    let policy = {
        let root = reader.root(&document);
        let policy = sections::policy(&root);
        root.report_unknown_keys();
        policy
    };
    let findings = reader.into_findings();
    if findings.is_empty() { Ok(policy) } else { Err(findings) }
}

fn names(document: &DeTable<'_>) -> Names {
    let keys = |list: &str| -> BTreeSet<String> {
        let entries = document.get(list).and_then(|value| value.get_ref().as_array());
        let tables =
            entries.into_iter().flat_map(|array| array.iter()).filter_map(|entry| entry.get_ref().as_table());
        tables.filter_map(|table| table.get("key")?.get_ref().as_str().map(str::to_owned)).collect()
    };
    Names {
        posts: keys("posts"),
        departments: keys("departments"),
        purposes: keys("purposes"),
        collection_purposes: keys("collection_purposes"),
        ledgers: keys("ledgers"),
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
