//! What is expected of a connection, as the API writes it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A test call that must come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Canary {
    /// The number of the party that places or takes it.
    #[schema(min_length = 2, max_length = 40, example = "0125-00-9999")]
    pub number: String,
    /// At least once in so many minutes of operating hours.
    #[schema(minimum = 1, maximum = 10080)]
    pub every_minutes: u32,
}

/// What is expected of a connection.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConnectionWatch {
    /// The connection.
    pub connection_id: Uuid,
    /// Silent for longer than so many minutes of operating hours is a gap; null: what is usual for it.
    #[schema(required)]
    pub silent_after_minutes: Option<u32>,
    /// Whether its exchange tells callers that they are recorded.
    pub announces: bool,
    /// The test call that must come.
    #[schema(required)]
    pub canary: Option<Canary>,
    /// When the last one came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canary_at: Option<DateTime<Utc>>,
}

/// All of them.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ConnectionWatchList)]
pub struct List {
    /// Of which somebody said something.
    pub items: Vec<ConnectionWatch>,
}

/// What is to be expected.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConnectionWatchRequest)]
pub struct Request {
    /// Silent for longer than so many minutes of operating hours is a gap; absent: what is usual for it.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 10080)]
    pub silent_after_minutes: Option<u32>,
    /// Whether its exchange tells callers that they are recorded.
    #[serde(default)]
    pub announces: bool,
    /// The test call that must come.
    #[serde(default)]
    pub canary: Option<Canary>,
}
