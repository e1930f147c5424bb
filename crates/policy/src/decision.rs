//! The answer of every rule: allowed or refused, on which article, in words a clerk understands (INV-4).

use serde::Serialize;

use crate::article::Article;
use crate::text::Text;

/// A decision with its reason. It is stored with the audit event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Whether it is allowed.
    pub allowed: bool,
    /// The rule that decided, a stable dotted name such as `access.purpose_unknown`.
    pub rule: &'static str,
    /// The article it stands on.
    pub article: Article,
    /// Why, in one sentence.
    pub sentence: Text,
}

impl Decision {
    /// An allowing decision.
    pub const fn allow(rule: &'static str, article: Article, sentence: Text) -> Self {
        Self { allowed: true, rule, article, sentence }
    }
    /// A refusing decision.
    pub const fn refuse(rule: &'static str, article: Article, sentence: Text) -> Self {
        Self { allowed: false, rule, article, sentence }
    }
}
