//! Purposes for which a recording may be used, and for which it was collected.

use serde::Serialize;

use crate::article::Article;
use crate::media_kind::MediaKind;
use crate::text::Text;

/// A permitted purpose of use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Purpose {
    /// Its key.
    pub key: String,
    /// The article that permits it.
    pub article: Article,
    /// Its name.
    pub name: Text,
    /// What it covers, in one sentence.
    pub sentence: Text,
    /// Whether a case note must say which case it is.
    pub needs_case_note: bool,
    /// Posts that may use a recording for it.
    pub posts: Vec<String>,
    /// Media it covers.
    pub kinds: Vec<MediaKind>,
}

/// Why recordings of a line are collected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CollectionPurpose {
    /// Its key; lines name it.
    pub key: String,
    /// The article.
    pub article: Article,
    /// Its name.
    pub name: Text,
    /// The purposes of use it opens.
    pub purposes: Vec<String>,
}
