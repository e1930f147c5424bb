//! The policy as rules a clerk reads: the portal's policy page.

use serde::Serialize;

use crate::article::Article;
use crate::policy::Policy;
use crate::text::Text;

/// A group of rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleSection {
    /// Its title.
    pub title: Text,
    /// Its rules.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// The article.
    pub article: Article,
    /// The rule in one sentence.
    pub sentence: Text,
}

/// The whole policy, section by section.
pub fn rules(policy: &Policy) -> Vec<RuleSection> {
    let _ = policy;
    Vec::new()
}
