//! A line of the audit trail, as the API writes it.

use chrono::{DateTime, Utc};
use rokuon_db::audit_events::AuditOutcome;
use rokuon_db::audit_search::AuditEntry;
use rokuon_policy::article::Article;
use rokuon_policy::pii::Pii;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::tenant_rules::hex;
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

impl From<AuditEntry> for AuditEvent {
    fn from(entry: AuditEntry) -> Self {
        Self {
            id: entry.id.0,
            at: entry.at,
            kind: entry.kind,
            actor: Actor {
                person_id: entry.person.map(|person| person.0),
                display_name: entry.display_name.map(Pii::into_revealed),
                posts: entry.posts,
            },
            object: entry.object.map(|object| Object { kind: object.kind, id: object.id }),
            outcome: match entry.outcome {
                AuditOutcome::Done => Outcome::Done,
                AuditOutcome::Refused => Outcome::Refused,
            },
            article: entry.article.as_ref().map(ToString::to_string),
            article_label: entry.article.as_ref().map(Article::label_ja),
            sentence: entry.sentence.as_ref().map(Into::into),
            detail: entry.detail,
            leaf_hash: hex(&entry.leaf_hash),
        }
    }
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
