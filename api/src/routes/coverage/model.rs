//! The coverage report, as the API writes it.

use chrono::{DateTime, NaiveDate, Utc};
use rokuon_policy::coverage::{Coverage, CoverageGap, GapCause};
use rokuon_policy::operating_calendar::{DayHours, HoursFrom};
use rokuon_policy::span::Span as KnownSpan;
use rokuon_watch::coverage::{CoverageReport, DayCoverage};
use rokuon_watch::evidence::ConnectionEvidence;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::routes::recordings::model::ConnectionName;
use crate::text::Text;

/// A stretch of time.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Span {
    /// Its first instant.
    pub from: DateTime<Utc>,
    /// The first instant after it.
    pub until: DateTime<Utc>,
}

impl From<KnownSpan> for Span {
    fn from(span: KnownSpan) -> Self {
        Self { from: span.from, until: span.until }
    }
}

/// Why recording could not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CoverageCause {
    /// No recorder was running.
    WorkerDown,
    /// The recorder's disk was full.
    SpoolFull,
    /// The key service was away.
    KeysAway,
    /// The exchange was silent for too long.
    ConnectionSilent,
}

impl From<GapCause> for CoverageCause {
    fn from(cause: GapCause) -> Self {
        match cause {
            GapCause::WorkerDown => Self::WorkerDown,
            GapCause::SpoolFull => Self::SpoolFull,
            GapCause::KeysAway => Self::KeysAway,
            GapCause::ConnectionSilent => Self::ConnectionSilent,
        }
    }
}

/// A gap in the owed hours.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CoverageGap)]
pub struct Gap {
    /// When.
    #[serde(flatten)]
    pub span: Span,
    /// How long, in seconds.
    pub seconds: i64,
    /// Why.
    pub cause: CoverageCause,
    /// Why, in a sentence.
    pub sentence: Text,
    /// Of which connection; of all when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionName>,
}

/// Where a day's hours come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HoursSource {
    /// The rules' weekly hours.
    Policy,
    /// The tenant's own weekly hours.
    Tenant,
    /// Nobody set hours: recording is owed at all times.
    Always,
    /// A special day.
    SpecialDay,
    /// Closed every year on this day.
    YearlyClosing,
    /// A national holiday.
    NationalHoliday,
}

impl From<HoursFrom> for HoursSource {
    fn from(from: HoursFrom) -> Self {
        match from {
            HoursFrom::Policy => Self::Policy,
            HoursFrom::Tenant => Self::Tenant,
            HoursFrom::Always => Self::Always,
            HoursFrom::SpecialDay => Self::SpecialDay,
            HoursFrom::YearlyClosing => Self::YearlyClosing,
            HoursFrom::NationalHoliday => Self::NationalHoliday,
        }
    }
}

/// The hours of one day.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = OperatingDay)]
pub struct Day {
    /// The civil day in Japan.
    pub day: NaiveDate,
    /// Where its hours come from.
    pub source: HoursSource,
    /// The operating hours; none: closed.
    pub hours: Vec<Span>,
    /// A holiday's name or the tenant's note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

impl Day {
    /// A day with its hours.
    pub fn of(day: NaiveDate, hours: &DayHours) -> Self {
        Self {
            day,
            source: hours.from.into(),
            hours: hours.owed.iter().map(Into::into).collect(),
            note: hours.note.as_ref().map(Into::into),
        }
    }
}

/// Owed, missing, and the share that is covered.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Share {
    /// Operating time up to now, in seconds.
    pub owed_seconds: i64,
    /// Of it, time in which nothing was recorded on any connection, in seconds.
    pub missing_seconds: i64,
    /// The covered share in percent, rounded down to two places: 100 only when nothing is missing. Null when nothing was owed.
    #[schema(required)]
    pub percent: Option<f64>,
}

impl Share {
    /// The share over all connections.
    pub fn of(coverage: &Coverage) -> Self {
        Self {
            owed_seconds: coverage.owed.total().num_seconds(),
            missing_seconds: coverage.missing(None).total().num_seconds(),
            percent: coverage.per_myriad(None).map(percent),
        }
    }
}

/// Hundredths of a percent as percent.
pub fn percent(per_myriad: u32) -> f64 {
    f64::from(per_myriad) / 100.0
}

/// One day of the report.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CoverageDay {
    /// The day and its hours.
    #[serde(flatten)]
    pub day: Day,
    /// What was covered of them.
    #[serde(flatten)]
    pub share: Share,
    /// The gaps.
    pub gaps: Vec<Gap>,
}

/// A connection's part.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConnectionCoverage {
    /// The connection.
    pub connection: ConnectionName,
    /// The covered share in percent; null when nothing was owed.
    #[schema(required)]
    pub percent: Option<f64>,
    /// Silent for longer than so many minutes of operating hours is a gap.
    pub silent_after_minutes: i64,
    /// When it was last heard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_heard_at: Option<DateTime<Utc>>,
}

/// Calls that came and were not taken.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UntakenCalls {
    /// The minute, at its beginning.
    pub minute: DateTime<Utc>,
    /// By which connection.
    pub connection: ConnectionName,
    /// Why: `refused_…` or `on_demand_not_started`.
    #[schema(example = "refused_full")]
    pub reason: String,
    /// How many.
    pub count: u64,
}

/// The coverage report.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Coverage)]
pub struct Report {
    /// The first civil day in Japan.
    pub from: NaiveDate,
    /// The last one.
    pub to: NaiveDate,
    /// Since when anything was measured; absent when no recorder ever ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured_since: Option<DateTime<Utc>>,
    /// The article that asks for the hours, where the rules do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// That article as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article_label: Option<String>,
    /// What it asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentence: Option<Text>,
    /// All days together.
    #[serde(flatten)]
    pub share: Share,
    /// Each day, oldest first.
    pub days: Vec<CoverageDay>,
    /// Each active connection.
    pub connections: Vec<ConnectionCoverage>,
    /// Calls that came and were not taken.
    pub untaken: Vec<UntakenCalls>,
}

/// A connection by name; by id alone when it is not active any more.
pub fn name_of(connections: &[(ConnectionEvidence, Option<u32>)], id: Uuid) -> ConnectionName {
    let found = connections.iter().find(|(one, _)| one.connection.id.0 == id);
    let name = found.map_or_else(|| id.to_string(), |(one, _)| one.connection.name.clone());
    ConnectionName { id, name }
}

/// A gap with the name of its connection.
pub fn gap_of(report: &CoverageReport, gap: &CoverageGap) -> Gap {
    Gap {
        span: gap.span.into(),
        seconds: gap.span.length().num_seconds(),
        cause: gap.cause.into(),
        sentence: (&gap.cause.sentence()).into(),
        connection: gap.connection.map(|id| name_of(&report.connections, id.0)),
    }
}

/// A day of the report.
pub fn day_of(report: &CoverageReport, day: &DayCoverage) -> CoverageDay {
    CoverageDay {
        day: Day::of(day.day, &day.hours),
        share: Share::of(&day.coverage),
        gaps: day.coverage.gaps.iter().map(|gap| gap_of(report, gap)).collect(),
    }
}
