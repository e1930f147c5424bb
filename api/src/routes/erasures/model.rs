//! Requests for erasure as the API writes them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::routes::announcements::model::PersonName;
use crate::routes::policy::model::Decision;
use crate::routes::recordings::model::Summary;
use crate::text::Text;

/// How far a request for erasure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ErasureState)]
pub enum State {
    /// Nobody has decided.
    Asked,
    /// Another person approved it.
    Approved,
    /// Another person refused it.
    Refused,
    /// It was taken back.
    Withdrawn,
}

/// Which requests to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ErasureStanding)]
pub enum Standing {
    /// Nobody has decided.
    Asked,
    /// Approved, and a recording still waits behind holds.
    Waiting,
    /// Approved.
    Approved,
    /// Refused.
    Refused,
    /// Taken back.
    Withdrawn,
}

/// What an erasure rests on.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ErasureBasis)]
pub struct Basis {
    /// The key of the application of the rules it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// That application's name, or the law in the words of who entered it.
    pub name: Text,
    /// The article of the rules, as written.
    pub article_label: String,
}

/// How one recording of it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ErasureRecordingState)]
pub enum RecordingStanding {
    /// Nobody has decided.
    Asked,
    /// Approved; other holds rest on it.
    Waiting,
    /// Its destruction is ordered.
    Due,
    /// Refused or taken back.
    Closed,
}

/// A recording of the request.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ErasureRecording)]
pub struct RecordingOf {
    /// What a list of recordings shows of it.
    pub recording: Summary,
    /// How it stands.
    pub standing: RecordingStanding,
    /// When its destruction was ordered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    /// How many holds besides the request's own rest on it.
    pub other_holds: u32,
    /// What stands against erasing it now; absent when nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<Decision>,
}

/// How it was decided, or taken back.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ErasureDecision)]
pub struct Decided {
    /// Who.
    pub person: PersonName,
    /// When.
    pub at: DateTime<Utc>,
    /// In their words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The article, as written.
    pub article_label: String,
    /// The decision in one sentence.
    pub sentence: Text,
    /// Until when the recordings are held for the request: for a refusal, as long as it can be appealed against.
    pub lets_go_at: DateTime<Utc>,
}

/// What this person can do with it; asking is judged again then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ErasureAbilities)]
pub struct Abilities {
    /// Approve or refuse it.
    pub decide: bool,
    /// Take it back.
    pub withdraw: bool,
}

/// A request for erasure.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Erasure {
    /// The request.
    pub id: Uuid,
    /// How far it is.
    pub state: State,
    /// Who wants it.
    pub requester: String,
    /// How it was made sure who that is.
    pub identity: String,
    /// What it rests on.
    pub basis: Basis,
    /// Why.
    pub reason: String,
    /// The civil day of Japan on which it was asked for outside.
    pub applied_on: NaiveDate,
    /// The last day to decide it, where the rules set one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decide_by: Option<NaiveDate>,
    /// Who entered it.
    pub asked_by: PersonName,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// How many recordings.
    pub recording_count: u32,
    /// How it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decided>,
    /// What this person can do with it.
    pub may: Abilities,
}

/// A ground on which an erasure is refused.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ErasureRefusalGround)]
pub struct RefusalGround {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: Text,
    /// What it means.
    pub sentence: Text,
    /// The article, as written.
    pub article_label: String,
}

/// The rules on erasure, for those who enter and decide.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ErasureRules)]
pub struct Rules {
    /// The key of the application of the rules; absent where an erasure rests on a law alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// Its form's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// The rule in one sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentence: Option<Text>,
    /// The article, as written.
    pub article_label: String,
    /// Grounds on which it is refused.
    pub refused_while: Vec<RefusalGround>,
}

/// A page of requests for erasure.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ErasurePage)]
pub struct Page {
    /// Newest first.
    pub items: Vec<Erasure>,
    /// Give this as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// The rules on erasure.
    pub rules: Rules,
}

/// One request for erasure with its recordings.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ErasureDetail)]
pub struct Detail {
    /// What the list shows.
    #[serde(flatten)]
    pub erasure: Erasure,
    /// Its recordings that this person may see.
    pub recordings: Vec<RecordingOf>,
    /// The rules on erasure.
    pub rules: Rules,
}

/// A request for erasure somebody enters. It rests on an application of the rules or on a law.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AskErasureRequest)]
pub struct AskRequest {
    /// Which recordings: 1 to 100.
    #[schema(min_items = 1, max_items = 100)]
    pub recordings: Vec<Uuid>,
    /// The key of the application of the rules.
    #[serde(default)]
    #[schema(max_length = 64, example = "erasure")]
    pub application: Option<String>,
    /// The law, in words, where it rests on that alone.
    #[serde(default)]
    #[schema(max_length = 200, example = "個人情報の保護に関する法律 第98条")]
    pub law: Option<String>,
    /// Who wants it.
    #[schema(min_length = 1, max_length = 200)]
    pub requester: String,
    /// How it was made sure who that is.
    #[schema(min_length = 1, max_length = 500)]
    pub identity: String,
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
    /// The civil day of Japan on which it was asked for outside.
    pub applied_on: NaiveDate,
}

/// An approval.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApproveErasureRequest)]
pub struct ApproveRequest {
    /// The reason for the decision.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
}

/// A refusal.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RefuseErasureRequest)]
pub struct RefuseRequest {
    /// The key of the ground of the rules it is refused on, where it is one of them.
    #[serde(default)]
    #[schema(max_length = 64, example = "unresolved-case")]
    pub ground: Option<String>,
    /// The reason for the decision.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
}

/// A request that is taken back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WithdrawErasureRequest)]
pub struct WithdrawRequest {
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
}
