//! Counts of calls that came in and were, by the tenant's rules, not kept.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::routes::recordings::model::ConnectionName;

/// How many calls of one day and connection were not kept, and why.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnrecordedCount {
    /// The civil day in Japan.
    pub day: NaiveDate,
    /// Where the calls came from.
    pub connection: ConnectionName,
    /// Such as `line_not_listed` or `direction_not_recorded`.
    #[schema(example = "line_not_listed")]
    pub reason: String,
    /// The article that limits recording.
    pub article: String,
    /// That article as written.
    pub article_label: String,
    /// How many calls.
    pub count: u64,
}

/// The counts of a span of days.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = UnrecordedCounts)]
pub struct List {
    /// Newest day first.
    pub items: Vec<UnrecordedCount>,
}
