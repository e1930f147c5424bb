//! Whether the other party was told, as the API writes it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::routes::policy::model::Decision;
use crate::text::Text;

/// What is known of telling the other party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AnnouncementStatus)]
pub enum Status {
    /// They were told before recording.
    ToldBeforehand,
    /// The public notice stands for it.
    PublicNotice,
    /// They were not told, on one of the exceptions of the rules.
    Exception,
    /// Nobody noted anything.
    NotNoted,
}

impl From<rokuon_policy::announcement::AnnouncementStatus> for Status {
    fn from(status: rokuon_policy::announcement::AnnouncementStatus) -> Self {
        use rokuon_policy::announcement::AnnouncementStatus as Known;
        match status {
            Known::ToldBeforehand => Self::ToldBeforehand,
            Known::PublicNotice => Self::PublicNotice,
            Known::Exception => Self::Exception,
            Known::NotNoted => Self::NotNoted,
        }
    }
}

impl From<Status> for rokuon_policy::announcement::AnnouncementStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::ToldBeforehand => Self::ToldBeforehand,
            Status::PublicNotice => Self::PublicNotice,
            Status::Exception => Self::Exception,
            Status::NotNoted => Self::NotNoted,
        }
    }
}

/// By whose word it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotedBy {
    /// Nobody's.
    Nobody,
    /// The rules': the public notice is enough.
    Policy,
    /// The line's: its callers hear an announcement.
    Line,
    /// The connection's: the exchange tells.
    Connection,
    /// A person's.
    Person,
}

impl From<rokuon_policy::announcement::NotedBy> for NotedBy {
    fn from(by: rokuon_policy::announcement::NotedBy) -> Self {
        use rokuon_policy::announcement::NotedBy as Known;
        match by {
            Known::Nobody => Self::Nobody,
            Known::Policy => Self::Policy,
            Known::Line => Self::Line,
            Known::Connection => Self::Connection,
            Known::Person => Self::Person,
        }
    }
}

/// An exception of the rules from telling.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AnnouncementException)]
pub struct Exception {
    /// Its key.
    #[schema(example = "danger")]
    pub key: String,
    /// Its name.
    pub name: Text,
    /// What it means.
    pub sentence: Text,
    /// The article that lists it.
    pub article: String,
    /// That article as written.
    pub article_label: String,
}

/// What the rules still ask of a call.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = OwedAnnouncement)]
pub struct Owed {
    /// The article that asks.
    pub article: String,
    /// That article as written.
    pub article_label: String,
    /// What it asks.
    pub sentence: Text,
}

/// A person by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PersonName {
    /// The person.
    pub id: Uuid,
    /// Their name.
    pub display_name: String,
}

/// Whether the other party of a call was told.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Announcement {
    /// What is known.
    pub status: Status,
    /// By whose word.
    pub by: NotedBy,
    /// The exception that was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exception: Option<Exception>,
    /// Who noted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noted_by: Option<PersonName>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noted_at: Option<DateTime<Utc>>,
    /// What the rules still ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owed: Option<Owed>,
    /// Whether this person may note it, and why (not).
    pub may_note: Decision,
}

/// What somebody notes.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AnnouncementNote)]
pub struct Note {
    /// Whether the other party was told: `told_beforehand`, `exception`, or `not_noted` to take a note back.
    pub status: Status,
    /// The exception's key, when it is one.
    #[serde(default)]
    #[schema(max_length = 64, example = "danger")]
    pub exception: Option<String>,
}
