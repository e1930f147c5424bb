//! A text in the portal's two languages.

use serde::{Deserialize, Serialize};

/// The same words in Japanese (first) and English.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Text {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

impl Text {
    /// A text from its two wordings.
    pub fn new(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ja: ja.into(), en: en.into() }
    }
    /// The wording for a language tag: English for `en` and `en-…`, Japanese for everything else.
    pub fn in_language(&self, tag: &str) -> &str {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("en") { &self.en } else { &self.ja }
    }
}
