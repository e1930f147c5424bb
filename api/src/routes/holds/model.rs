//! Preservation holds as the API writes them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::routes::announcements::model::PersonName;
use crate::routes::policy::model::Decision;
use crate::routes::recordings::model::Summary;
use crate::text::Text;

/// Where a hold comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HoldOrigin)]
pub enum Origin {
    /// Somebody placed it.
    Person,
    /// It opened by itself with a request, and closes with it.
    Request,
}

/// How far a hold is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HoldState)]
pub enum State {
    /// It rests on its recordings.
    Active,
    /// It does, and somebody asked for its release.
    ReleaseAsked,
    /// It is released.
    Released,
}

/// Which holds to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HoldStanding)]
pub enum Standing {
    /// Those that rest on recordings.
    Active,
    /// Of those, the ones whose review day has come.
    ReviewDue,
    /// Of those, the ones whose release somebody asked for.
    ReleaseAsked,
    /// Those released.
    Released,
}

/// The request a hold came with.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = HoldRequestName)]
pub struct RequestName {
    /// Its kind.
    #[schema(example = "erasure")]
    pub kind: String,
    /// The request.
    pub id: Uuid,
}

/// A ground for holds.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = HoldGround)]
pub struct Ground {
    /// Its key.
    #[schema(example = "investigation")]
    pub key: String,
    /// Its name.
    pub name: Text,
    /// What it means; empty on a hold of an earlier wording of the rules.
    pub sentence: Text,
    /// The article that lists it.
    pub article: String,
    /// That article as written.
    pub article_label: String,
}

/// Who did something to a hold.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = HoldAct)]
pub struct Act {
    /// Who.
    pub person: PersonName,
    /// When.
    pub at: DateTime<Utc>,
    /// Why; empty where it closed by itself with a request.
    pub reason: String,
}

/// What this person can do with a hold; asking is judged again then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = HoldAbilities)]
pub struct Abilities {
    /// Keep it on.
    pub extend: bool,
    /// Ask for its release.
    pub ask_release: bool,
    /// Release it.
    pub release: bool,
}

/// A preservation hold.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Hold {
    /// The hold.
    pub id: Uuid,
    /// How far it is.
    pub state: State,
    /// Where it comes from.
    pub origin: Origin,
    /// The request it came with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestName>,
    /// On which ground.
    pub ground: Ground,
    /// Why.
    pub reason: String,
    /// On whose word: the authority and its document.
    pub authority: String,
    /// Who placed it.
    pub placed_by: PersonName,
    /// When.
    pub placed_at: DateTime<Utc>,
    /// On how many recordings.
    pub recording_count: u32,
    /// The civil day of Japan on which somebody looks whether it is still needed. It ends nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review_on: Option<NaiveDate>,
    /// Whether that day has come.
    pub review_due: bool,
    /// Who kept it on last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extended: Option<Act>,
    /// Who asked for its release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_asked: Option<Act>,
    /// Who released it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released: Option<Act>,
    /// What this person can do with it.
    pub may: Abilities,
}

/// The rules on holds, for those who place one.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = HoldRules)]
pub struct Rules {
    /// The article, as written.
    pub article_label: String,
    /// The rule in one sentence.
    pub sentence: Text,
    /// The grounds to choose from.
    pub grounds: Vec<Ground>,
    /// Whether a release is asked for by one person and made by another.
    pub two_persons: bool,
    /// Whether this person may place one, and why (not).
    pub may_place: Decision,
    /// On how many recordings one hold can rest.
    #[schema(example = 1000)]
    pub most_recordings: u32,
}

/// A page of holds.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = HoldPage)]
pub struct Page {
    /// Newest first.
    pub items: Vec<Hold>,
    /// Give this as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// The rules on holds.
    pub rules: Rules,
}

/// One hold with its recordings.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = HoldDetail)]
pub struct Detail {
    /// What the list shows.
    #[serde(flatten)]
    pub hold: Hold,
    /// Its recordings that this person may see, no more than 200.
    pub recordings: Vec<Summary>,
    /// How many of its recordings are not among them.
    pub not_shown: u32,
}

/// What a hold on a search result would rest on.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = HoldSelection)]
pub struct Selection {
    /// How many recordings; `more` says that there are others.
    pub count: u32,
    /// Whether the search finds more than one hold can rest on: narrow it.
    pub more: bool,
    /// On how many recordings one hold can rest.
    #[schema(example = 1000)]
    pub most_recordings: u32,
    /// How many of them are held already.
    pub held_already: u32,
    /// The recordings, to be named when the hold is placed; empty when there are more.
    pub recordings: Vec<Uuid>,
}

/// A hold somebody places.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PlaceHoldRequest)]
pub struct PlaceRequest {
    /// On which recordings: 1 to 1,000. It rests on all of them or is refused.
    #[schema(min_items = 1, max_items = 1000)]
    pub recordings: Vec<Uuid>,
    /// The key of a ground of the rules.
    #[schema(max_length = 64, example = "investigation")]
    pub ground: String,
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
    /// On whose word: the authority and its document.
    #[schema(min_length = 1, max_length = 500, example = "見本警察署 捜査関係事項照会書 第12号")]
    pub authority: String,
    /// The civil day of Japan on which somebody looks whether it is still needed.
    #[serde(default)]
    pub review_on: Option<NaiveDate>,
}

/// A hold that is kept on.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExtendHoldRequest)]
pub struct ExtendRequest {
    /// The new review day, later than the one before.
    pub review_on: NaiveDate,
    /// Why it is still needed.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
}

/// A release that is asked for, or made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReleaseHoldRequest)]
pub struct ReleaseRequest {
    /// Why it is not needed any more.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
}
