//! `GET /v1/coverage`: every gap inside the operating hours, with its cause.

use chrono::{Datelike, NaiveDate};
use rokuon_watch::coverage::{CoverageReport, measure};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use crate::access::acts::{Act, CoverageRead};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::query::{Query, civil_days};
use crate::problem::Problem;
use crate::routes::coverage::model::{
    ConnectionCoverage, Report, Share, UntakenCalls, day_of, name_of, percent,
};
use crate::routes::recordings::model::ConnectionName;

/// How far the last day may lie after the first: a quarter of a year.
const MOST_DAYS_AFTER: i64 = 91;

/// Which days.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DaysQuery {
    /// The first civil day in Japan; the first of this month when absent.
    pub from: Option<NaiveDate>,
    /// The last civil day in Japan; today when absent.
    pub to: Option<NaiveDate>,
}

/// How much of the operating hours recording ran
///
/// Every gap with its cause, for up to 92 days. Time that lies ahead or before the first recorder ran is not counted.
#[utoipa::path(
    get,
    path = "/v1/coverage",
    operation_id = "coverage_show",
    tag = "coverage",
    params(DaysQuery),
    responses((status = 200, description = "Measured", body = Report)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(CoverageRead::NAME)),
        ("x-rokuon-audit" = json!(CoverageRead::EVENT)),
    ),
)]
pub async fn show(
    permitted: Permitted<CoverageRead>,
    Query(query): Query<DaysQuery>,
) -> Result<Json<Report>, Problem> {
    let (from, to, measured) = measured(&permitted, &query, "json").await?;
    let calendar = permitted.rules.policy.calendar.as_ref();
    let connection = |(one, share): &(_, Option<u32>)| {
        let one: &rokuon_watch::evidence::ConnectionEvidence = one;
        ConnectionCoverage {
            connection: ConnectionName { id: one.connection.id.0, name: one.connection.name.clone() },
            percent: share.map(percent),
            silent_after_minutes: one.silent_after.num_minutes(),
            last_heard_at: one.connection.last_heartbeat_at,
        }
    };
    Ok(Json(Report {
        from,
        to,
        measured_since: measured.since,
        article: calendar.map(|calendar| calendar.article.to_string()),
        article_label: calendar.map(|calendar| calendar.article.label_ja()),
        sentence: calendar.map(|calendar| (&calendar.sentence).into()),
        share: Share::of(&measured.coverage),
        days: measured.days.iter().map(|day| day_of(&measured, day)).collect(),
        connections: measured.connections.iter().map(connection).collect(),
        untaken: measured
            .untaken
            .iter()
            .map(|one| UntakenCalls {
                minute: one.minute,
                connection: name_of(&measured.connections, one.connection.0),
                reason: one.reason.clone(),
                count: one.count,
            })
            .collect(),
    }))
}

/// Measures the days asked for, once that is in the audit trail.
///
/// # Errors
/// `invalid-fields` for a span that is too long or runs backwards; `unavailable`.
pub async fn measured(
    permitted: &Permitted<CoverageRead>,
    query: &DaysQuery,
    form: &str,
) -> Result<(NaiveDate, NaiveDate, CoverageReport), Problem> {
    let first_of_month = |to: NaiveDate| to.with_day(1).unwrap_or(to);
    let (from, to) = civil_days((query.from, query.to), first_of_month, MOST_DAYS_AFTER, permitted.now)?;
    let mut tx = permitted.tx().await?;
    let policy = &permitted.rules.policy;
    let measured = measure(&mut tx, policy, from, to, permitted.now).await?;
    let event = permitted.event(json!({ "from": from, "to": to, "form": form }));
    tx.commit_with(event.decided_by(&permitted.decision)).await.map_err(Problem::unavailable)?;
    Ok((from, to, measured))
}
