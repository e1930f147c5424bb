//! The forecast, as the API writes it.

use chrono::{DateTime, NaiveDate, Utc};
use rokuon_db::keeping::KeptRow;
use rokuon_policy::keeping::forecast::Foreseen;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::routes::certificates::model::DueReason;
use crate::text::Text;

/// How many go for one reason.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ForecastCount {
    /// Why.
    pub reason: DueReason,
    /// The article.
    pub article: String,
    /// That article as written.
    pub article_label: String,
    /// The retention rule.
    pub sentence: Text,
    /// How many recordings.
    pub recordings: u64,
}

/// One of them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ForecastExample {
    /// The recording.
    pub recording: Uuid,
    /// When its call began.
    pub started_at: DateTime<Utc>,
    /// The first instant it may be destroyed; absent while it is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
    /// Why; absent while it is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<DueReason>,
    /// The article that ends its keeping.
    pub article: String,
    /// That article as written.
    pub article_label: String,
    /// The end of its period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_until: Option<DateTime<Utc>>,
    /// Holds on it.
    pub active_holds: u32,
}

impl ForecastExample {
    /// One of a list, with what is foreseen of it.
    pub fn of(row: &KeptRow, foreseen: Option<&Foreseen>) -> Self {
        let article = foreseen.map_or(&row.kept.retention.article, |foreseen| &foreseen.cause.article);
        Self {
            recording: row.id.0,
            started_at: row.kept.started_at,
            at: foreseen.map(|foreseen| foreseen.at),
            reason: foreseen.map(|foreseen| foreseen.cause.reason.into()),
            article: article.to_string(),
            article_label: article.label_ja(),
            keep_until: row.kept.retention.keep_until,
            active_holds: row.kept.active_holds,
        }
    }
}

/// A store that fills up, where the policy has one (octets).
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct CapacityGauge {
    /// What sealed recordings take now, in octets.
    pub used_octets: u64,
    /// The tenant's share of the store, in octets.
    pub capacity_octets: u64,
    /// From here on the oldest give way, in octets.
    pub threshold_octets: u64,
    /// From this share on the oldest give way, in percent.
    pub gives_way_at_percent: u32,
    /// How many would give way if it were looked at now; 1,000 at most are counted.
    pub would_give_way: u64,
}

/// What will be destroyed by the end of a day, if nobody does anything until then.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DeletionForecast)]
pub struct Forecast {
    /// The civil day in Japan.
    pub day: NaiveDate,
    /// How many recordings in all.
    pub recordings: u64,
    /// By reason and article, the largest first.
    pub counts: Vec<ForecastCount>,
    /// Some of them, oldest calls first; 50 at most.
    pub examples: Vec<ForecastExample>,
    /// How many would go too, were they not held.
    pub held: u64,
    /// Some of those, oldest calls first; 50 at most.
    pub held_examples: Vec<ForecastExample>,
    /// The store, where its size decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<CapacityGauge>,
    /// More than this a day waits for a person's word.
    pub usual_limit: u64,
}
