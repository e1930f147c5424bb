//! `GET /v1/deletion-forecast`: what will be destroyed by the end of a day, and under which article.

use chrono::{DateTime, NaiveDate, Utc};
use rokuon_db::keeping::{self, KeptRow, WorkList};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_db::{deletion_forecast, destruction_days};
use rokuon_policy::civil::{civil_day, day_begins};
use rokuon_policy::keeping::capacity::gives_way;
use rokuon_policy::keeping::{erasure_rules, forecast, guard};
use rokuon_policy::policy::Policy;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use crate::access::acts::{Act, DeletionForecastView};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::query::Query;
use crate::problem::Problem;
use crate::routes::deletion_forecast::model::{CapacityGauge, Forecast, ForecastCount, ForecastExample};

/// How many examples are shown of each kind.
const EXAMPLES: u32 = 50;
/// How many of the oldest are looked at for a full store.
const OLDEST: u32 = 1_000;
/// How far ahead one may look.
const MOST_DAYS: i64 = 366 * 12;

/// Which day.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ForecastQuery {
    /// The civil day in Japan; today when absent, which is tonight's destruction.
    pub day: Option<NaiveDate>,
}

/// What will be destroyed by the end of a day, and under which article
///
/// Counted as if nobody did anything until then: no hold, no release, no approved erasure, no amended policy.
#[utoipa::path(
    get,
    path = "/v1/deletion-forecast",
    operation_id = "deletion_forecast_show",
    tag = "keeping",
    params(ForecastQuery),
    responses((status = 200, description = "Foreseen", body = Forecast)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(DeletionForecastView::NAME)),
        ("x-rokuon-audit" = json!(DeletionForecastView::EVENT)),
    ),
)]
pub async fn show(
    permitted: Permitted<DeletionForecastView>,
    Query(query): Query<ForecastQuery>,
) -> Result<Json<Forecast>, Problem> {
    let today = civil_day(permitted.now);
    let day = query.day.unwrap_or(today);
    if !(0..=MOST_DAYS).contains(&(day - today).num_days()) {
        return Err(Problem::field(
            "day",
            "今日から12年以内の日です",
            "must be today or within twelve years",
        ));
    }
    let end = day.succ_opt().map_or(DateTime::<Utc>::MAX_UTC, day_begins);
    let mut tx = permitted.tx().await?;
    let counts = deletion_forecast::counts(&mut tx, end).await?;
    let held = deletion_forecast::held(&mut tx, end).await?;
    let going = deletion_forecast::examples(&mut tx, end, false, EXAMPLES).await?;
    let staying = deletion_forecast::examples(&mut tx, end, true, EXAMPLES).await?;
    let capacity = gauge(&mut tx, &permitted.rules.policy, permitted.now).await?;
    let (mean, _) = destruction_days::usual(&mut tx, today).await?;
    let recordings: u64 = counts.iter().map(|count| count.recordings).sum();
    let event =
        permitted.event(json!({ "day": day, "recordings": recordings })).decided_by(&permitted.decision);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    let shown = |rows: &[KeptRow]| {
        rows.iter()
            .map(|row| ForecastExample::of(row, forecast::by_the_end_of(&row.kept, day).as_ref()))
            .collect()
    };
    Ok(Json(Forecast {
        day,
        recordings,
        counts: counts
            .into_iter()
            .map(|count| ForecastCount {
                reason: count.reason.into(),
                article_label: count.article.label_ja(),
                article: count.article.to_string(),
                sentence: (&count
                    .sentence
                    .unwrap_or_else(|| erasure_rules::sentence(&permitted.rules.policy, &count.article)))
                    .into(),
                recordings: count.recordings,
            })
            .collect(),
        examples: shown(&going),
        held,
        held_examples: shown(&staying),
        capacity,
        usual_limit: guard::ALWAYS.max(mean.saturating_mul(2)),
    }))
}

/// How full the store is, where the policy lets its size decide.
///
/// # Errors
/// `unavailable`.
pub async fn gauge(
    tx: &mut TenantTx,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Result<Option<CapacityGauge>, Problem> {
    let Some(capacity) = policy.retention.iter().find_map(|rule| rule.capacity.as_ref()) else {
        return Ok(None);
    };
    let used_octets: u64 = keeping::used(tx).await?.iter().map(|(_, _, octets)| octets).sum();
    let would_give_way = if used_octets > capacity.threshold() {
        let oldest = keeping::list(tx, WorkList::Oldest, now, OLDEST).await?;
        let ids: Vec<_> = oldest.iter().map(|row| row.id).collect();
        let octets = keeping::octets_of(tx, &ids).await?;
        let rows = oldest.iter().map(|row| (row.id, &row.kept, octets.get(&row.id).copied().unwrap_or(0)));
        gives_way(capacity, used_octets, rows, now).recordings.len() as u64
    } else {
        0
    };
    Ok(Some(CapacityGauge {
        used_octets,
        capacity_octets: u64::from(capacity.gibibytes) << 30,
        threshold_octets: capacity.threshold(),
        gives_way_at_percent: capacity.gives_way_at_percent,
        would_give_way,
    }))
}
