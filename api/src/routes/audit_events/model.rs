//! A line of the audit trail, as the API writes it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::text::Text;

/// Who acted.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Actor {
    /// The person; absent when the system acted or nobody was signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_id: Option<Uuid>,
    /// Their name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The posts they held then.
    pub posts: Vec<String>,
}

/// What was acted on.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AuditObject)]
pub struct Object {
    /// Its noun, such as `recording`.
    pub kind: String,
    /// Its id.
    pub id: String,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AuditOutcome)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was refused.
    Refused,
}

/// One line of the audit trail.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditEvent {
    /// The event.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// What, such as `play.start`.
    #[schema(example = "play.start")]
    pub kind: String,
    /// Who.
    pub actor: Actor,
    /// On what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<Object>,
    /// How it ended.
    pub outcome: Outcome,
    /// The article that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// That article as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article_label: Option<String>,
    /// Why, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentence: Option<Text>,
    /// More about it, by kind.
    #[schema(value_type = Object)]
    pub detail: serde_json::Value,
    /// The salted digest that stands in the log for ever, in hexadecimal.
    pub leaf_hash: String,
}

/// A page of the audit trail.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AuditEventPage)]
pub struct Page {
    /// Newest first.
    pub items: Vec<AuditEvent>,
    /// Give this as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
