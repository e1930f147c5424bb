//! The coverage report of some civil days: owed hours, gaps with their causes, shares (T-5.1).

use chrono::{DateTime, NaiveDate, Utc};
use rokuon_db::error::DbError;
use rokuon_db::tenant_tx::TenantTx;
use rokuon_db::untaken_minutes::{self, UntakenMinute};
use rokuon_policy::coverage::{Coverage, Fault};
use rokuon_policy::ids::ConnectionId;
use rokuon_policy::operating_calendar::{DayHours, days, whole};
use rokuon_policy::policy::Policy;
use rokuon_policy::span::{Span, Spans};

use crate::calendar::OwnCalendar;
use crate::evidence::{self, ConnectionEvidence};

/// One civil day.
#[derive(Debug, Clone)]
pub struct DayCoverage {
    /// Which.
    pub day: NaiveDate,
    /// Its hours and why these.
    pub hours: DayHours,
    /// What was measured in them.
    pub coverage: Coverage,
}

/// The report.
#[derive(Debug, Clone)]
pub struct CoverageReport {
    /// All days together.
    pub coverage: Coverage,
    /// Each day.
    pub days: Vec<DayCoverage>,
    /// The active connections, with the share of each.
    pub connections: Vec<(ConnectionEvidence, Option<u32>)>,
    /// Calls that were turned away or never started, by the minute.
    pub untaken: Vec<UntakenMinute>,
    /// Since when anything was measured.
    pub since: Option<DateTime<Utc>>,
}

/// Measures the civil days `first..=last` as of `now`. What lies ahead, and what lies before the first recorder ran, is not owed.
///
/// # Errors
/// [`DbError`].
pub async fn measure(
    tx: &mut TenantTx,
    policy: &Policy,
    first: NaiveDate,
    last: NaiveDate,
    now: DateTime<Utc>,
) -> Result<CoverageReport, DbError> {
    let span = Span { from: whole(first).from, until: whole(last).until };
    let evidence = evidence::gather(tx, policy, span, now).await?;
    let own = OwnCalendar::load(tx, first, last).await?;
    let calendar = own.with(policy);
    let until_now = evidence.since.and_then(|since| Span::new(since, now)).map(Spans::from);
    let measurable = until_now.unwrap_or_default();
    let of_day = |day| {
        let hours = calendar.hours_of(day);
        let owed = hours.owed.intersection(&measurable);
        let within = |fault: &Fault| {
            let span = fault.span.shared(whole(day))?;
            Some(Fault { span, ..*fault })
        };
        let faults: Vec<Fault> = evidence.faults.iter().filter_map(within).collect();
        DayCoverage { day, hours, coverage: Coverage::measure(owed, &faults) }
    };
    let days: Vec<DayCoverage> = days(first, last).map(of_day).collect();
    let owed = calendar.owed(first, last).intersection(&measurable);
    let coverage = Coverage::measure(owed, &evidence.faults);
    let untaken = untaken_minutes::within(tx, span).await?;
    let share = |one: ConnectionEvidence| {
        let share = coverage.per_myriad(Some::<ConnectionId>(one.connection.id));
        (one, share)
    };
    let connections = evidence.connections.into_iter().map(share).collect();
    Ok(CoverageReport { coverage, days, connections, untaken, since: evidence.since })
}
