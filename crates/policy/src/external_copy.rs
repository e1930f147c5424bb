//! Copies outside the system: approval, numbering, custody, destruction.

use serde::Serialize;

use crate::article::Article;
use crate::civil::Period;
use crate::ground::{Deadline, Ground};
use crate::text::Text;

/// The tenant's rules on copies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CopyRules {
    /// The article.
    pub article: Article,
    /// The rule in one sentence.
    pub sentence: Text,
    /// Grounds on which a copy may be made.
    pub grounds: Vec<Ground>,
    /// Posts that approve a copy.
    pub approved_by: Vec<String>,
    /// How copies are numbered; `{year}` is the fiscal year, `{number}` counts within it.
    pub numbering: String,
    /// The rule on custody.
    pub custody: CopyCustody,
    /// The rule on the end.
    pub destruction: CopyDestruction,
    /// The ledger copies are entered in.
    pub ledger: Option<String>,
}

/// Where copies are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CopyCustody {
    /// The article.
    pub article: Article,
    /// The rule in one sentence.
    pub sentence: Text,
    /// Places a copy can be kept in.
    pub places: Vec<Text>,
    /// Whether each copy must name its place.
    pub place_required: bool,
    /// How long a copy is kept; until its purpose is met, when absent.
    pub keep: Option<Period>,
    /// Whether the period can be lengthened with a reason.
    pub extendable: bool,
    /// The article on lengthening.
    pub extension_article: Option<Article>,
}

/// How copies end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CopyDestruction {
    /// The article.
    pub article: Article,
    /// The rule in one sentence.
    pub sentence: Text,
    /// Ways of destruction that count.
    pub methods: Vec<Text>,
    /// When it is due after the purpose is met or the period is over.
    pub deadline: Option<Deadline>,
    /// Posts that do it.
    pub by: Vec<String>,
}
