//! A use: one person's stated purpose for one recording, open for a short time.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::text::Text;

/// A permitted use.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Use {
    /// The use.
    pub id: Uuid,
    /// The recording it opens.
    pub recording_id: Uuid,
    /// The purpose that was stated.
    #[schema(example = "response-quality")]
    pub purpose: String,
    /// The article that permits it.
    pub article: String,
    /// That article as written.
    pub article_label: String,
    /// Why it is permitted.
    pub sentence: Text,
    /// When the use ends by itself.
    pub expires_at: DateTime<Utc>,
    /// Where the sound is.
    pub audio_url: String,
}

/// What a person states before they listen.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UseRequest {
    /// The key of one of the purposes in `GET /v1/me`.
    #[schema(example = "response-quality", min_length = 1, max_length = 64)]
    pub purpose: String,
    /// What it is about; some purposes demand it.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub case_note: Option<String>,
}

/// What a person heard.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Heard {
    /// Stretches heard, as [from, to] in seconds from the start.
    #[schema(max_items = 1000)]
    pub ranges: Vec<[f64; 2]>,
    /// True when the person stopped listening: the use is closed in the audit trail.
    pub ended: bool,
}
