//! Provision outside (外部提供, 第三者提供) and use outside the purposes (目的外利用).

use serde::Serialize;

use crate::article::Article;
use crate::closed_list::closed_list;
use crate::ground::Deadline;
use crate::text::Text;

closed_list! {
    /// When the document that asks for it must be on file.
    pub enum DocumentTime {
        /// Before anything leaves.
        Before = "before",
        /// It may follow; it is then tracked until it arrives.
        MayFollow = "may_follow",
        /// None is asked for.
        None = "none",
    }
}

/// One ground on which a recording may leave the tenant or its purposes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProvisionGround {
    /// Its key.
    pub key: String,
    /// The article.
    pub article: Article,
    /// Its name.
    pub name: Text,
    /// The rule in one sentence.
    pub sentence: Text,
    /// To whom.
    pub to: Text,
    /// Documents asked for.
    pub documents: Vec<Text>,
    /// When they must be on file.
    pub document_time: DocumentTime,
    /// When a document that may follow must have arrived.
    pub document_deadline: Option<Deadline>,
    /// Posts that decide.
    pub decided_by: Vec<String>,
    /// Only the part that is needed may leave.
    pub only_needed_part: bool,
    /// Return or erasure is asked for and confirmed when the purpose is met.
    pub return_asked: bool,
}

/// The tenant's rule on use and provision beyond the purposes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProvisionRules {
    /// The article that forbids it in general.
    pub article: Article,
    /// The prohibition in one sentence.
    pub sentence: Text,
    /// Whether a legal basis must be chosen and recorded.
    pub legal_basis_required: bool,
    /// The listed exceptions.
    pub grounds: Vec<ProvisionGround>,
}
