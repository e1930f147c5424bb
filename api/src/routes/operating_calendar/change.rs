//! `POST /v1/operating-calendar/…`: the tenant's own hours and the days that differ.

use axum::http::StatusCode;
use chrono::{NaiveDate, NaiveTime};
use rokuon_db::operating_calendar as stored;
use rokuon_policy::decision::Decision;
use rokuon_policy::device::OperatingHours;
use rokuon_policy::operating_calendar::{SpecialDay as KnownDay, TenantHours};
use rokuon_policy::text::Text;
use serde_json::json;

use crate::access::acts::{Act, CalendarHours, CalendarSpecialDay, CalendarStrikeDay};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::operating_calendar::model::{HoursRequest, SpecialDay, read_time};

/// Set the tenant's own weekly hours
///
/// Only where the rules set none themselves.
#[utoipa::path(
    post,
    path = "/v1/operating-calendar/hours",
    operation_id = "operating_calendar_hours",
    tag = "coverage",
    request_body = HoursRequest,
    responses((status = 204, description = "Done")),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(CalendarHours::NAME)),
        ("x-rokuon-audit" = json!(CalendarHours::EVENT)),
    ),
)]
pub async fn hours(
    permitted: Permitted<CalendarHours>,
    Json(body): Json<HoursRequest>,
) -> Result<StatusCode, Problem> {
    let read: Option<Vec<OperatingHours>> = body.hours.iter().map(|hours| hours.read()).collect();
    let Some(hours) = read.filter(|hours| hours.len() <= 20) else {
        let en = "must be weekdays with an HH:MM after another HH:MM";
        return Err(Problem::field("hours", "曜日と、開始より後の終了時刻を入力してください", en));
    };
    let event = permitted.event(json!({ "hours": body.hours, "holidays_closed": body.holidays_closed }));
    if let Some(rules) = &permitted.rules.policy.calendar {
        let refusal = Decision::refuse(
            "operating_calendar.set_by_policy",
            rules.article.clone(),
            Text::new(
                format!("曜日ごとの時間は規程の定めです。{}", rules.sentence.ja),
                format!("The rules set the weekly hours. {}", rules.sentence.en),
            ),
        );
        return Err(permitted.refuse(Code::NotPermitted, event, &refusal).await);
    }
    let own = TenantHours { hours, holidays_closed: body.holidays_closed };
    let mut tx = permitted.tx().await?;
    stored::set_hours(&mut tx, &own, permitted.now).await?;
    tx.commit_with(event.decided_by(&permitted.decision)).await.map_err(Problem::unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Enter or change a day that differs
#[utoipa::path(
    post,
    path = "/v1/operating-calendar/special-days",
    operation_id = "operating_calendar_special_day",
    tag = "coverage",
    request_body = SpecialDay,
    responses((status = 200, description = "Entered", body = SpecialDay)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(CalendarSpecialDay::NAME)),
        ("x-rokuon-audit" = json!(CalendarSpecialDay::EVENT)),
    ),
)]
pub async fn special_day(
    permitted: Permitted<CalendarSpecialDay>,
    Json(body): Json<SpecialDay>,
) -> Result<Json<SpecialDay>, Problem> {
    let note = body.note.trim();
    if note.is_empty() || note.chars().count() > 100 || note.chars().any(char::is_control) {
        return Err(Problem::field("note", "1〜100文字です", "must have 1 to 100 characters"));
    }
    let hours = match (body.from.as_deref().map(read_time), body.until.as_deref().map(read_time)) {
        (None, None) => None,
        (Some(Some(from)), Some(Some(until))) if from < until || until == NaiveTime::MIN => {
            Some((from, until))
        }
        _ => {
            let en = "must be an HH:MM after the beginning";
            return Err(Problem::field("until", "開始より後の時刻を入力してください", en));
        }
    };
    let special = KnownDay { day: body.day, hours, note: note.to_owned() };
    let mut tx = permitted.tx().await?;
    stored::set_special_day(&mut tx, &special).await?;
    let detail = json!({ "from": body.from, "until": body.until });
    let event = permitted.event(detail).decided_by(&permitted.decision).on("operating_day", body.day);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok(Json((&special).into()))
}

/// Take a day that differs back
#[utoipa::path(
    post,
    path = "/v1/operating-calendar/special-days/{day}/strike",
    operation_id = "operating_calendar_strike",
    tag = "coverage",
    params(("day" = NaiveDate, Path, description = "The civil day in Japan")),
    responses((status = 204, description = "Done")),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(CalendarStrikeDay::NAME)),
        ("x-rokuon-audit" = json!(CalendarStrikeDay::EVENT)),
    ),
)]
pub async fn strike(
    permitted: Permitted<CalendarStrikeDay>,
    Path(day): Path<NaiveDate>,
) -> Result<StatusCode, Problem> {
    let mut tx = permitted.tx().await?;
    if !stored::strike_special_day(&mut tx, day).await? {
        return Err(Problem::new(Code::NotFound));
    }
    let event = permitted.event(json!({})).decided_by(&permitted.decision).on("operating_day", day);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}
