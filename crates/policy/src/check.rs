//! Reading a policy file and explaining every mistake in it, with its place.

use serde::Serialize;

use crate::article::Article;
use crate::policy::Policy;
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

/// Every finding in a policy file; none means it can be loaded.
pub fn check(toml: &str) -> Vec<Finding> {
    read(toml).err().unwrap_or_default()
}

pub(crate) fn read(_toml: &str) -> Result<Policy, Vec<Finding>> {
    Err(vec![Finding { line: 1, column: 1, path: String::new(), article: None, reason: Text::default() }])
}
