//! Preservation holds (保全): on which grounds, who places, who releases.

use serde::Serialize;

use crate::article::Article;
use crate::ground::Ground;
use crate::text::Text;

/// The tenant's rules on holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HoldRules {
    /// The article.
    pub article: Article,
    /// The rule in one sentence.
    pub sentence: Text,
    /// Grounds.
    pub grounds: Vec<Ground>,
    /// Posts that place one.
    pub placed_by: Vec<String>,
    /// Posts that release one.
    pub released_by: Vec<String>,
    /// Whether a release takes two persons: one who asks for it, and another who releases.
    pub two_persons: bool,
}
