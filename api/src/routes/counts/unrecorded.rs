//! `GET /v1/counts/unrecorded`: calls that were not kept, by day.

use chrono::{Days, NaiveDate};
use rokuon_db::unrecorded_counts;
use rokuon_policy::article::Article;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use crate::access::acts::{Act, CountUnrecorded};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::query::{Query, civil_days};
use crate::problem::Problem;
use crate::routes::counts::model::{List, UnrecordedCount};
use crate::routes::recordings::model::ConnectionName;

/// How far the last day may lie after the first.
const MOST_DAYS_AFTER: i64 = 400;

/// Which days.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DaysQuery {
    /// The first civil day in Japan; thirty days before the last when absent.
    pub from: Option<NaiveDate>,
    /// The last civil day in Japan; today when absent.
    pub to: Option<NaiveDate>,
}

/// Calls that were not kept, by day
#[utoipa::path(
    get,
    path = "/v1/counts/unrecorded",
    operation_id = "counts_unrecorded",
    tag = "counts",
    params(DaysQuery),
    responses((status = 200, description = "Found", body = List)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(CountUnrecorded::NAME)),
        ("x-rokuon-audit" = json!(CountUnrecorded::EVENT)),
    ),
)]
pub async fn unrecorded(
    permitted: Permitted<CountUnrecorded>,
    Query(query): Query<DaysQuery>,
) -> Result<Json<List>, Problem> {
    let thirty_days = |to: NaiveDate| to.checked_sub_days(Days::new(30)).unwrap_or(to);
    let (from, to) = civil_days((query.from, query.to), thirty_days, MOST_DAYS_AFTER, permitted.now)?;
    let mut tx = permitted.tx().await?;
    let counts = unrecorded_counts::list(&mut tx, from, to).await?;
    let event = permitted.event(json!({ "from": from, "to": to })).decided_by(&permitted.decision);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    let items = counts.into_iter().map(|count| UnrecordedCount {
        day: count.day,
        connection: ConnectionName { id: count.connection.0, name: count.connection_name },
        reason: count.reason,
        article_label: count.article.parse::<Article>().map(|article| article.label_ja()).unwrap_or_default(),
        article: count.article,
        count: count.count,
    });
    Ok(Json(List { items: items.collect() }))
}
