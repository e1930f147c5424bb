//! `GET /v1/operating-calendar`: in which hours recording is owed.

use chrono::{Datelike, Days, Months, NaiveDate};
use rokuon_policy::civil::civil_day;
use rokuon_policy::operating_calendar::days;
use rokuon_watch::calendar::OwnCalendar;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use crate::access::acts::{Act, CalendarRead};
use crate::access::permitted::Permitted;
use crate::access::session::Session;
use crate::extract::json::Json;
use crate::extract::query::Query;
use crate::problem::Problem;
use crate::routes::coverage::model::{Day, HoursSource};
use crate::routes::operating_calendar::model::{Calendar, WeeklyHours};

/// The longest span of days.
const MOST_DAYS: i64 = 366;

/// Which days.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CalendarQuery {
    /// The first civil day in Japan; the first of this month when absent.
    pub from: Option<NaiveDate>,
    /// The last civil day in Japan; the last of that month when absent.
    pub to: Option<NaiveDate>,
}

/// The operating calendar
#[utoipa::path(
    get,
    path = "/v1/operating-calendar",
    operation_id = "operating_calendar_show",
    tag = "coverage",
    params(CalendarQuery),
    responses((status = 200, description = "Found", body = Calendar)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(CalendarRead::NAME)),
        ("x-rokuon-audit" = json!(CalendarRead::EVENT)),
    ),
)]
pub async fn show(
    permitted: Permitted<CalendarRead>,
    Query(query): Query<CalendarQuery>,
) -> Result<Json<Calendar>, Problem> {
    let today = civil_day(permitted.now);
    let from = query.from.unwrap_or_else(|| today.with_day(1).unwrap_or(today));
    let month_later =
        from.checked_add_months(Months::new(1)).and_then(|day| day.checked_sub_days(Days::new(1)));
    let to = query.to.or(month_later).unwrap_or(from);
    if !(0..MOST_DAYS).contains(&(to - from).num_days()) {
        let en = "must lie 0 to 365 days after the first day";
        return Err(Problem::field("to", "開始日から366日以内にしてください", en));
    }
    let mut tx = permitted.tx().await?;
    let own = OwnCalendar::load(&mut tx, from, to).await?;
    let event = permitted.event(json!({ "from": from, "to": to })).decided_by(&permitted.decision);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok(Json(shown(&permitted, &own, from, to)))
}

/// The calendar of the days `from..=to` as loaded.
pub fn shown(session: &Session, own: &OwnCalendar, from: NaiveDate, to: NaiveDate) -> Calendar {
    let policy = &session.rules.policy;
    let calendar = own.with(policy);
    let rules = policy.calendar.as_ref();
    let tenants = own.hours.as_ref().filter(|own| !own.hours.is_empty());
    let (source, hours, holidays_closed) = match (rules, tenants) {
        (Some(rules), _) => (HoursSource::Policy, rules.hours.as_slice(), rules.holidays_closed),
        (None, Some(own)) => (HoursSource::Tenant, own.hours.as_slice(), own.holidays_closed),
        (None, None) => (HoursSource::Always, Default::default(), false),
    };
    Calendar {
        source,
        article: rules.map(|rules| rules.article.to_string()),
        article_label: rules.map(|rules| rules.article.label_ja()),
        sentence: rules.map(|rules| (&rules.sentence).into()),
        hours: hours.iter().map(WeeklyHours::of).collect(),
        holidays_closed,
        special_days: own.special.iter().map(Into::into).collect(),
        days: days(from, to).map(|day| Day::of(day, &calendar.hours_of(day))).collect(),
    }
}
