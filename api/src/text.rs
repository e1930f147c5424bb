//! Words in both languages, as the API writes them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A name or sentence in Japanese and English.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"ja": "応対品質の向上", "en": "Better answers to callers"}))]
pub struct Text {
    /// 日本語
    pub ja: String,
    /// English
    pub en: String,
}

impl From<&rokuon_policy::text::Text> for Text {
    fn from(text: &rokuon_policy::text::Text) -> Self {
        Self { ja: text.ja.clone(), en: text.en.clone() }
    }
}
